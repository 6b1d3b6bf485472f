"""The report command: what it finds in an account."""

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from local.opsgenie import Simulation
from tests.support import expected_account
from tests.support.console_runner import Run, as_json, runner

BELA, YARA, KOFI = "bela@example.com", "yara.barakat@example.com", "kofi@example.com"


@pytest.fixture
def run(simulation: Simulation) -> Run:
    return runner(simulation, key="read-only-key")


def put_in(simulation: Simulation, *usernames: str, place: str = "escalation") -> None:
    with simulation.edit() as account:
        for username in usernames:
            one = {"type": "user", "id": expected_account.user_of(account, username)["id"], "username": username}
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


def test_report_on_the_sample_account_has_the_expected_findings(run: Run) -> None:
    found = as_json(run("report", "--json"))

    assert found["people_who_can_no_longer_be_called"] == []
    assert found["people_who_would_not_hear_an_alert"] == []
    assert found["not_checked"] == []
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
def test_report_finds_blocked_and_unreachable_people(simulation: Simulation, run: Run, place: str) -> None:
    put_in(simulation, BELA, YARA, KOFI, place=place)

    found = as_json(run("report", "--json"))

    where = {"escalation": "escalation Support escalation", "rotation": "rotation Support desk / Desk"}
    there = [where.get(place, "override Support desk")]
    assert found["people_who_can_no_longer_be_called"] == [
        {"username": BELA, "full_name": "Bela Toth", "state": "blocked", "places": there}
    ]
    assert [
        (one["username"], one["problems"], one["places"]) for one in found["people_who_would_not_hear_an_alert"]
    ] == [(YARA, ["never verified", "no contact method enabled"], there)]


@pytest.mark.parametrize("place", ["ended rotation", "ended override"])
def test_ended_rotations_and_overrides_are_ignored(simulation: Simulation, run: Run, place: str) -> None:
    put_in(simulation, BELA, place=place)

    assert as_json(run("report", "--json"))["people_who_can_no_longer_be_called"] == []


def test_contacts_are_fetched_only_for_on_call_participants(simulation: Simulation, run: Run) -> None:
    run("report", "--json")

    asked = [call for call in simulation.calls if "expand=contact" in call.query]
    assert len(asked) == len({call.path for call in asked}) == 17
    assert len([call for call in simulation.calls if call.path == "/v2/users"]) == 2
    assert simulation.writes == []


def test_times_are_in_utc_and_whole_seconds(simulation: Simulation) -> None:
    now = datetime(2026, 11, 25, 10, 15, 0, 123456, tzinfo=timezone(timedelta(hours=1)))

    found = as_json(runner(simulation, now=now)("report", "--json"))

    assert found["time"] == "2026-11-25T09:15:00Z"
    gaps = [gap for schedule in found["schedules"] for gap in schedule["gaps"]]
    assert gaps
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:00Z", time) for gap in gaps for time in gap.values())


def test_tables_show_the_findings(simulation: Simulation, run: Run) -> None:
    put_in(simulation, BELA)

    shown = " ".join(run("report").stdout.split())

    assert "bela@example.com blocked escalation Support escalation" in shown
    assert "Payroll / Month end Meera Krishnan" in shown
    assert "Payroll Nobody is on call for 14 days in 2 stretches (50% of the time)." in shown


def test_refused_key_exits_1_and_writes_no_page(simulation: Simulation) -> None:
    result = runner(simulation, key="wrong")("report", "--html", "report.html")

    assert result.exit_code == 1
    assert "Opsgenie refused the key (Could not authenticate)" in result.stderr
    assert not Path("report.html").exists()
