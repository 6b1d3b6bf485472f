"""A run of many people: what is told while it goes on, and whom its end names."""

import subprocess
import threading

import pytest

import console.terminal
from local.opsgenie import Simulation
from tests.support.console_runner import Run, as_json, interrupt, lines_of, process_of

HARI, KOFI, MEERA, NORA = (f"{name}@example.com" for name in ("hari", "kofi", "meera", "nora"))
TOMAS, GHOST = "tomas@example.com", "ghost@example.com"
RECORD = "record.jsonl"
GO = ("--apply", "--yes", "--record", RECORD)
OVERRIDES = (
    "not checked: overrides in other schedules that give no turn in the next three months: Opsgenie shows none by "
    "person"
)
INTEGRATIONS = "not checked: integrations and policies: Opsgenie names them only where it refuses to delete the user"


def test_end_of_a_dry_run_names_who_is_refused_not_found_and_on_call(run: Run) -> None:
    result = run("offboard", HARI, MEERA, GHOST, NORA, TOMAS)

    assert result.stdout.splitlines()[-9:] == [
        OVERRIDES,
        INTEGRATIONS,
        "",
        "Sum: 2 planned, 2 refused, 1 not found",
        "Refused: meera@example.com, tomas@example.com",
        "Not found: ghost@example.com",
        "On call now:",
        "  hari@example.com in Platform 24x7",
        "Nothing was changed. Add --apply to do it.",
    ]
    assert (result.stdout.count(OVERRIDES), result.stdout.count(INTEGRATIONS)) == (1, 1)


def test_end_of_a_run_names_who_failed_and_who_was_on_call(simulation: Simulation, run: Run) -> None:
    simulation.faults.order("403", "GET", "/v2/users/nora", times=None)

    result = run("offboard", HARI, NORA, *GO)

    assert (result.exit_code, result.stdout.splitlines()[-6:]) == (
        1,
        [
            "Sum: 1 done, 1 failed",
            "Failed: nora@example.com",
            "Were on call:",
            "  hari@example.com in Platform 24x7",
            f"Record: {RECORD}",
            f"To undo: flask --app console restore {RECORD}",
        ],
    )


def test_end_names_of_whom_it_is_not_known_whether_they_are_on_call(simulation: Simulation, run: Run) -> None:
    simulation.faults.order("403", "GET", "^/v2/schedules/on-calls$", times=None)

    result = run("offboard", NORA, HARI)

    assert "Perhaps on call now, since who is could not be read: nora@example.com, hari@example.com\n" in result.stdout


def test_sentence_that_holds_for_some_only_stays_with_them(simulation: Simulation, run: Run) -> None:
    with simulation.edit() as account:
        account["schedules"][3]["timezone"] = "Nowhere/Land"
        account["schedules"][3]["rotations"][0]["timeRestriction"] = {
            "type": "time-of-day",
            "restriction": {"startHour": 8, "startMin": 0, "endHour": 18, "endMin": 0},
        }
    unknown = "not checked: who will be on call in Payroll: its time zone Nowhere/Land is not known"

    lines = run("offboard", NORA, MEERA, "--replace-with", KOFI).stdout.splitlines()

    assert lines.count(unknown) == lines.count(OVERRIDES) == 1
    assert lines.index("meera@example.com  planned") < lines.index(unknown) < lines.index(OVERRIDES)


def test_one_person_alone_is_not_named_again(run: Run) -> None:
    assert run("offboard", MEERA).stdout.splitlines()[-3:] == [INTEGRATIONS, "", "Sum: 1 refused"]


def test_json_keeps_every_sentence_with_each_person(run: Run) -> None:
    people = as_json(run("offboard", HARI, NORA, "--json"))["people"]

    told = [[f"not checked: {sentence}" for sentence in person["not_checked"]] for person in people]
    assert told == [[OVERRIDES, INTEGRATIONS], [OVERRIDES, INTEGRATIONS]]


def test_without_a_terminal_each_person_of_a_long_list_is_told_as_they_end(run: Run) -> None:
    result = run("offboard", HARI, MEERA, GHOST, NORA)

    assert result.stderr.splitlines() == [
        "1 of 4: hari@example.com planned",
        "2 of 4: meera@example.com refused",
        "3 of 4: ghost@example.com not found",
        "4 of 4: nora@example.com planned",
    ]
    assert run("offboard", HARI, MEERA, NORA).stderr == ""


