"""A stack for a site: the real `pulumi` command deploys it, it answers for a simulated site, and it goes."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.processes import HOST, Processes, flask_run, free_port
from local.products import PRODUCTS
from local.samples import DRY_RUN, ORGANIZATION_KEY, SITE_TOKEN
from tests.support.aws_state import variables
from tests.support.emulated_stack import TOKEN, EmulatedStack, emulator

pytestmark = [
    pytest.mark.skipif(
        not shutil.which("pulumi"), reason="there is no `pulumi` command: https://www.pulumi.com/docs/install/"
    ),
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.timeout(900),  # two dozen pulumi commands
]

SECRETS = (SITE_TOKEN, ORGANIZATION_KEY)
PLAIN = {
    "PRODUCT": "jsm",
    "JSM_SITE": "example.atlassian.net",
    "JSM_EMAIL": "offboarding@example.com",
    "JSM_END": "suspend",
    "JSM_CLOUD_ID": "",
    "JSM_ORG_ID": "",
    "JSM_TRUST_TOKEN": "false",
    "PROTECTED_USERS": "",
    "RES_OPTIONS": "timeout:1 attempts:2",
}


@pytest.fixture
def site() -> Iterator[str]:
    """The address of a simulated site."""
    port = free_port()
    with Processes() as processes:
        processes.start("the simulated site", port, flask_run("local.jsm", port), {}, log=Path(os.devnull))
        yield f"http://{HOST}:{port}"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[EmulatedStack]:
    """A stack that is not deployed yet."""
    with emulator(tmp_path / "emulator") as port:
        yield EmulatedStack(tmp_path, port, "site")


def test_stack_for_a_site_deploys_answers_and_is_destroyed(stack: EmulatedStack, site: str) -> None:
    stack.pulumi("config", "rm", "accessToken")
    what_is_missing_stops_the_preview(stack)
    set_site(stack, site)
    outputs = stack.up()

    assert variables(stack, outputs) == {
        **PLAIN,
        "JSM_API_URL": site,
        "JSM_API_TOKEN": SITE_TOKEN,
        "JSM_ORG_KEY": ORGANIZATION_KEY,
    }
    the_person_would_be_suspended(stack, outputs)
    stack.up("--expect-no-changes")
    secrets_are_in_no_clear_text(stack)

    stack.set("secretStore", "ssm")
    outputs = stack.up()
    parameters_hold_the_secrets(stack, outputs)
    secrets_are_in_no_clear_text(stack)
    the_product_can_be_changed(stack, outputs)

    stack.pulumi("destroy", "--yes", "--skip-preview")
    assert stack.aws("lambda").list_functions()["Functions"] == []
    assert stack.aws("ssm").describe_parameters()["Parameters"] == []


def what_is_missing_stops_the_preview(stack: EmulatedStack) -> None:
    sentence = "accessToken is not set: it takes the key of an Opsgenie API integration; "
    assert f"{sentence}`pulumi config set --secret accessToken` asks for it" in stack.pulumi("preview", fails=True)
    stack.set("product", "jsm")
    said = stack.pulumi("preview", fails=True)
    assert "accessToken" not in said
    assert [name for name in ("jsmSite", "jsmEmail", "jsmToken") if f"{name} is not set: it takes " in said] == [
        "jsmSite",
        "jsmEmail",
        "jsmToken",
    ]


def set_site(stack: EmulatedStack, site: str) -> None:
    variables_of_site = PRODUCTS["jsm"].variables(site)
    stack.set("jsmSite", variables_of_site["JSM_SITE"])
    stack.set("jsmEmail", variables_of_site["JSM_EMAIL"])
    stack.set("jsmEnd", variables_of_site["JSM_END"])
    stack.set("jsmApiUrl", site)
    stack.set("--secret", "jsmToken", SITE_TOKEN)
    stack.set("--secret", "jsmOrgKey", ORGANIZATION_KEY)


def the_person_would_be_suspended(stack: EmulatedStack, outputs: dict[str, Any]) -> None:
    status, text = stack.post(outputs, DRY_RUN, x_api_key=outputs["apiKey"])

    assert (status, json.loads(text)["message"].endswith("2 teams and suspended")) == (200, True), text


def secrets_are_in_no_clear_text(stack: EmulatedStack) -> None:
    shown = stack.pulumi("stack", "export") + stack.pulumi("preview", "--diff") + stack.pulumi("config")

    assert not [secret for secret in SECRETS if f'"{secret}"' in shown or f" {secret}" in shown]


def parameters_hold_the_secrets(stack: EmulatedStack, outputs: dict[str, Any]) -> None:
    environment, ssm = variables(stack, outputs), stack.aws("ssm")
    held = {
        name: ssm.get_parameter(Name=environment[f"{name}_PARAMETER"], WithDecryption=True)["Parameter"]
        for name in ("JSM_API_TOKEN", "JSM_ORG_KEY")
    }

    assert {name: (one["Type"], one["Value"]) for name, one in held.items()} == {
        "JSM_API_TOKEN": ("SecureString", SITE_TOKEN),
        "JSM_ORG_KEY": ("SecureString", ORGANIZATION_KEY),
    }
    assert not [secret for secret in SECRETS if secret in environment.values()]


def the_product_can_be_changed(stack: EmulatedStack, before: dict[str, Any]) -> None:
    stack.set("product", "opsgenie")
    stack.set("--secret", "accessToken", TOKEN)
    outputs = stack.up()

    assert (outputs["url"], outputs["apiKey"]) == (before["url"], before["apiKey"])
    assert {name for name in variables(stack, outputs) if "PARAMETER" in name} == {
        "ACCESS_TOKEN_PARAMETER",
        "ACCESS_TOKEN_PARAMETER_VERSION",
    }
    status, text = stack.post(outputs, x_api_key=outputs["apiKey"])
    assert (status, "username is missing" in text) == (400, True), text
