"""What pip installs is what the lock names: of pip's settings only those count that say where files come from."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from deploy import package, pip_install
from deploy.pip_install import InstallError

Environ = dict[str, str]
Done = subprocess.CompletedProcess[str]
RUN = subprocess.run

COUNT = {
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_EXTRA_INDEX_URL": "http://127.0.0.1:9/a http://127.0.0.1:9/b",
    "PIP_NO_INDEX": "0",
    "PIP_FIND_LINKS": "/wheels",
    "PIP_TRUSTED_HOST": "127.0.0.1",
    "PIP_PROXY": "http://127.0.0.1:9",
    "PIP_NO_PROXY_ENV": "0",
    "PIP_CERT": "/ca.pem",
    "PIP_CLIENT_CERT": "/me.pem",
    "PIP_TIMEOUT": "7",
    "PIP_RETRIES": "1",
    "PIP_RESUME_RETRIES": "2",
    "PIP_KEYRING_PROVIDER": "subprocess",
    "PIP_CACHE_DIR": "/cache",
    "PIP_NO_CACHE_DIR": "0",
    "PIP_REFRESH_PACKAGE": ":all:",
}


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A person who has set nothing yet."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Environ:
    """The settings that pip gets where nobody has set anything: those of the machine."""
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith(("PIP_", "XDG_"))]:
            patched.delenv(name)
        patched.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        return given(patched)


def given(monkeypatch: pytest.MonkeyPatch) -> Environ:
    """Install, and return the settings that pip gets."""
    seen: list[Environ] = []

    def run(command: list[str], *, env: Environ, **options: Any) -> Done:
        if "config" in command:
            return RUN(command, env=env, **options)
        seen.append({name: value for name, value in env.items() if name.startswith("PIP_")})
        return subprocess.CompletedProcess(command, 0, "", "")

    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "run", run)
        pip_install.install(Path("lock.txt"))
    return seen[0]


def configure(home: Path, text: str) -> None:
    """Write the person's file of settings, which wins over the machine's."""
    (home / ".config/pip").mkdir(parents=True)
    (home / ".config/pip/pip.conf").write_text(text)


def test_settings_of_index_proxy_certificates_and_cache_reach_pip(monkeypatch):
    for name, value in COUNT.items():
        monkeypatch.setenv(name, value)

    assert given(monkeypatch) == COUNT | {"PIP_CONFIG_FILE": os.devnull}


@pytest.mark.parametrize(
    "text",
    [
        "[global]\nuser = yes\nprefix = /p\nroot = /r\ntarget = /t\nno-deps = no\nplatform =\n  win32\n  any\n",
        "[install]\nconstraint = /c.txt\ndry-run = yes\nreport = /r.json\nupgrade = yes\npre = yes\neditable = .\n",
        "[global]\nuse-deprecated = legacy-resolver\nuse-feature = fast-deps\n[list]\nformat = json\n",
        "[global]\nuser = yes\nsite = yes\nglobal = yes\nisolated = yes\n",
        "[global]\nquiet = 3\nlog = /dev/null/no/log\npython = /no/such/python\nverbose = 3\n",
        "[download]\nindex-url = http://127.0.0.1:9/simple\n",
    ],
)
def test_other_settings_do_not_reach_pip(text, home, monkeypatch, machine):
    configure(home, text)
    for name in ("USER", "PREFIX", "TARGET", "NO_BINARY", "QUIET", "PYTHON", "LOG", "USE_FEATURE", "ISOLATED"):
        monkeypatch.setenv(f"PIP_{name}", "1")

    assert given(monkeypatch) == machine


def test_the_environment_wins_over_the_command_s_section_and_that_over_the_general_one(home, monkeypatch, machine):
    configure(home, "[install]\ntimeout = 2\nretries = 2\n[global]\ndefault-timeout = 1\nretries = 1\nproxy = p\n")
    monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "3")
    monkeypatch.setenv("PIP_RETRIES", "")
    monkeypatch.setenv("PIP_PROXY", "")

    assert given(monkeypatch) == machine | {"PIP_TIMEOUT": "3", "PIP_RETRIES": "2", "PIP_PROXY": "p"}


def test_a_setting_of_several_lines_with_quotes_reaches_pip_whole(home, monkeypatch, machine):
    configure(home, '[global]\nFind_Links =\n    /o\'neill\n    /"b"\n')

    assert given(monkeypatch) == machine | {"PIP_FIND_LINKS": '\n/o\'neill\n/"b"'}


def test_of_a_feature_only_the_certificates_reach_pip(monkeypatch, home, machine):
    monkeypatch.setenv("PIP_USE_FEATURE", "fast-deps truststore")
    monkeypatch.setenv("PIP_USE_DEPRECATED", "legacy-resolver legacy-certs")
    configure(home, "[global]\nuse-feature = truststore\n")

    assert given(monkeypatch) == machine | {"PIP_USE_FEATURE": "truststore", "PIP_USE_DEPRECATED": "legacy-certs"}


def test_a_file_of_settings_that_cannot_be_read_is_named(home):
    configure(home, "index-url = http://127.0.0.1:9/simple\n")

    with pytest.raises(
        InstallError, match=r"^pip's settings cannot be read:\n(.*\n)*.*File contains no section headers"
    ):
        pip_install.install(Path("lock.txt"))


def failing(monkeypatch: pytest.MonkeyPatch, said: str, logged: str) -> str:
    """Return the message for what pip says and logs."""

    def run(command: list[str], **_: object) -> Done:
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
def test_what_pip_says_is_put_in_words(said, logged, message, monkeypatch):
    assert failing(monkeypatch, said, logged).startswith(message)


def test_the_last_lines_of_pip_follow_after_the_one_that_tells_why(monkeypatch):
    said = f"one\ntwo\n\n    three\nfour\n\x1b[1m{NONE}\x1b[0m\n"
    logged = f"2026-11-28T12:32:20,893 Using pip\n2026-11-28T12:32:20,893   {PAGE} connection error - skipping\n"

    assert failing(monkeypatch, said, logged) == (
        f"the package index cannot be reached:\n  {PAGE} connection error - skipping\n  two\n  three\n  four\n  {NONE}"
    )


def test_nothing_listens_at_the_index_is_said_without_a_retry(monkeypatch, tmp_path):
    (tmp_path / "lock.txt").write_text(f"tiny==1.0 --hash=sha256:{'0' * 64}\n")
    for name, value in {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(InstallError, match=r"^the package index cannot be reached:\n  Could not fetch URL http://127"):
        pip_install.install(tmp_path / "lock.txt", f"--target={tmp_path / 'target'}")


def test_the_command_needs_no_installed_package_and_says_what_is_wrong():
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
def test_the_command_ends_without_a_traceback(error, code, monkeypatch):
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
