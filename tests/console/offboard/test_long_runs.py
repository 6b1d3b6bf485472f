"""Long lists, interrupts and an unavailable Opsgenie: where a run stops, and what it says."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from local.opsgenie import Simulation
from local.opsgenie.answers import response
from tests.support import expected_account
from tests.support.console_runner import Run, interrupt, lines_of, runner
from tests.support.fault_table import KOFI
from tests.support.virtual_time import virtual_time

pytestmark = pytest.mark.sweep

HARI, MEERA, NORA = "hari@example.com", "meera@example.com", "nora@example.com"
GO = ("--apply", "--yes")


def test_refused_key_stops_the_run_after_one_call(simulation: Simulation) -> None:
    result = runner(simulation, key="wrong-key")("offboard", HARI, NORA, MEERA)

    assert result.exit_code == 1
    assert len(simulation.calls) == 1
    assert "stopped after hari@example.com: Opsgenie refused the key (Could not authenticate)" in result.stdout
    assert "Not tried: nora@example.com and 1 after" in result.stdout


@pytest.mark.parametrize(
    ("status", "message", "told"),
    [
        (
            422,
            "Key format is not valid!",
            "Opsgenie refused the key (Key format is not valid!); give ACCESS_TOKEN an API key",
        ),
        (
            402,
            "Upgrade first.",
            "the plan of this Opsgenie account does not have it: the user hari@example.com: Upgrade",
        ),
    ],
)
def test_key_or_plan_that_is_refused_stops_the_run_after_the_first(
    simulation: Simulation, run: Run, status: int, message: str, told: str
) -> None:
    simulation.faults.add(lambda _: response({"message": message}, status), None, "/v2/", None)

    result = run("offboard", HARI, NORA, MEERA)

    assert (result.exit_code, len(simulation.calls)) == (1, 1)
    assert f"stopped after hari@example.com: {told}" in result.stdout


def test_run_stops_after_three_people_in_a_row_find_opsgenie_down(simulation: Simulation, run: Run) -> None:
    simulation.faults.order("503", times=None)

    with virtual_time(threads=False) as clock:
        began = clock.now
        result = run("offboard", HARI, NORA, MEERA, KOFI, "bela@example.com")

    assert 3 * 110 < clock.now - began <= 3 * 120
    assert len(simulation.calls) < 3 * 30
    assert result.exit_code == 1
    assert "Sum: 3 failed, 2 not tried" in result.stdout
    assert "stopped after meera@example.com: Opsgenie is throttling or down" in result.stdout


def test_changes_left_when_time_runs_out_are_shown(simulation: Simulation) -> None:
    simulation.before("PATCH", None, lambda: time.sleep(1.0))

    result = runner(simulation, time_budget=1.0)("offboard", HARI, *GO)

    shown = " ".join(result.stdout.split())
    assert "out of time; run this again" in shown
    assert "Not changed yet what where change" in shown


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_run_finishes_the_person_and_reports_where_it_stopped(
    simulation: Simulation, run: Run, number: int, capfd: pytest.CaptureFixture[str]
) -> None:
    before = simulation.snapshot()
    simulation.before("PATCH", None, lambda: interrupt(number))
    handler = signal.getsignal(number)

    result = run("offboard", HARI, NORA, MEERA, *GO)

    assert result.exit_code == 130
    assert simulation.snapshot() == expected_account.left(before, HARI)
    assert capfd.readouterr().err == "finishing this person, then stopping; Ctrl-C again breaks off\n"
    assert "interrupted\nNot tried: nora@example.com and 1 after" in result.stdout
    assert [line["outcome"] for line in lines_of(next(Path("records").iterdir()))] == ["done"]
    assert signal.getsignal(number) == handler


def test_second_interrupt_aborts_and_records_unconfirmed_changes(simulation: Simulation, run: Run) -> None:
    simulation.before("PATCH", None, interrupt)
    simulation.before("DELETE", "/v2/users/", interrupt, skip=1)

    result = run("offboard", HARI, NORA, *GO)

    assert result.exit_code == 130
    (line,) = lines_of(next(Path("records").iterdir()))
    assert line["outcome"] == "failed"
    assert line["message"].startswith("broken off")
    everything = [*line["changes"], *line.get("unconfirmed", [])]
    assert len(everything) == 11


def test_interrupts_while_writing_the_record_leave_whole_lines(
    simulation: Simulation, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(_: int) -> None:
        interrupt()
        interrupt()

    before = simulation.snapshot()
    monkeypatch.setattr(os, "fsync", twice)

    result = run("offboard", HARI, NORA, "--record", "record.jsonl", *GO)

    assert result.exit_code == 130
    assert simulation.snapshot() == expected_account.left(before, HARI)
    lines = map(json.loads, Path("record.jsonl").read_text().splitlines())
    assert [line["outcome"] for line in lines] == ["under way", "done"]


def test_run_of_200_people_offboards_all_but_the_refused(simulation: Simulation, run: Run) -> None:
    with simulation.edit() as account:
        nora = expected_account.user_of(account, NORA)
        account["users"] += [
            {
                **nora,
                "id": f"id-{n}",
                "username": f"leaver{n}@example.com",
                "role": {"name": "Owner" if n % 10 == 0 else "User"},
            }
            for n in range(200)
        ]
    names = [f"leaver{n}@example.com" for n in range(200)]
    Path("list.csv").write_text("username\n" + "\n".join(names))

    result = run("offboard", "--from-csv", "list.csv", "--at-most", "200", "--record", "record.jsonl", *GO)

    assert result.exit_code == 1
    assert "Sum: 180 done, 20 refused" in result.stdout
    left = [user["username"] for user in simulation.snapshot()["users"] if user["username"] in names]
    assert left == names[::10]
    lines = lines_of("record.jsonl")
    assert [line["request"]["username"] for line in lines] == names
    assert [line["outcome"] for line in lines[:11]] == ["refused", *["done"] * 9, "refused"]
