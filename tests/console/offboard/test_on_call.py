"""Who is on call before and after, as the operator sees it: in the output, in the JSON and before the question."""

import json
from pathlib import Path

import pytest
from click.testing import Result

import console.terminal
from local.opsgenie import Simulation
from local.opsgenie.answers import response
from tests.support.console_runner import Run, as_json, runner
from tests.support.service_env import NOW
from tests.support.small_account import account

HARI, KOFI, MEERA, NORA = (f"{name}@example.com" for name in ("hari", "kofi", "meera", "nora"))
ON_CALLS = "^/v2/schedules/on-calls$"


def printed_from(words: str, result: Result) -> list[str]:
    """Return the lines of the output from some words on, without the padding of tables."""
    return [line.rstrip() for line in result.stdout[result.stdout.index(words) :].splitlines()]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console.terminal, "can_ask", lambda: True)


@pytest.mark.usefixtures("asked")
def test_confirmation_names_each_leaver_who_is_on_call_now(run: Run) -> None:
    result = run("offboard", NORA, HARI, MEERA, "--replace-with", KOFI, "--apply", stdin="n\n")

    assert result.stderr.splitlines()[:3] == [
        "hari@example.com is on call now in Platform 24x7",
        "meera@example.com is on call now in Payroll",
        "Off-board 3 people now, 2 of them on call? [y/N]: n",
    ]


@pytest.mark.usefixtures("asked")
def test_confirmation_says_when_it_is_not_known_who_is_on_call(simulation: Simulation, run: Run) -> None:
    simulation.faults.order("403", "GET", ON_CALLS, times=None)

    result = run("offboard", NORA, "--apply", stdin="n\n")

    assert result.stderr.splitlines()[:2] == [
        "nora@example.com may be on call now: who is could not be read",
        "Off-board 1 person now? [y/N]: n",
    ]


@pytest.mark.usefixtures("asked")
def test_confirmation_says_nothing_of_leavers_who_are_not_on_call(run: Run) -> None:
    result = run("offboard", NORA, "--apply", stdin="n\n")

    assert result.stderr.splitlines()[0] == "Off-board 1 person now? [y/N]: n"


def test_what_was_read_after_the_changes_is_shown_as_read(run: Run) -> None:
    result = run("offboard", MEERA, "--replace-with", KOFI, "--apply", "--yes")

    assert printed_from("On call now", result)[:5] == [
        "On call now in Payroll",
        "",
        " on call in   now                 after              next hand-over",
        " ────────────────────────────────────────────────────────────────────────",
        " Payroll      meera@example.com   kofi@example.com   2026-12-01T03:30:00Z",
    ]


def test_what_is_not_known_is_shown_as_such_and_without_the_key(simulation: Simulation, run: Run) -> None:
    simulation.faults.add(
        lambda _: response({"message": "not for local-key"}, 402), "GET", "^/v2/schedules(/on-calls)?$", None
    )

    result = run("offboard", MEERA, "--replace-with", KOFI)

    assert printed_from(" on call in", result)[:10] == [
        " on call in   now         after       next hand-over",
        " ───────────────────────────────────────────────────",
        " Payroll      not known   not known",
        "",
        "not checked: overrides in other schedules that give no turn in the next three months: Opsgenie shows none by "
        "person",
        "not checked: integrations and policies: Opsgenie names them only where it refuses to delete the user",
        "not checked: the times of schedules: not for [the key]",
        "not checked: overrides in schedules that hold the person in no other way: not for [the key]",
        "not checked: who is on call now: not for [the key]",
        "not checked: who will be on call in Payroll: its times were not read",
    ]


def test_gaps_are_shown_with_their_number(run: Run) -> None:
    result = run("offboard", "ingrid.berg@example.com", "--keep-turns")

    lines = [line for line in result.stdout.splitlines() if line.startswith("nobody is on call")]
    assert lines == [
        "nobody is on call in Platform business hours from 2026-11-30T08:00:00Z to 2026-11-30T17:00:00Z",
        "nobody is on call in Platform business hours from 2026-12-01T08:00:00Z to 2026-12-01T17:00:00Z",
        "nobody is on call in Platform business hours from 2026-12-02T08:00:00Z to 2026-12-02T17:00:00Z",
        "nobody is on call in Platform business hours 7 more times in the four weeks to come",
    ]


def test_note_of_a_change_is_shown() -> None:
    simulation = Simulation(account(escalations={"e": ["lea", "rex"]}), now=lambda: NOW)
    result = runner(simulation)("offboard", "lea@example.com")

    assert "rule 1 of 2 goes; the first notice comes 5 minutes later" in result.stdout


def test_nobody_on_call_is_shown_as_nobody(simulation: Simulation, run: Run) -> None:
    with simulation.edit() as account:
        account["schedules"][3]["enabled"] = False

    result = run("offboard", MEERA, "--replace-with", KOFI)

    assert " Payroll      nobody   nobody" in result.stdout


def test_json_has_the_api_fields(run: Run) -> None:
    (person,) = as_json(run("offboard", MEERA, "--replace-with", KOFI, "--json"))["people"]

    assert [{name: value for name, value in one.items() if name != "id"} for one in person["on_call"]] == [
        {
            "name": "Payroll",
            "now": [MEERA],
            "after": [KOFI],
            "computed": True,
            "hand_over": "2026-12-01T03:30:00Z",
        }
    ]


def test_record_with_the_former_field_can_still_be_restored(run: Run) -> None:
    run("offboard", MEERA, "--replace-with", KOFI, "--apply", "--yes", "--record", "record.jsonl")
    record = Path("record.jsonl")
    former = {"on_call_now": [{"id": "s", "name": "Payroll", "recipients": [MEERA]}]}
    lines = [json.dumps({**json.loads(line), **former}) + "\n" for line in record.read_text().splitlines()]
    record.write_text("".join(lines))

    result = run("restore", "record.jsonl", "--apply", "--yes")

    assert (result.exit_code, "Sum: 2 done" in result.stdout) == (0, True)