@pytest.mark.sweep
@pytest.mark.enable_socket
def test_line_of_a_person_is_written_before_the_next_person_begins(simulation: Simulation, address: str) -> None:
    go_on = threading.Event()
    simulation.before("GET", "/v2/users/meera", lambda: go_on.wait(20))

    with process_of(
        address, "offboard", HARI, MEERA, NORA, KOFI, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        assert run.stderr
        first = run.stderr.readline()
        go_on.set()
        rest = run.communicate(timeout=60)[1]

    assert first == b"1 of 4: hari@example.com planned\n"
    assert len(rest.splitlines()) == 3


def test_restored_people_of_a_long_record_are_told_as_they_end_and_named_at_the_end(
    simulation: Simulation, run: Run
) -> None:
    run("offboard", HARI, NORA, KOFI, "aiko.tanaka@example.com", *GO)
    with simulation.edit() as account:
        account["teams"] = [team for team in account["teams"] if team["name"] != "Payments"]

    result = run("restore", RECORD, "--apply", "--yes")

    assert result.stderr.splitlines()[0] == "1 of 4: aiko.tanaka@example.com done"
    assert result.stdout.splitlines()[-1] == "Left alone: hari@example.com"


@pytest.fixture
def broken_off(simulation: Simulation) -> None:
    """Interrupt twice before the first rotation is written: what is under way is written all the same."""

    def twice() -> None:
        interrupt()
        interrupt()

    simulation.before("PATCH", "/rotations/", twice)


@pytest.mark.usefixtures("broken_off")
def test_person_who_is_broken_off_shows_what_was_changed_and_what_may_have_been(run: Run) -> None:
    result = run("offboard", HARI, NORA, *GO)

    (line,) = lines_of(RECORD)
    assert (result.exit_code, len(line["changes"]) + len(line["unconfirmed"])) == (130, 11)
    shown = " ".join(result.stdout.split())
    assert "hari@example.com failed broken off; what was changed, and what may have been, is in the record" in shown
    made, doubted = shown.split(" May have been changed ")
    assert all(f" {change['name']} " in made for change in line["changes"])
    assert all(f" {change['name']} " in doubted for change in line["unconfirmed"])


@pytest.mark.usefixtures("broken_off")
def test_json_of_a_person_who_is_broken_off_has_what_the_record_has(run: Run) -> None:
    (person,) = as_json(run("offboard", HARI, NORA, "--json", *GO))["people"]

    (line,) = lines_of(RECORD)
    # What was under way at that moment depends on the threads.
    told, recorded = (tuple(one.get(name) for name in ("changes", "unconfirmed")) for one in (person, line))
    assert told == recorded


def test_defect_half_way_shows_what_was_changed(simulation: Simulation, run: Run) -> None:
    simulation.before("DELETE", "/members/", lambda: 1 // 0)

    (person,) = as_json(run("offboard", HARI, "--json", *GO))["people"]

    (line,) = lines_of(RECORD)
    assert person["message"].startswith("this program has a defect (ZeroDivisionError(")
    assert {name: person.get(name) for name in ("changes", "unconfirmed")} == {
        name: line.get(name) for name in ("changes", "unconfirmed")
    }


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console.terminal, "can_ask", lambda: True)


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("words", "question"),
    [
        ((HARI,), "Off-board 1 person now, who is on call? [y/N]: n"),
        ((HARI, NORA, TOMAS), "Off-board 2 people now, 1 of them on call? [y/N]: n"),
        ((HARI, "--keep-user"), "Detach 1 person now, who is on call? [y/N]: n"),
        ((NORA,), "Off-board 1 person now? [y/N]: n"),
    ],
)
def test_question_says_how_many_leave_and_how_many_of_them_are_on_call(
    run: Run, words: tuple[str, ...], question: str
) -> None:
    assert run("offboard", *words, "--apply", stdin="n\n").stderr.splitlines()[-2:] == [question, "Aborted!"]
