"""The README shows what really happens."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from local.processes import HOST, Processes, flask_run, free_port
from tests.support.hostile_environment import HOSTILE
from tests.support.local_stack import LOCAL, ROOT
from tests.support.service_env import NOW

README = (ROOT / "README.md").read_text()


def transcript(command: str) -> list[list[str]]:
    """Return the transcript of a command, split at its lines of `...`."""
    match = re.search(rf"<!-- transcript: {re.escape(command)} -->\n```\n(.*?)```", README, re.DOTALL)
    assert match, f"the README has no transcript of {command}"
    return [part.strip("\n").split("\n") for part in re.split(r"^\.\.\.$", match[1], flags=re.MULTILINE)]


def assert_shows(printed: str, parts: list[list[str]]) -> None:
    """Check that every part was printed, in this order."""
    rest = printed
    for part in parts:
        text = "\n".join(part)
        assert text in rest, f"not in what is printed, or not in this order:\n{text}\n\nprinted:\n{printed}"
        rest = rest.split(text, 1)[1]


@pytest.mark.xdist_group("local stack")
@pytest.mark.timeout(180)
def test_the_demo_prints_what_the_readme_shows() -> None:
    done = subprocess.run(
        [*LOCAL, "demo", "--now", NOW.isoformat()],
        cwd=ROOT,
        env={**os.environ, **HOSTILE},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert_shows(done.stdout, transcript("make demo"))


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:^    |`)make ([a-z-]+)", README, re.MULTILINE))))
def test_readme_names_only_existing_make_targets(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_readme_lists_every_stack_setting_with_its_default() -> None:
    settings = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    shown = dict(re.findall(r"^\| `([a-zA-Z]+)` \| (.*?) \|", README, re.MULTILINE))
    words = {
        "accessToken": "required",
        "jsmApiUrl": "Atlassian's",
        **dict.fromkeys(("jsmSite", "jsmEmail", "jsmToken", "jsmOrgKey"), "none"),
        **dict.fromkeys(("jsmCloudId", "jsmOrgId"), "asked for"),
        "jsmTrustToken": "`false`",
        "callers": "`default`",
        "allowedCidrs": "everyone",
        "runtime": "the running Python's",
        "permissionsBoundary": "none",
        "accessLog": "`false`",
        "alarmEmail": "nobody",
    }

    assert settings.keys() <= shown.keys()
    for name, setting in settings.items():
        assert shown[name] == words.get(name, f"`{setting.get('default')}`")


@pytest.mark.enable_socket
def test_console_commands_print_what_the_readme_shows(tmp_path: Path) -> None:
    shown = re.search(r"<!-- transcript: console -->\n```\n(.*?)```", README, re.DOTALL)
    assert shown
    with served_simulation() as url:
        env = {**os.environ, "PYTHONPATH": str(ROOT), "ACCESS_TOKEN": "local-key", "OPSGENIE_API_URL": url}
        printed, text = "", shown[1]
        for command in re.findall(r"^\$ (.*)$", shown[1], re.MULTILINE):
            # A record is named after the time: use this run's name instead of the README's.
            here = command.replace("flask ", f"{shlex.quote(sys.executable)} -m flask ")
            for ours, theirs in zip(stamps(printed), stamps(text), strict=False):
                here = here.replace(theirs, ours)
            done = subprocess.run(
                ["/bin/sh", "-c", here], cwd=tmp_path, env=env, text=True, capture_output=True, timeout=60, check=False
            )
            printed += f"$ {command}\n{done.stdout}{done.stderr}\n"

    assert timeless(printed) == timeless(text)


def stamps(text: str) -> list[str]:
    """Return the distinct times in record names."""
    return list(dict.fromkeys(re.findall(r"\d{4}-\d\d-\d\dT\d{6}Z", text)))


def timeless(text: str) -> list[str]:
    """Return the lines of a text without the empty ones, and with the record times masked."""
    text = re.sub(r"\d{4}-\d\d-\d\dT\d{6}Z", "TIME", text)
    return [line.rstrip() for line in text.splitlines() if line.strip()]


@contextmanager
def served_simulation() -> Iterator[str]:
    """Serve a simulated Opsgenie on loopback."""
    port = free_port()
    with Processes() as processes:
        processes.start(
            "the simulated Opsgenie",
            port,
            flask_run("local.opsgenie", port),
            # The transcripts were made then; who is on call depends on it.
            {"SIMULATION_NOW": NOW.isoformat()},
            log=Path(os.devnull),
        )
        yield f"http://{HOST}:{port}"
