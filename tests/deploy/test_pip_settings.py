"""pip installs what the lock names: it gets only the settings that say where files come from."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy import pip_install
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
    """A home folder without settings."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Environ:
    """The settings that pip gets by default: those of the machine."""
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
    """Write the user's pip.conf, which overrides the machine's."""
    (home / ".config/pip").mkdir(parents=True)
    (home / ".config/pip/pip.conf").write_text(text)


def test_index_proxy_certificate_and_cache_settings_reach_pip(monkeypatch):
    for name, value in COUNT.items():
        monkeypatch.setenv(name, value)

    assert given(monkeypatch) == COUNT | {"PIP_CONFIG_FILE": os.devnull}


@pytest.mark.parametrize(
    "text",
    [
        "[global]\nuser = yes\nprefix = /p\nroot = /r\ntarget = /t\nno-deps = no\nplatform =\n  win32\n  any\n",
        "[install]\nconstraint = /c.txt\ndry-run = yes\nreport = /r.json\nupgrade = yes\npre = yes\neditable = .\n",
        "[global]\nuse-deprecated = legacy-resolver\nuse-feature = fast-deps\n[list]\nformat = json\n",
        "[download]\nindex-url = http://127.0.0.1:9/simple\n",
    ],
    ids=["global", "install", "features", "another command"],
)
def test_other_settings_do_not_reach_pip(text, home, monkeypatch, machine):
    configure(home, text)
    for name in ("USER", "PREFIX", "TARGET", "NO_BINARY", "QUIET", "PYTHON", "LOG", "USE_FEATURE", "ISOLATED"):
        monkeypatch.setenv(f"PIP_{name}", "1")

    assert given(monkeypatch) == machine


@pytest.mark.parametrize("option", ["user", "site", "global", "isolated"])
def test_settings_are_read_despite_options_that_silence_or_limit_pip(option, home, monkeypatch, machine):
    text = "quiet = 3\nverbose = 1\nlog = /dev/null/no/log\npython = /no/such/python\nresume-retries = 4\n"
    configure(home, f"[global]\n{option} = yes\n{text}")
    if option != "isolated":  # which skips only the user's own file
        monkeypatch.setenv("PIP_CONFIG_FILE", str(home / ".config/pip/pip.conf"))

    assert given(monkeypatch) == machine | {"PIP_RESUME_RETRIES": "4"}


def test_environment_overrides_install_section_which_overrides_global(home, monkeypatch, machine):
    configure(home, "[install]\ntimeout = 2\nretries = 2\n[global]\ndefault-timeout = 1\nretries = 1\nproxy = p\n")
    monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "3")
    monkeypatch.setenv("PIP_RETRIES", "")
    monkeypatch.setenv("PIP_PROXY", "")

    assert given(monkeypatch) == machine | {"PIP_TIMEOUT": "3", "PIP_RETRIES": "2", "PIP_PROXY": "p"}


def test_multi_line_setting_with_quotes_reaches_pip_whole(home, monkeypatch, machine):
    configure(home, '[global]\nFind_Links =\n    /o\'neill\n    /"b"\n')

    assert given(monkeypatch) == machine | {"PIP_FIND_LINKS": '\n/o\'neill\n/"b"'}


def test_only_certificate_values_of_feature_settings_reach_pip(monkeypatch, home, machine):
    monkeypatch.setenv("PIP_USE_FEATURE", "fast-deps truststore")
    monkeypatch.setenv("PIP_USE_DEPRECATED", "legacy-resolver legacy-certs")
    configure(home, "[global]\nuse-feature = truststore\n")

    assert given(monkeypatch) == machine | {"PIP_USE_FEATURE": "truststore", "PIP_USE_DEPRECATED": "legacy-certs"}


def test_unreadable_settings_file_is_reported(home):
    configure(home, "index-url = http://127.0.0.1:9/simple\n")

    with pytest.raises(
        InstallError, match=r"^pip's settings cannot be read:\n(.*\n)*.*File contains no section headers"
    ):
        pip_install.install(Path("lock.txt"))
