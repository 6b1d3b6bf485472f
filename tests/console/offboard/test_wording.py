"""The commands' messages: worded for the command line, and true."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from console import terminal
from console.report import findings
from console.report.findings import Outlook
from console.wording import CONSOLE
from local.opsgenie import Simulation
from service import errors, response
from service.model import Change, Delay, Escalation, Named, Override, Participant, Person, Request, Rotation, Rule
from service.opsgenie.client import Opsgenie
from service.opsgenie.responses import blockers_in
from service.rules import decide
from service.schedule import Schedule
from service.survey import Survey
from service.wording import remedy
from tests.support.console_runner import Run, interrupt, lines_of, runner

HARI, MEERA, NORA = "hari@example.com", "meera@example.com", "nora@example.com"
RECORD = "record.jsonl"
GO = ("--apply", "--yes", "--record", RECORD)
WORDS_OF_THE_API = ("in changes", "in unconfirmed", "in remaining", "send ", "replace_with")


def test_undo_hint_is_shown_only_when_something_changed(run: Run) -> None:
    refused = run("offboard", MEERA, "ghost@example.com", *GO)
    done = run("offboard", NORA, *GO)

    assert f"Record: {RECORD}" in refused.stdout
    assert "To undo" not in refused.stdout
    assert f"To undo: flask --app console restore {RECORD}" in done.stdout


def test_undo_hint_is_shown_when_a_change_is_unconfirmed(simulation: Simulation, run: Run) -> None:
    simulation.before("DELETE", "/members/", lambda: 1 // 0)

    assert "To undo" in run("offboard", NORA, *GO).stdout


def test_aborted_dry_run_says_nothing_was_changed(simulation: Simulation, run: Run) -> None:
    for path in ("/users/", "/rotations"):
        simulation.before("GET", path, interrupt)

    result = run("offboard", HARI)

    assert result.exit_code == 130
    assert "broken off; nothing was changed" in result.stdout
    assert "record" not in result.stdout


@pytest.mark.parametrize("path", ["/users/", "/rotations"])
def test_dry_run_that_hits_a_defect_says_nothing_was_changed(simulation: Simulation, run: Run, path: str) -> None:
    simulation.before("GET", path, lambda: 1 // 0)

    result = run("offboard", HARI)

    assert result.exit_code == 1
    assert "Sum: 1 failed" in result.stdout
    assert "ZeroDivisionError" in result.stderr
    assert "this program has a defect (ZeroDivisionError(" in result.stdout
    assert "; nothing was changed" in result.stdout
    assert "record" not in result.stdout


ANN = Person("a", "ann@example.com", owner=True)
MADE = Change("delete", Override("o", Named("s", "S"), Named("a", "ann@example.com"), "", ""))
GONE = Change("delete", ANN)
FAILURES: list[errors.ServiceError] = [
    errors.UnavailableError("status 503"),
    errors.OutOfTimeError("the time is used up"),
    errors.UnauthorizedError("no"),
    errors.InUseError("held"),
    errors.ReaddedError("put back"),
    errors.BadRequestError("no"),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("made", [(), (MADE,), (MADE, GONE)], ids=["nothing", "something", "the account"])
@pytest.mark.parametrize("unconfirmed", [(), (MADE,)], ids=["sure", "unsure"])
def test_failure_messages_use_no_api_field_names(
    failure: errors.ServiceError, made: tuple[Change, ...], unconfirmed: tuple[Change, ...]
) -> None:
    changes: Any = SimpleNamespace(made=made, unconfirmed=unconfirmed, remaining=(MADE,))

    said = response.failed(failure, changes, Opsgenie.capabilities, CONSOLE).message

    assert not [word for word in WORDS_OF_THE_API if word in said]


@pytest.mark.parametrize("replacement", [None, ANN, Person("b", "bob@example.com", blocked=True)])
def test_remedies_use_no_api_field_names(replacement: Person | None) -> None:
    only = Participant("user", "a")
    rotation = Rotation("r", "R", Named("s", "S"), (only,))
    escalation = Escalation("e", "E", (Rule("if-not-acked", "default", Delay(0, "minutes"), only),))
    survey = Survey(ANN, (rotation,), (escalation,))
    protected, now = frozenset({ANN.username}), datetime(2026, 11, 25, tzinfo=UTC)

    blockers = blockers_in("remove user from integrations: [One], policies: [Two]")
    for request in (Request(ANN.username), Request(ANN.username, "bob@example.com")):
        plan = decide(survey, request, replacement=replacement, protected=protected, now=now)
        blockers += plan.blockers

    remedies = [remedy(blocker, CONSOLE) for blocker in blockers]
    assert len(remedies) >= 6
    assert not [one for one in remedies if any(word in one for word in WORDS_OF_THE_API)]


def test_output_refers_to_the_table_instead_of_the_changes_field(simulation: Simulation) -> None:
    simulation.faults.order("403", method="DELETE", path="/members/", times=None)

    shown = runner(simulation)("offboard", HARI, MEERA, *GO).stdout

    assert "Configuration Access. What was changed is in the table" in " ".join(shown.split())
    assert shown.count("in changes") == 0


@pytest.mark.parametrize("shown", [(), ("--json",)])
def test_record_message_refers_to_the_changes_field(simulation: Simulation, shown: tuple[str, ...]) -> None:
    simulation.faults.order("403", method="DELETE", path="/members/", times=None)

    runner(simulation)("offboard", HARI, *GO, *shown)

    *_, last = lines_of(RECORD)
    assert last["message"].endswith("Configuration Access. What was changed is in changes")


def test_report_with_an_unknown_key_says_what_to_set(simulation: Simulation) -> None:
    result = runner(simulation, key="wrong")("report")

    assert result.stderr == (
        "Error: Opsgenie refused the key (Could not authenticate); give ACCESS_TOKEN an API key of the account, "
        "and set OPSGENIE_API_URL to eu if the account is in the EU\n"
    )


def test_csv_without_names_exits_2_with_a_message(run: Run) -> None:
    result = run("offboard", "--from-csv", "-", stdin="username,replace_with\n\n,\n")

    assert result.exit_code == 2
    assert "standard input names nobody below its header" in result.stderr


START = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (1, "1 minute in one stretch (less than 1% of the time)"),
        (20, "20 minutes in one stretch (less than 1% of the time)"),
        (59.6, "1 hour in one stretch (less than 1% of the time)"),
        (60, "1 hour in one stretch (less than 1% of the time)"),
        (120, "2 hours in one stretch (less than 1% of the time)"),
        (73 * 60, "3 days and 1 hour in one stretch (11% of the time)"),
        (14 * 24 * 60, "14 days in one stretch (50% of the time)"),
    ],
)
def test_summary_shows_gap_lengths_in_natural_units(minutes: float, words: str) -> None:
    end = START + timedelta(weeks=4)
    gap = (START, START + timedelta(minutes=minutes))
    schedule = Schedule("s", "S", "Etc/UTC", True, (), ())

    assert findings.summary(Outlook(schedule, START, end, (), (gap,))) == f"Nobody is on call for {words}."


def test_zero_counts_are_shown_as_the_given_word() -> None:
    assert terminal.counted({"done": 0}, "nobody") == "nobody"
    assert terminal.counted({"done": 0}, "nothing") == "nothing"
    assert terminal.counted({"done": 2, "failed": 1}, "nothing") == "2 done, 1 failed"
