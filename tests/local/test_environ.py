"""What is set around the commands and the tests does not change them."""

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


def test_a_child_gets_what_any_program_needs_and_no_proxy() -> None:
    assert for_children() == {**MACHINE, **NO_ACCOUNT, "PYTHONUTF8": "1"}


def test_a_command_keeps_what_pip_needs_too() -> None:
    keep_only(*PIP)

    assert os.environ == {**MACHINE, **LOCALE, **FOR_PIP, **NO_ACCOUNT}


def test_the_tests_keep_neither() -> None:
    keep_only("SERVICES", "FLASK_*")

    flask = {name: value for name, value in HOSTILE.items() if name.startswith("FLASK_")}
    assert os.environ == {**MACHINE, **LOCALE, **NO_ACCOUNT, "SERVICES": "sqs", **flask}


def test_the_tests_pass_whatever_is_set_around_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that anything around could change most easily; each of them fails in this environment left as it is."""
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
