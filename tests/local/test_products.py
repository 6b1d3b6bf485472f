"""`make PRODUCT=...`: which product is simulated."""

import os
import shutil
import subprocess

import pytest

from deploy.variables import settings_from
from local.jsm.callers import KEYS, TOKENS
from local.jsm.people import HOST
from local.opsgenie.simulation import RIGHTS, Simulation
from local.products import PRODUCTS
from service.settings import Settings
from tests.support.hostile_environment import HOSTILE
from tests.support.local_stack import LOCAL, ROOT

URL = "http://127.0.0.1:5001"


@pytest.mark.parametrize("command", ["demo", "keep", "run"])
@pytest.mark.parametrize("product", ["pagerduty", "", "opsgenie,jsm"])
def test_unknown_product_exits_1_with_a_message(command: str, product: str) -> None:
    done = subprocess.run(
        [*LOCAL, command, "--product", product],
        cwd=ROOT,
        env={**os.environ, **HOSTILE},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"local: PRODUCT takes opsgenie or jsm, not '{product}'\n"


@pytest.mark.parametrize(("target", "command"), [("demo", "demo"), ("local", "keep"), ("run", "run")])
@pytest.mark.parametrize(("words", "product"), [([], "opsgenie"), (["PRODUCT=jsm"], "jsm")])
def test_make_passes_the_product_of_its_command_line_alone(
    target: str, command: str, words: list[str], product: str
) -> None:
    done = subprocess.run(
        [shutil.which("make") or "make", "-n", target, *words],
        cwd=ROOT,
        env={**os.environ, "PRODUCT": "pagerduty"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines()[-1] == f"exec .venv/bin/python -m local {command} --product '{product}'"


def test_credentials_are_those_of_the_simulations() -> None:
    opsgenie, jsm = (Settings.from_environ(PRODUCTS[name].variables(URL)) for name in ("opsgenie", "jsm"))

    assert (opsgenie.opsgenie_api_url, Simulation().keys[opsgenie.access_token]) == (URL, RIGHTS)
    assert jsm.jsm
    assert (jsm.jsm.site, jsm.jsm.api_url, TOKENS[jsm.jsm.api_token].owner) == (HOST, URL, jsm.jsm.email)
    assert (TOKENS[jsm.jsm.api_token].scopes, KEYS[jsm.jsm.org_key].scopes) == (None, None)


def test_stack_has_the_settings_of_the_product() -> None:
    assert settings_from(PRODUCTS["opsgenie"].variables(URL)) == {
        "product": "opsgenie",
        "accessToken": "local-key",
        "opsgenieApiUrl": URL,
    }
    assert settings_from(PRODUCTS["jsm"].variables(URL)) == {
        "product": "jsm",
        "jsmSite": HOST,
        "jsmEmail": "offboarding@example.com",
        "jsmToken": "site-token",
        "jsmOrgKey": "org-key",
        "jsmEnd": "suspend",
        "jsmApiUrl": URL,
    }
