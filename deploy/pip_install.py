"""Install what a lock names, and nothing else: `python -m deploy.pip_install LOCK`.

Runs before anything is installed, hence on the standard library alone, and with every pip from 23.0 on.
"""

import argparse
import ast
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

# The settings that say where files come from and how to get them. Every other one could change what is installed.
# https://pip.pypa.io/en/stable/topics/configuration/
WHERE_FROM = {"index-url", "extra-index-url", "no-index", "find-links", "trusted-host", "keyring-provider"}
HOW = {"proxy", "no-proxy-env", "cert", "client-cert", "timeout", "retries", "resume-retries"}
CACHE = {"cache-dir", "no-cache-dir", "refresh-package"}
# Of these two, only the value that selects the certificates; pip before 24.2 needs the first one for a company's.
CERTIFICATES = {"use-feature": "truststore", "use-deprecated": "legacy-certs"}
SYNONYMS = {"default-timeout": "timeout"}

# Makes `pip config list` answer despite any setting: with this Python, not the one that `python` names; not quiet;
# for all files, since it reads `user` as an option of its own.
ANSWERING = dict.fromkeys(["PIP_QUIET", "PIP_ISOLATED", "PIP_USER", "PIP_GLOBAL", "PIP_SITE"], "0")
ANSWERING |= {"_PIP_RUNNING_IN_SUBPROCESS": "1"}

OPTIONS = ["--no-deps", "--require-hashes", "--no-compile"]
OPTIONS += ["--quiet", "--no-input", "--no-color", "--progress-bar=off", "--disable-pip-version-check"]

UNREACHABLE = "the package index cannot be reached"
REFUSED = "the package index or a proxy refuses this machine, or wants a login"
# What any version of pip prints or logs -> what it means here; the first match counts.
MEANINGS = {
    r"No module named .?pip\b": "{python} has no pip; run `{python} -m ensurepip`",
    "DO NOT MATCH THE HASHES": "a file is not the one that {lock} was made from",
    "[Ii]n --require-hashes mode": "{lock} is out of date; run `make lock`",
    # An index that only lacks a package (404) may be one of several.
    "(Could not fetch URL .*|HTTP error).* 40[137] ": REFUSED,
    "Could not fetch URL (?!.* 404 )|HTTP error 5|Max retries exceeded": UNREACHABLE,
    "[Tt]imed out|Failed to connect|network connectivity": UNREACHABLE,
    "not a trusted or secure host": "the package index is not trusted; use https, or set PIP_TRUSTED_HOST",
    r"No matching distribution found for (?P<what>\S+)": (
        "the package index has no {what} for {target}; another version or another index may have it"
    ),
}


class InstallError(Exception):
    """Something cannot be installed; the message says why, with what pip said."""


def install(lock: Path, *options: str, name: str = "", target: str = "this Python") -> None:
    """Install each requirement of a lock as written, without resolving its dependencies.

    `options` are pip's; errors call the lock `name` and its platform `target`. Raise InstallError.
    """
    name = name or str(lock)
    environ = _without_pip(os.environ) | _settings(os.environ) | {"PIP_CONFIG_FILE": os.devnull}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        # Unless pip retried, only its log says that an index could not be reached.
        done = _pip(["install", *OPTIONS, f"--log={log}", *options, f"--requirement={lock}"], environ)
        logged = log.read_text("utf-8", "replace") if log.exists() else ""
    if done.returncode:
        said = done.stdout + done.stderr
        raise InstallError(_explained(said, logged, f"{name} cannot be installed", lock=name, target=target))


def _settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that count, from pip's files and from the environment, as environment variables."""
    asking = _without_pip(environ) | ANSWERING
    asking |= {name: environ[name] for name in ("PIP_CONFIG_FILE",) if name in environ}
    done = _pip(["config", "list"], asking)
    if done.returncode:
        raise InstallError(_explained(done.stdout + done.stderr, "", "pip's settings cannot be read"))
    found: dict[str, str] = {}
    for section in ("global", "install"):  # the later one wins, and the environment over both
        for name, value in re.findall(rf"^{section}\.([\w-]+)=(['\"].*)$", done.stdout, re.MULTILINE):
            # Escaped, since Python's parser rejects what this locale could not decode.
            found |= _named(name, ast.literal_eval(value.encode("ascii", "backslashreplace").decode()))
    for name, value in environ.items():
        found |= _named(name[4:], value) if name.startswith("PIP_") else {}
    return {f"PIP_{name.upper().replace('-', '_')}": value for name, value in found.items()}


def _named(name: str, value: str) -> dict[str, str]:
    """Return a setting under its option's name, if it counts; pip ignores an empty value."""
    name = name.lower().replace("_", "-")
    name = SYNONYMS.get(name, name)
    if name in CERTIFICATES:
        value = CERTIFICATES[name] if CERTIFICATES[name] in value.split() else ""
    return {name: value} if value and name in {*WHERE_FROM, *HOW, *CACHE, *CERTIFICATES} else {}


def _without_pip(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if not name.startswith("PIP_")}


def _pip(arguments: list[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run this Python's pip, isolated, so that neither PYTHONPATH nor the current folder matters."""
    command = [sys.executable, "-I", "-m", "pip", *arguments]
    return subprocess.run(  # noqa: S603 - this Python, without a shell
        command,
        # pip reads its files in the locale's encoding, which is ASCII on a machine without a locale.
        env={**environ, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="surrogateescape",  # as in the environment, where a path may end up
        check=False,
    )


def _explained(said: str, logged: str, otherwise: str, **words: str) -> str:
    """Put a meaning above pip's last lines, and the line that shows it unless it is among them."""
    said = said.encode(errors="backslashreplace").decode()
    said = re.sub(r"\x1b\[[\d;]*m", "", said)  # bold, where FORCE_COLOR is set
    lines = [line.strip() for line in said.splitlines() if line.strip()][-4:]
    for pattern, meaning in MEANINGS.items():
        # What pip retried may have succeeded in the end.
        if match := re.search(rf"^(?!.*Retrying \().*({pattern}).*", f"{said}\n{logged}", re.MULTILINE):
            line = re.sub(r"^[\d-]+T[\d:,]+ ", "", match[0]).strip()  # the log has the time before each
            lines = lines if line in said else [line, *lines]
            otherwise = meaning.format(python=sys.executable, **match.groupdict(), **words)
            break
    return "\n  ".join([f"{otherwise}:", *lines])


def main() -> None:
    """Install a lock into the environment of the running Python."""
    parser = argparse.ArgumentParser(prog="python -m deploy.pip_install", description="Install what a lock names.")
    parser.add_argument("lock", type=Path, help="a requirements.txt with a version and hashes for each package")
    parser.add_argument("--target", type=Path, help="a folder to install into, instead of this environment")
    arguments = parser.parse_args()
    try:
        install(arguments.lock, *([f"--target={arguments.target}"] if arguments.target else []))
    except (InstallError, OSError) as error:
        sys.exit(f"install: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
