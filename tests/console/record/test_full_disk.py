"""A record that cannot be written: no change without a plan, and none left unreported."""

import json
import os
from pathlib import Path

import pytest

from console.record.place import Place
from console.record.writer import PersonLine, Record, RecordError
from local.opsgenie import Simulation
from service.model import Request
from tests.support.console_runner import (
    HALF,
    Run,
    add,
    as_json,
    edited_before_the_second_try,
    full_at,
    half_of,
    lines_of,
    normal,
    side_by_side,
    without_what_is_over,
)
from tests.support.service_env import NOW

HARI, MEERA, NORA = "hari@example.com", "meera@example.com", "nora@example.com"
RECORD = "record.jsonl"
GO = ("--apply", "--yes")


@pytest.mark.parametrize("leaver", [HARI, NORA])
def test_run_changes_nobody_when_the_plan_cannot_be_written(
    simulation: Simulation, run: Run, monkeypatch: pytest.MonkeyPatch, leaver: str
) -> None:
    monkeypatch.setattr(os, "fsync", full_at(1))

    result = run("offboard", leaver, MEERA, *GO)

    record = next(Path("records").iterdir())
    assert (result.exit_code, simulation.writes) == (1, [])
    assert result.stderr == f"the record {record} cannot be written: No space left on device\n"
    assert "the record cannot be written; nothing was changed" in result.stdout
    assert f"Sum: 1 failed, 1 not tried\nstopped after {leaver}: the record cannot be written\n" in result.stdout


@pytest.mark.parametrize("shown", [(), ("--json",)], ids=["tables", "json"])
def test_full_disk_stops_the_run_and_prints_the_unwritten_line(
    simulation: Simulation, run: Run, monkeypatch: pytest.MonkeyPatch, shown: tuple[str, ...]
) -> None:
    monkeypatch.setattr(os, "fsync", full_at(2, 3))

    result = run("offboard", NORA, HARI, *GO, *shown)

    assert result.exit_code == 1
    sentence, line = result.stderr.splitlines()
    record = next(Path("records").iterdir())
    why = f"the record {record} cannot be written: No space left on device"
    assert sentence == f"{why}; when it can be again, add this line at its end, on a line of its own:"
    assert json.loads(line)["request"]["username"] == NORA
    assert not [call for call in simulation.calls if HARI in call.path]
    stopped = f"stopped after {NORA}: the record cannot be written"
    if shown:
        answer = as_json(result)
        assert [(one["username"], one["outcome"]) for one in answer["people"]] == [(NORA, "done")]
        assert (answer["not_tried"], answer["record"], answer["stopped"]) == ([HARI], str(record), stopped)
    else:
        assert f"Sum: 1 done, 1 not tried\n{stopped}\nNot tried: {HARI}\nRecord: {record}" in result.stdout


def test_unwritten_plan_prevents_all_parallel_changes(
    simulation: Simulation, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    side_by_side(simulation)
    monkeypatch.setattr(os, "fsync", full_at(1))

    result = run("offboard", HARI, "--keep-user", "--record", RECORD, *GO)

    assert (result.exit_code, simulation.writes) == (1, [])
    assert result.stderr == f"the record {RECORD} cannot be written: No space left on device\n"
    assert "To undo" not in result.stdout
    assert lines_of(RECORD) == []


def test_record_starts_a_new_line_after_a_partial_write(monkeypatch: pytest.MonkeyPatch) -> None:
    line = PersonLine(Request(HARI), "failed", "a long story" * 100)
    monkeypatch.setattr(os, "write", half_of(1))

    with Record(Path(RECORD), Place()) as record:
        with pytest.raises(RecordError):
            record.write(line, NOW)
        record.write(line, NOW)
        record.write(line, NOW)

    half, *whole = Path(RECORD).read_text().splitlines()
    assert (len(half), [json.loads(text)["outcome"] for text in whole]) == (HALF, ["failed", "failed"])


def test_partly_written_plan_prevents_all_parallel_changes(
    simulation: Simulation, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    side_by_side(simulation)
    before = normal(simulation.snapshot())
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", half_of(1))
        result = run("offboard", HARI, "--keep-user", "--record", RECORD, *GO)

    assert (result.exit_code, simulation.writes) == (1, [])
    assert len(Path(RECORD).read_bytes()) == HALF
    assert run("offboard", HARI, "--record", RECORD, *GO).exit_code == 0
    assert run("restore", RECORD, "--apply", "--yes").exit_code == 1  # there is half a line in it
    assert normal(simulation.snapshot()) == before


def test_changes_made_before_a_second_plan_fails_are_in_the_record(
    simulation: Simulation, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = without_what_is_over(simulation)

    def edit() -> None:
        with simulation.edit() as account:
            add(account, NORA, account["schedules"][0]["rotations"][1])

    edited_before_the_second_try(simulation, edit)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full_at(2))
        result = run("offboard", HARI, NORA, "--record", RECORD, *GO)

    assert result.exit_code == 1
    assert "the record cannot be written any more" in result.stdout
    assert "Sum: 1 failed, 1 not tried" in result.stdout
    (line,) = lines_of(RECORD)
    assert (line["outcome"], line["follows_plan"]) == ("failed", True)
    assert len(line["changes"]) + len(line["unconfirmed"]) == 11
    assert run("restore", RECORD, "--apply", "--yes").exit_code == 0
    with simulation.edit() as account:
        assert account["schedules"][0]["rotations"][1]["participants"].pop()["username"] == NORA
    assert normal(simulation.snapshot()) == before
