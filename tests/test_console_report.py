"""The report command: what it finds, and a page that needs nothing else."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import responses

from local.opsgenie import Simulation
from service.settings import Settings
from service.transport import open_session
from tests.console_runner import Run, as_json, runner, runner_of
from tests.test_offboarding import user_of
from tests.world import OPSGENIE

BELA, YARA, KOFI = "bela@example.com", "yara.barakat@example.com", "kofi@example.com"
SCHEDULES = {"data": [{"id": "s", "name": "S", "rotations": []}]}


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(simulation: Simulation) -> Run:
    return runner(simulation, key="read-only-key")


def put_in(simulation: Simulation, *usernames: str, place: str = "escalation") -> None:
    with simulation.edit() as account:
        for username in usernames:
            one = {"type": "user", "id": user_of(account, username)["id"], "username": username}
            rule = account["escalations"][3]["rules"][0]
            times = {"startDate": "2026-12-01T00:00:00Z", "endDate": "2026-12-02T00:00:00Z"}
            if place == "escalation":
                account["escalations"][3]["rules"].append({**rule, "recipient": one})
            elif place == "rotation":
                account["schedules"][4]["rotations"][0]["participants"].append(one)
            elif place == "ended rotation":
                account["schedules"][4]["rotations"][1]["participants"].append(one)
            else:
                start = "2026-11-01" if place == "ended override" else "2026-12-01"
                times = {"startDate": f"{start}T00:00:00Z", "endDate": f"{start[:-1]}2T00:00:00Z"}
                account["schedules"][4]["overrides"].append({"alias": username, "user": one, **times})


def test_the_sample_has_one_of_each(run: Run) -> None:
    found = as_json(run("report", "--json"))

    assert found["people"] == []
    assert found["rotations_with_one_person"] == [{"name": "Payroll / Month end", "who": "Meera Krishnan"}]
    assert found["escalations_with_one_recipient"] == [{"name": "Ledger close", "who": "Tomas Ruzicka"}]
    assert {one["name"]: one["hours_without_anybody"] for one in found["schedules"]} == {
        "Platform 24x7": 0,
        "Platform business hours": 492.0,
        "Payments on-call": 0,
        "Payroll": 336.0,
        "Support desk": 0,
    }


@pytest.mark.parametrize("place", ["escalation", "rotation", "override"])
def test_people_who_would_not_hear_an_alert_are_found(simulation: Simulation, run: Run, place: str) -> None:
    put_in(simulation, BELA, YARA, KOFI, place=place)

    found = as_json(run("report", "--json"))

    where = {"escalation": "escalation Support escalation", "rotation": "rotation Support desk / Desk"}
    assert [(one["username"], one["problems"], one["places"]) for one in found["people"]] == [
        (BELA, ["blocked"], [where.get(place, "override Support desk")]),
        (YARA, ["never verified", "no contact method enabled"], [where.get(place, "override Support desk")]),
    ]


@pytest.mark.parametrize("place", ["ended rotation", "ended override"])
def test_what_is_over_does_not_count(simulation: Simulation, run: Run, place: str) -> None:
    put_in(simulation, BELA, place=place)

    assert as_json(run("report", "--json"))["people"] == []


def test_somebody_without_an_account_is_found(simulation: Simulation, run: Run) -> None:
    put_in(simulation, BELA)
    with simulation.edit() as account:
        account["users"] = [user for user in account["users"] if user["username"] != BELA]

    (one,) = as_json(run("report", "--json"))["people"]

    assert (one["username"], one["problems"]) == (BELA, ["no account"])


def test_contacts_are_asked_for_only_of_those_in_something(simulation: Simulation, run: Run) -> None:
    run("report", "--json")

    asked = [call for call in simulation.calls if "expand=contact" in call.query]
    assert len(asked) == len({call.path for call in asked}) == 17
    assert len([call for call in simulation.calls if call.path == "/v2/users"]) == 2
    assert simulation.writes == []


def test_the_tables_have_the_same(simulation: Simulation, run: Run) -> None:
    put_in(simulation, BELA)

    shown = " ".join(run("report").stdout.split())

    assert "bela@example.com blocked escalation Support escalation" in shown
    assert "Payroll / Month end Meera Krishnan" in shown
    assert "Payroll Nobody is on call for 14 days in 2 stretches (50% of the time)." in shown


class Page(HTMLParser):
    """Collects what a page loads, and its pictures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_needs_nothing_else_and_runs_nothing(simulation: Simulation, run: Run) -> None:
    with simulation.edit() as account:
        account["schedules"][0]["name"] = '<script>alert(1)</script>"'
        account["schedules"][0]["rotations"][0]["name"] = "<b onclick=x>"
        user_of(account, "anders.lindqvist@example.com")["fullName"] = "<img src=x>&'\""

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


def test_a_page_or_json_not_both(run: Run) -> None:
    assert run("report", "--json", "--html", "x").exit_code == 2


def test_a_refused_key_is_told(simulation: Simulation) -> None:
    result = runner(simulation, key="wrong")("report", "--html", "report.html")

    assert result.exit_code == 1
    assert "Opsgenie refused the key (Could not authenticate)" in result.stderr
    assert not Path("report.html").exists()


def over_the_wire(users: Any) -> Any:
    responses.get(f"{OPSGENIE}/v2/schedules", json={"data": []})
    responses.get(f"{OPSGENIE}/v2/escalations", json={"data": [{"id": "e", "name": "E"}]})
    responses.get(f"{OPSGENIE}/v2/escalations/e", json={"data": {"id": "e", "name": "E", "rules": []}})
    responses.get(f"{OPSGENIE}/v2/users", json=users)
    settings = Settings("secret-7", opsgenie_api_url=OPSGENIE)
    return runner_of(settings, open_session(settings))("report", "--json")


@responses.activate
def test_a_next_page_at_another_host_is_not_asked_for() -> None:
    result = over_the_wire({"data": [], "paging": {"next": "https://evil.example.com/v2/users?offset=100"}})

    assert result.exit_code == 1
    assert (
        "the next page of users is said to be at another host (evil.example.com); it is not followed" in result.stderr
    )
    assert {call.request.url.split("/")[2] for call in responses.calls if call.request.url} == {"opsgenie.test"}


@responses.activate
def test_pages_that_come_round_are_left() -> None:
    result = over_the_wire({"data": [], "paging": {"next": f"{OPSGENIE}/v2/users?offset=0"}})

    assert "come round in a circle" in result.stderr


@responses.activate
@pytest.mark.parametrize("users", [{"data": [{}]}, {"data": None}, {}, {"data": [], "paging": {"next": 7}}])
def test_nonsense_is_told_as_such(users: Any) -> None:
    result = over_the_wire(users)

    assert result.exit_code == 1
    assert "the answer about users is not of the documented form" in result.stderr


@responses.activate
def test_escalations_that_are_listed_by_name_only_are_read_whole() -> None:
    found = as_json(over_the_wire({"data": []}))

    assert found["escalations_with_one_recipient"] == [{"name": "E", "who": "nobody"}]
