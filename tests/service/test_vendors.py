"""Only the chosen vendor is imported, by the service and by the console."""

import json
import os
import subprocess
import sys

import pytest

from service.settings import PRODUCTS
from tests.support.local_stack import ROOT

CREDENTIALS = {
    "opsgenie": {"ACCESS_TOKEN": "a-key"},
    "jsm": {
        "JSM_SITE": "example.atlassian.net",
        "JSM_EMAIL": "offboarding@example.com",
        "JSM_API_TOKEN": "a-token",
    },
}
SERVICE = "import service.handler"
CONSOLE = """
from console import create_app
context = create_app().extensions["console"]
context.capabilities, context.session
with context.connect():
    pass
"""
SHOW = "\nimport json, sys; print(json.dumps(sorted(sys.modules)))"


def imported_by(code: str, environ: dict[str, str]) -> set[str]:
    """Return the vendors' rooms of which a new process has imported anything."""
    done = subprocess.run(
        [sys.executable, "-c", code + SHOW],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    rooms = {".".join(module.split(".")[:2]) for module in json.loads(done.stdout.splitlines()[-1])}
    return rooms & {f"{package}.{vendor}" for package in ("service", "console") for vendor in PRODUCTS}


@pytest.mark.parametrize("product", ["opsgenie", "jsm"])
def test_cold_start_imports_only_the_chosen_vendor(product: str) -> None:
    assert imported_by(SERVICE, {"PRODUCT": product, **CREDENTIALS[product]}) == {f"service.{product}"}


def test_opsgenie_is_imported_when_no_product_is_named() -> None:
    assert imported_by(SERVICE, CREDENTIALS["opsgenie"]) == {"service.opsgenie"}


def test_no_vendor_is_imported_when_the_settings_are_invalid() -> None:
    assert imported_by(SERVICE, {"PRODUCT": "pagerduty"}) == set()


@pytest.mark.parametrize("product", ["opsgenie", "jsm"])
def test_console_imports_only_the_chosen_vendor(product: str) -> None:
    rooms = imported_by(CONSOLE, {"PRODUCT": product, **CREDENTIALS[product]})

    assert rooms == {f"service.{product}", f"console.{product}"}
