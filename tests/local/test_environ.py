"""The environment does not change the commands or the tests."""

import os
import subprocess
import sys

import pytest

from local.environ import NO_ACCOUNT, PIP, for_children, keep_only
from tests.support.hostile_environment import HOSTILE
from tests.support.local_stack import ROOT

MACHINE = {"PATH": "/usr/bin", "HOME": "/home/u", "TMPDIR": "/home/u/tmp"}
LOCALE = {"LANG": "de_DE.UTF-8", "LC_NUMERIC": "C"}
FOR_PIP = {
    "PIP_INDEX_URL": "https://index.example.com/simple",
    "PIP_CERT": "/etc/ca.pem",
    "XDG_CONFIG_HOME": "/home/u/settings",
    "NETRC": "/home/u/netrc",
    "HTTPS_PROXY": "http://proxy.example.com:3128",
    "no_proxy": "index.example.com",
    "REQUESTS_CA_BUNDLE": "/etc/ca.pem",
    "SSL_CERT_FILE": "/etc/ca.pem",
}
AROUND = {name: value for name, value in HOSTILE.items() if name.upper() not in {*PIP, "LANG", "LANGUAGE", "LC_ALL"}}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {**AROUND, **MACHINE, **LOCALE, **FOR_PIP})


def test_children_get_basic_variables_and_no_proxy() -> None:
    assert for_children() == {**MACHINE, **NO_ACCOUNT, "PYTHONUTF8": "1"}


def test_command_keeps_the_variables_for_pip() -> None:
    keep_only(*PIP)

    assert os.environ == {**MACHINE, **LOCALE, **FOR_PIP, **NO_ACCOUNT}


def test_keep_only_keeps_the_given_names_and_patterns() -> None:
    keep_only("SERVICES", "FLASK_*")

    flask = {name: value for name, value in HOSTILE.items() if name.startswith("FLASK_")}
    assert os.environ == {**MACHINE, **LOCALE, **NO_ACCOUNT, "SERVICES": "sqs", **flask}


def test_tests_pass_in_a_hostile_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the tests that depend most on the environment: each fails in this one if it is left as it is."""
    monkeypatch.undo()
    files = ["service/test_audit_log.py", "service/transport/test_call.py", "console/test_exit_codes.py"]
    command = [
        sys.executable,
        "-E",
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        *(f"tests/{file}" for file in files),
    ]

    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **HOSTILE}, capture_output=True, text=True, timeout=100, check=False
    )

    assert done.returncode == 0, done.stdout[-3000:]
