"""The report's page: self-contained, without scripts, and written atomically."""

import os
import re
import stat
from html.parser import HTMLParser
from pathlib import Path

import pytest

from local.opsgenie import Simulation
from tests.support import expected_account
from tests.support.console_runner import Run, as_json, runner


@pytest.fixture
def run(simulation: Simulation) -> Run:
    return runner(simulation, key="read-only-key")


class Page(HTMLParser):
    """Collects what a page loads, and its pictures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_page_escapes_names_and_loads_nothing_external(simulation: Simulation, run: Run) -> None:
    with simulation.edit() as account:
        account["schedules"][0]["name"] = '<script>alert(1)</script>"'
        account["schedules"][0]["rotations"][0]["name"] = "<b onclick=x>"
        expected_account.user_of(account, "anders.lindqvist@example.com")["fullName"] = "<img src=x>&'\""

    result = run("report", "--html", "report.html")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "written: report.html\n")
    text = Path("report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert {tag for tag, _ in page.tags} & {"script", "img", "link", "iframe", "b"} == set()
    assert not [name for _, attrs in page.tags for name in attrs if name in ("src", "href", "onclick")]
    assert not re.search(r"https?://|@import|url\((?!#)", text)
    assert text.count("&lt;script&gt;") >= 2


def test_the_page_has_a_picture_of_each_schedule(run: Run) -> None:
    text = run("report", "--html", "-").stdout

    page = Page(text)
    pictures = [attrs for tag, attrs in page.tags if tag == "svg" and attrs.get("role") == "img"]
    assert len(pictures) == 5
    assert all(attrs["aria-label"] for attrs in pictures)
    looks = [attrs.get("class") for tag, attrs in page.tags if tag == "rect"]
    assert {"shift", "override", "gap", "none"} <= set(looks)
    assert "<title>Meera Krishnan: Wed 25 Nov 14:45 to Tue 1 Dec 09:00 (Month end)</title>" in text
    assert "<title>Nobody: Tue 1 Dec 09:00 to Tue 8 Dec 09:00</title>" in text


def test_json_and_html_together_exit_2(run: Run) -> None:
    assert run("report", "--json", "--html", "x").exit_code == 2


def test_page_is_private_and_replaces_the_previous_one(run: Run) -> None:
    Path("report.html").write_text("the last one")

    assert run("report", "--html", "report.html").exit_code == 0

    assert [path.name for path in Path().iterdir()] == ["report.html"]
    assert stat.S_IMODE(Path("report.html").stat().st_mode) == 0o600
    assert "On-call report" in Path("report.html").read_text()


def test_page_is_written_through_a_symbolic_link(run: Run) -> None:
    Path("folder").mkdir()
    Path("report.html").symlink_to("folder/page.html")

    assert run("report", "--html", "report.html").exit_code == 0

    assert Path("report.html").is_symlink()
    assert "On-call report" in Path("folder/page.html").read_text()


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("folder", "is a directory"),
        ("", "is a directory"),
        ("none/report.html", "there is no folder none"),
        ("a-file/report.html", "there is no folder a-file"),
        ("a-pipe", "is no plain file"),
    ],
)
def test_unwritable_page_path_exits_2_before_calling_opsgenie(
    simulation: Simulation, run: Run, target: str, sentence: str
) -> None:
    Path("folder").mkdir()
    Path("a-file").touch()
    os.mkfifo("a-pipe")
    there = sorted(Path().iterdir())

    result = run("report", "--html", target)

    assert (result.exit_code, simulation.calls, sorted(Path().iterdir())) == (2, [], there)
    assert sentence in result.stderr


def test_full_disk_keeps_the_previous_page_and_no_other_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    Path("report.html").write_text("the last one")
    monkeypatch.setattr(os, "fsync", full)

    result = run("report", "--html", "report.html")

    assert (result.exit_code, result.stderr) == (1, "Error: report.html cannot be written: No space left on device\n")
    assert [path.read_text() for path in Path().iterdir()] == ["the last one"]


def test_unknown_time_zone_is_shown_in_page_tables_and_json(simulation: Simulation, run: Run) -> None:
    with simulation.edit() as account:
        account["schedules"][3]["timezone"] = "Nowhere/Land"
    sentence = "The time zone Nowhere/Land is not known here: all is counted in UTC."

    page = run("report", "--html", "-").stdout

    assert page.count(sentence) >= 1
    assert "Nowhere/Land</span>" not in page
    assert sentence in " ".join(run("report").stdout.split())
    schedules = as_json(run("report", "--json"))["schedules"]
    assert [one["name"] for one in schedules if not one["timezone_is_known"]] == ["Payroll"]
