"""Errors of `python -m deploy.pip_install`: what pip's failure means, and the lines that show it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from deploy import package, pip_install
from deploy.pip_install import InstallError


def failing(monkeypatch: pytest.MonkeyPatch, said: str, logged: str) -> str:
    """Return the message for what pip says and logs."""

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        for argument in command:
            if argument.startswith("--log="):
                Path(argument.removeprefix("--log=")).write_text(logged)
        return subprocess.CompletedProcess(command, int("install" in command), "", said)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(InstallError) as caught:
        pip_install.install(Path("/p/lock.txt"), name="lock.txt", target="the Moon")
    return str(caught.value)


NONE = "ERROR: No matching distribution found for tiny==1.0"
RETRYING = "WARNING: Retrying (Retry(total=0)) after connection broken by 'Max retries exceeded'"
PAGE = "Could not fetch URL http://127.0.0.1:9/tiny/:"


@pytest.mark.parametrize(
    ("said", "logged", "message"),
    [
        (
            NONE,
            f"{PAGE} 404 Client Error: Not Found",
            "the package index has no tiny==1.0 for the Moon; another version",
        ),
        (f"{RETRYING}\n{NONE}", "", "the package index has no tiny==1.0 for the Moon; another version"),
        (NONE, f"{PAGE} connection error: refused", "the package index cannot be reached:\n  Could not fetch"),
        (NONE, f"{PAGE} 503 Server Error: Full", "the package index cannot be reached:\n  Could not fetch"),
        (NONE, f"{PAGE} 401 Client Error: Who", "the package index or a proxy refuses this machine, or wants a login:"),
        ("ERROR: HTTP error 403 while getting http://127.0.0.1:9/a", "", "the package index or a proxy refuses this"),
        (
            "ERROR: HTTP error 502 while getting http://127.0.0.1:9/a",
            "",
            "the package index cannot be reached:\n  ERROR",
        ),
        (
            "ERROR: HTTPConnectionPool: Max retries exceeded with url",
            "",
            "the package index cannot be reached:\n  ERROR",
        ),
        (
            "error: Failed to connect to \x1b[1m127.0.0.1\x1b[0m while",
            "",
            "the package index cannot be reached:\n  error: Failed",
        ),
        ("TimeoutError: timed out", "", "the package index cannot be reached:\n  TimeoutError"),
        (
            f"WARNING: it is not a trusted or secure host\n{NONE}",
            "",
            "the package index is not trusted; use https, or set",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES",
            "",
            "a file is not the one that lock.txt was made from:\n  ERR",
        ),
        ("ERROR: In --require-hashes mode, all", "", "lock.txt is out of date; run `make lock`:\n  ERROR: In"),
        (
            "python: No module named pip",
            "",
            f"{sys.executable} has no pip; run `{sys.executable} -m ensurepip`:\n  pyt",
        ),
        (
            "ERROR: [Errno 28] No space left on device",
            "",
            "lock.txt cannot be installed:\n  ERROR: [Errno 28] No space",
        ),
    ],
)
def test_pip_output_is_translated_into_a_clear_message(said, logged, message, monkeypatch):
    assert failing(monkeypatch, said, logged).startswith(message)


def test_message_has_the_decisive_line_then_pips_last_lines(monkeypatch):
    said = f"one\ntwo\n\n    three\nfour\n\x1b[1m{NONE}\x1b[0m\n"
    logged = f"2026-11-28T12:32:20,893 Using pip\n2026-11-28T12:32:20,893   {PAGE} connection error - skipping\n"

    assert failing(monkeypatch, said, logged) == (
        f"the package index cannot be reached:\n  {PAGE} connection error - skipping\n  two\n  three\n  four\n  {NONE}"
    )


def test_unreachable_index_is_reported_without_retries(monkeypatch, tmp_path):
    (tmp_path / "lock.txt").write_text(f"tiny==1.0 --hash=sha256:{'0' * 64}\n")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")

    with pytest.raises(InstallError, match=r"^the package index cannot be reached:\n  Could not fetch URL http://127"):
        pip_install.install(tmp_path / "lock.txt", f"--target={tmp_path / 'target'}")


def test_command_runs_on_the_standard_library_and_reports_errors():
    done = subprocess.run(
        [sys.executable, "-S", "-m", "deploy.pip_install", "no-such.txt"],
        cwd=package.ROOT,
        env={**os.environ, "PIP_NO_INDEX": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(
        r"install: no-such.txt cannot be installed:\n  ERROR: Could not open requirements file: "
        r"\[Errno 2\] No such file or directory: '?no-such.txt'?\n",
        done.stderr,
    )


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InstallError("no"), "install: no"),
        (FileNotFoundError(2, "No usable temporary folder"), "install: [Errno 2] No usable temporary folder"),
        (KeyboardInterrupt(), 130),
    ],
)
def test_failed_command_exits_without_a_traceback(error, code, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["pip_install", "lock.txt"])
    monkeypatch.setattr(pip_install, "install", mock.Mock(side_effect=error))

    with pytest.raises(SystemExit) as ended:
        pip_install.main()

    assert ended.value.code == code


def test_the_command_installs_the_lock_it_is_given(monkeypatch):
    install = mock.Mock()
    monkeypatch.setattr(sys, "argv", ["pip_install", "lock.txt"])
    monkeypatch.setattr(pip_install, "install", install)
    pip_install.main()

    assert install.mock_calls == [mock.call(Path("lock.txt"))]
