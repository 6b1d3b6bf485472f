"""Records read back: what is no record is refused with the reason, and half a line does not cost the whole lines."""

import json
from pathlib import Path

import pytest

from console import record_reader
from local.opsgenie import Simulation
from service.report import change_json
from tests.console.runner import Run, as_json, lines_of
from tests.fault_table import KOFI

HARI, NORA = "hari@example.com", "nora@example.com"
RECORD = "record.jsonl"
GO = ("--apply", "--yes", "--record", RECORD)
NOBODY = '"version": 1, "person": {"id": "a", "username": "ann@example.com"}'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "record.jsonl has no changes: there is nothing to put back"),
        ('{"version": 1, "changes": []}\n{"version": 1, "chan', "line 2 is cut off"),
        ("{}\n", "record.jsonl line 1 cannot be read: 'version' is missing"),
        ("[" * 100_000, "record.jsonl line 1 cannot be read: it is no JSON"),
        ("username\n", "record.jsonl line 1 cannot be read: it is no JSON"),
        ("\n[1]\n", "record.jsonl line 2 cannot be read: it is of another form"),
        (
            '{"version": 2, "changes": []}',
            "record.jsonl line 1 cannot be read: it is of version 2, and this program reads version 1",
        ),
        (f'{{{NOBODY}, "changes": [{{"kind": "x"}}]}}', "line 1 cannot be read: it has a change of an unknown kind"),
        (f'{{{NOBODY}, "changes": [{{"kind": "team"}}]}}', "line 1 cannot be read: 'after' is missing"),
        (f'{{{NOBODY}, "changes": [7]}}', "line 1 cannot be read: it is of another form"),
    ],
)
def test_a_record_that_is_none_is_refused(simulation: Simulation, run: Run, content: str, sentence: str) -> None:
    Path(RECORD).write_text(content)

    result = run("restore", RECORD)

    assert (result.exit_code, simulation.calls) == (2, [])
    assert sentence in result.stderr


def test_a_person_without_an_id_is_refused(run: Run) -> None:
    run("offboard", NORA, *GO)
    (line,) = lines_of(RECORD)
    line["person"]["id"] = ""
    Path(RECORD).write_text(json.dumps(line))

    assert "line 1 cannot be read: a person has no id or no username" in run("restore", RECORD).stderr


@pytest.mark.parametrize("half", ["last", "in the middle"])
def test_half_a_line_is_skipped_and_told(run: Run, half: str) -> None:
    """A crash leaves half a line; a later run that adds to the record begins a new one."""
    run("offboard", HARI, NORA, *GO)
    plan, hari, _, nora = Path(RECORD).read_bytes().splitlines(keepends=True)
    Path(RECORD).write_bytes(plan + hari + nora[:500] if half == "last" else plan[:1500] + b"\n" + nora)
    lost, there = (3, HARI) if half == "last" else (1, NORA)

    result = run("restore", RECORD, "--apply", "--json")

    assert result.exit_code == 1
    note = f"record.jsonl line {lost} is cut off; the plan before it, if there is one, counts instead"
    assert result.stderr == f"note: {note}\n"
    answer = as_json(result)
    assert answer["not_read"] == [note]
    assert [(one["username"], one["outcome"]) for one in answer["people"]] == [(there, "done")]


def test_a_run_that_changed_nothing_takes_nothing_from_an_earlier_one(run: Run) -> None:
    for _ in range(2):
        run("offboard", HARI, "--keep-user", *GO)
    done, nothing = lines_of(RECORD)

    departures, _ = record_reader.read(Path(RECORD))

    assert [len(departure.changes) for departure in departures] == [len(done["changes"])] == [10]
    assert nothing["changes"] == []


def test_a_record_has_all_that_a_change_had(run: Run) -> None:
    """The file alone is enough: reading it and writing it again gives the same changes."""
    run("offboard", HARI, "--replace-with", KOFI, *GO)

    (departure,), not_read = record_reader.read(Path(RECORD))
    (line,) = lines_of(RECORD)
    assert [change_json(change) for change in departure.changes] == line["changes"]
    assert departure.replacement is not None
    assert (departure.replacement.username, not_read) == (KOFI, [])
