"""What the README shows is what happens."""

import re
import subprocess
import sys

import pytest

from tests.local_stack import ROOT

README = (ROOT / "README.md").read_text()


def transcript(command: str) -> list[list[str]]:
    """Return the transcript of a command, in the runs of lines between its cuts."""
    match = re.search(rf"<!-- transcript: {re.escape(command)} -->\n```\n(.*?)```", README, re.DOTALL)
    assert match, f"the README has no transcript of {command}"
    return [part.strip("\n").split("\n") for part in re.split(r"^\.\.\.$", match[1], flags=re.MULTILINE)]


def assert_shows(printed: str, parts: list[list[str]]) -> None:
    """Find every run of lines in what was printed, in order."""
    rest = printed
    for part in parts:
        text = "\n".join(part)
        assert text in rest, f"not in what is printed, or not in this order:\n{text}\n\nprinted:\n{printed}"
        rest = rest.split(text, 1)[1]


@pytest.mark.xdist_group("local stack")
@pytest.mark.timeout(180)
def test_the_demo_prints_what_the_readme_shows() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local", "demo"], cwd=ROOT, capture_output=True, text=True, timeout=150, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert_shows(done.stdout, transcript("make demo"))


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:^    |`)make ([a-z-]+)", README, re.MULTILINE))))
def test_the_readme_names_only_targets_that_are_there(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
