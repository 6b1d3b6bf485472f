"""A stack for Jira Service Management: what it demands, what the function gets, and secrets that stay secret."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

from deploy import stack_config
from local.aws.program import PROJECT, config
from tests.support.mocked_pulumi import MADE_UP, Cloud, Secret, closing_event_loops, deploy, fake_package

# pulumi_aws warns about parts of itself on import.
pytestmark = pytest.mark.filterwarnings("ignore:.*has been deprecated in favor of:DeprecationWarning")

CLOUD_ID = "11111111-2222-3333-4444-555555555555"
SITE: dict[str, Any] = {
    "product": "jsm",
    "accessToken": "",
    "jsmSite": "example.atlassian.net",
    "jsmEmail": "offboarding@example.com",
    "jsmToken": "site-secret",
}
EVERYTHING = {
    **SITE,
    "jsmOrgKey": "org-secret",
    "jsmEnd": "suspend",
    "jsmCloudId": CLOUD_ID,
    "jsmOrgId": CLOUD_ID,
    "jsmTrustToken": True,
    "protectedUsers": ["root@example.com"],
}
PLAIN = {
    "PRODUCT": "jsm",
    "JSM_SITE": "example.atlassian.net",
    "JSM_EMAIL": "offboarding@example.com",
    "JSM_END": "none",
    "JSM_CLOUD_ID": "",
    "JSM_ORG_ID": "",
    "JSM_API_URL": "",
    "JSM_TRUST_TOKEN": "false",
    "PROTECTED_USERS": "",
    "RES_OPTIONS": "timeout:1 attempts:2",
}
FUNCTION = "Function opsgenie-offboarding"


@pytest.fixture(autouse=True)
def code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return fake_package(monkeypatch, tmp_path)


def problems(*, encrypted: bool = True, **settings: Any) -> list[str]:
    """Return what is wrong with a configuration."""

    async def read() -> None:
        pulumi.runtime.set_mocks(Cloud({}), project=PROJECT["name"])
        values, secrets = config(settings)
        pulumi.runtime.set_all_config(values, secrets if encrypted else [])
        stack_config.read()

    with closing_event_loops():
        try:
            asyncio.run(read())
        except pulumi.RunError as error:
            return str(error).splitlines()
    return []


def test_function_gets_the_settings_of_the_site_alone() -> None:
    environment = deploy(**{**SITE, "accessToken": "unused"}).of_type("Function")["environment"]

    assert isinstance(environment, Secret)
    assert environment.value["variables"] == {**PLAIN, "JSM_API_TOKEN": "site-secret"}


def test_function_gets_every_setting_of_the_site() -> None:
    deployed = deploy(**EVERYTHING)

    assert deployed.of_type("Function")["environment"].value["variables"] == {
        **PLAIN,
        "JSM_API_TOKEN": "site-secret",
        "JSM_ORG_KEY": "org-secret",
        "JSM_END": "suspend",
        "JSM_CLOUD_ID": CLOUD_ID,
        "JSM_ORG_ID": CLOUD_ID,
        "JSM_TRUST_TOKEN": "true",
        "PROTECTED_USERS": "root@example.com",
    }
    rest = repr({**deployed.resources, FUNCTION: None, **deployed.outputs})
    assert "site-secret" not in rest
    assert "org-secret" not in rest


def test_each_secret_of_the_site_has_a_parameter_that_the_function_may_read() -> None:
    deployed = deploy(**EVERYTHING, secretStore="ssm")

    assert deployed.all_of_type("Parameter") == {
        "opsgenie-offboarding-jsm-token": {"type": "SecureString", "value": Secret("site-secret")},
        "opsgenie-offboarding-jsm-org-key": {"type": "SecureString", "value": Secret("org-secret")},
    }
    variables = deployed.of_type("Function")["environment"]["variables"]
    assert {name: value for name, value in variables.items() if "PARAMETER" in name} == {
        "JSM_API_TOKEN_PARAMETER": "opsgenie-offboarding-jsm-token-local",
        "JSM_API_TOKEN_PARAMETER_VERSION": "3",
        "JSM_ORG_KEY_PARAMETER": "opsgenie-offboarding-jsm-org-key-local",
        "JSM_ORG_KEY_PARAMETER_VERSION": "3",
    }
    assert "secret" not in repr(variables)
    for policy in ("may-read-jsm-token", "may-read-jsm-org-key"):
        assert f"RolePolicy {policy}" in deployed.depends_on[FUNCTION]
        assert json.loads(deployed.resources[f"RolePolicy {policy}"]["policy"])["Statement"] == [
            {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": MADE_UP["ssm/parameter:Parameter"]["arn"]}
        ]


def test_a_key_of_the_organization_that_is_not_set_has_no_parameter() -> None:
    assert list(deploy(**SITE, secretStore="ssm").all_of_type("Parameter")) == ["opsgenie-offboarding-jsm-token"]


def test_settings_of_another_product_are_not_looked_at() -> None:
    assert problems(**SITE, opsgenieApiUrl="ftp://x") == []
    assert problems(accessToken="genie-key", jsmSite="//", jsmEnd="x", jsmToken="\u00e9" * 501) == []


@pytest.mark.parametrize(
    ("settings", "sentences"),
    [
        ({}, [
            "accessToken is not set: it takes the key of an Opsgenie API integration; "
            "`pulumi config set --secret accessToken` asks for it"
        ]),
        ({"product": "pagerduty"}, ["product takes opsgenie or jsm, not 'pagerduty'"]),
        ({"product": "opsgenie,jsm"}, ["product takes opsgenie or jsm, one of them, not 'opsgenie,jsm'"]),
        ({"product": "jsm"}, [
            "jsmSite is not set: it takes the host of the site, such as example.atlassian.net; "
            "`pulumi config set jsmSite` asks for it",
            "jsmEmail is not set: it takes the e-mail address of the person whose jsmToken it is; "
            "`pulumi config set jsmEmail` asks for it",
            "jsmToken is not set: it takes an API token of a person who administers Jira Service "
            "Management; `pulumi config set --secret jsmToken` asks for it",
        ]),
        ({**SITE, "jsmEnd": "remove"}, ["jsmEnd=remove needs jsmOrgKey, a key of the organization"]),
        ({**SITE, "jsmApiUrl": "http://x"}, [
            "jsmApiUrl takes a host or an https URL without a path, not 'http://x'"
        ]),
        ({**SITE, "jsmOrgKey": "\u00e9"}, ["jsmOrgKey has characters that no key has"]),
        ({**SITE, "jsmToken": "k" * 501}, ["jsmToken takes at most 500 characters"]),
        ({**SITE, "jsmSite": "x", "memorySize": 1}, [
            "memorySize takes MB from 128 to 10240, not 1",
            "jsmSite takes the host of the site, such as example.atlassian.net, not 'x'",
        ]),
    ],
)  # fmt: skip
def test_invalid_setting_is_rejected_with_a_message(settings: dict[str, Any], sentences: list[str]) -> None:
    assert problems(**settings) == sentences


def test_secret_that_is_not_encrypted_is_rejected_and_not_shown() -> None:
    again = "{0} is not encrypted: `pulumi config set --secret {0}` asks for it and encrypts it"

    assert problems(encrypted=False, **EVERYTHING) == [again.format("jsmToken"), again.format("jsmOrgKey")]
    assert problems(encrypted=False, accessToken="genie-key") == [again.format("accessToken")]


LONG = {**EVERYTHING, "jsmToken": "t" * 500, "jsmOrgKey": "k" * 500}
MANY = [f"{'x' * 140}.{number}@example.com" for number in range(18)]


def test_more_variables_than_lambda_takes_are_rejected() -> None:
    takes = "the variables of the function take {} bytes of the 4096 that Lambda has for them: shorten protectedUsers{}"
    many = {**LONG, "protectedUsers": MANY}

    assert problems(**many) == [takes.format(4149, ", or set secretStore to ssm")]
    assert problems(**many, secretStore="ssm") == []
    assert problems(**{**many, "jsmSite": f"{'x' * 1000}.net"}, secretStore="ssm") == [takes.format(4372, "")]
