"""Reading records: an invalid one is refused with the reason, and half a line does not cost the whole ones."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from console.record import reader
from local.opsgenie import Simulation
from service.serialization import change_json
from tests.support import expected_account
from tests.support.console_runner import Run, as_json, half_of, lines_of, normal, without_what_is_over
from tests.support.fault_table import KOFI

HARI, NORA = "hari@example.com", "nora@example.com"
RECORD = "record.jsonl"
GO = ("--apply", "--yes", "--record", RECORD)
GONE = '{"kind": "user", "action": "delete", "before": {"id": "a", "username": "ann@example.com"}, "after": null}'
NOBODY = '"version": 1, "person": {"id": "a", "username": "ann@example.com"}'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "record.jsonl has no changes: there is nothing to put back"),
        ('{"version": 1, "changes": []}\n{"version": 1, "chan', "line 2 is cut off"),
        ('{"version": 1, "changes": []}\nusername', "line 2 is cut off"),
        ('{"version": 1, "person": {"profile": {"version": 1}\n', "line 1 is cut off"),
        ("{}\n", "record.jsonl line 1 cannot be read: 'version' is missing"),
        ("[" * 100_000 + "\n", "record.jsonl line 1 cannot be read: it is no JSON"),
        ("username\n", "record.jsonl line 1 cannot be read: it is no JSON"),
        ("\n[1]\n", "record.jsonl line 2 cannot be read: it is of another form"),
        (
            '{"version": 2, "changes": []}',
            "record.jsonl line 1 cannot be read: it is of version 2, and this program reads version 1",
        ),
        (f'{{{NOBODY}, "changes": [{{"kind": "x"}}]}}', "line 1 cannot be read: it has a change of an unknown kind"),
        (f'{{{NOBODY}, "changes": [{{"kind": "team"}}]}}', "line 1 cannot be read: 'after' is missing"),
        (f'{{{NOBODY}, "changes": [7]}}', "line 1 cannot be read: it is of another form"),
        *(
            (f'{{{NOBODY}, "changes": [{GONE}], "request": {request}}}', f"line 1 cannot be read: {why}")
            for request, why in (
                ('{"keep_turns": "yes"}', "keep_turns is neither true nor false"),
                ('{"keep_turns": null}', "keep_turns is neither true nor false"),
                ("7", "it is of another form"),
            )
        ),
    ],
)
def test_invalid_record_exits_2_with_the_reason(simulation: Simulation, run: Run, content: str, sentence: str) -> None:
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
def test_partial_line_is_skipped_with_a_note(run: Run, half: str) -> None:
    """A crash leaves half a line; a later run that adds to the record begins a new one."""
    run("offboard", HARI, NORA, *GO)
    plan, hari, _, nora = Path(RECORD).read_bytes().splitlines(keepends=True)
    Path(RECORD).write_bytes(plan + hari + nora[:500] if half == "last" else plan[:1500] + b"\n" + nora)
    lost, there = (3, HARI) if half == "last" else (1, NORA)

    result = run("restore", RECORD, "--apply", "--yes", "--json")

    assert result.exit_code == 1
    note = f"record.jsonl line {lost} is cut off; a plan before it that it would have replaced counts"
    assert result.stderr == f"note: {note}\n"
    answer = as_json(result)
    assert answer["not_read"] == [note]
    assert [(one["username"], one["outcome"]) for one in answer["people"]] == [(there, "done")]


def offboarded_users() -> tuple[list[tuple[str, bool, int]], list[str]]:
    """Return each person's username, whether it is a plan, and the number of changes; and the notes."""
    found, notes = reader.read(Path(RECORD))
    return [(one.person.username, one.under_way, len(one.changes)) for one in found], notes


@pytest.mark.parametrize("tail", [b"", b"\n"], ids=["last", "in the middle"])
def test_line_cut_off_anywhere_leaves_the_plan_in_force(simulation: Simulation, run: Run, tail: bytes) -> None:
    with simulation.edit() as account:
        expected_account.user_of(account, HARI)["fullName"] = "Hari :-}}}}"
    run("offboard", HARI, *GO)
    plan, done = Path(RECORD).read_bytes().splitlines(keepends=True)

    for cut in range(1, len(done) - 1, 17):
        Path(RECORD).write_bytes(plan + done[:cut] + tail)
        found, notes = offboarded_users()
        assert found == [(HARI, True, 11)], cut
        assert notes == ["record.jsonl line 2 is cut off; a plan before it that it would have replaced counts"], cut


@pytest.mark.parametrize("cut", [0, 400])
def test_null_bytes_left_by_a_crash_are_ignored(run: Run, cut: int) -> None:
    """A file may grow before its data is written."""
    run("offboard", HARI, *GO)
    plan, done = Path(RECORD).read_bytes().splitlines(keepends=True)
    for end in (b"", b"\n"):
        Path(RECORD).write_bytes(plan + done[:cut] + bytes(300) + end)
        found, notes = offboarded_users()
        assert (found, len(notes)) == ([(HARI, True, 11)], 1 if cut else 0)
    Path(RECORD).write_bytes(bytes(300) + plan + bytes(300) + b"\n" + done)
    assert offboarded_users() == ([(HARI, False, 11)], [])


@pytest.mark.parametrize("between", [b"", b"\n"], ids=["into the half", "on its own"])
def test_lost_line_added_back_by_hand_is_read(
    simulation: Simulation, run: Run, monkeypatch: pytest.MonkeyPatch, between: bytes
) -> None:
    before = without_what_is_over(simulation)
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", half_of(2))
        kept = run("offboard", HARI, *GO).stderr.splitlines()[-1]
    with Path(RECORD).open("ab") as record:
        record.write(between + kept.encode() + b"\n")

    assert offboarded_users()[0] == [(HARI, False, 11)]
    run("restore", RECORD, "--apply", "--yes")
    assert normal(simulation.snapshot()) == before


def test_a_line_replaces_the_last_plan_of_the_same_person(run: Run) -> None:
    run("offboard", HARI, NORA, *GO)
    hari_plan, hari, nora_plan, nora = Path(RECORD).read_bytes().splitlines(keepends=True)
    half = json.loads(hari_plan)
    half["unconfirmed"] = half["unconfirmed"][:5]
    killed = json.dumps(half).encode() + b"\n"
    again = json.dumps({**half, "follows_plan": True, "changes": half["unconfirmed"][:3]}).encode() + b"\n"
    nora_count = len(json.loads(nora)["changes"])
    expected = {
        (killed, hari_plan, hari): [(HARI, True, 5), (HARI, False, 11)],
        (hari_plan, killed, hari): [(HARI, True, 11), (HARI, False, 11)],
        (hari_plan, nora_plan, hari): [(NORA, True, nora_count), (HARI, False, 11)],
        (nora_plan, hari_plan, nora): [(HARI, True, 11), (NORA, False, nora_count)],
        (hari_plan, again): [(HARI, True, 8)],
        (hari_plan, again, hari): [(HARI, False, 11)],
        (killed, hari_plan, again): [(HARI, True, 5), (HARI, True, 8)],
    }

    for lines, found in expected.items():
        Path(RECORD).write_bytes(b"".join(lines))
        assert offboarded_users() == (found, [])


def test_run_without_changes_keeps_earlier_changes_in_the_record(run: Run) -> None:
    for _ in range(2):
        run("offboard", HARI, "--keep-user", *GO)
    done, nothing = lines_of(RECORD)

    assert offboarded_users() == ([(HARI, False, 10)], [])
    assert len(done["changes"]) == 10
    assert nothing["changes"] == []


def test_reading_a_record_gives_back_the_same_changes(run: Run) -> None:
    """Reading the file and serializing the result gives the same changes."""
    run("offboard", HARI, "--replace-with", KOFI, *GO)

    (offboarded_user,), not_read = reader.read(Path(RECORD))
    (line,) = lines_of(RECORD)
    assert [change_json(change) for change in offboarded_user.changes] == line["changes"]
    assert offboarded_user.replacement is not None
    assert (offboarded_user.replacement.username, not_read) == (KOFI, [])


def test_request_for_kept_turns_is_read_and_missing_in_older_records(run: Run) -> None:
    run("offboard", HARI, "--keep-turns", *GO)
    run("offboard", NORA, *GO)
    hari, nora = lines_of(RECORD)
    older = [{**hari, "request": {"username": HARI, "replace_with": None, "keep_user": False}}, without_request(nora)]

    read = []
    for lines in ([hari, nora], older):
        Path(RECORD).write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        read.append([one.keep_turns for one in reader.read(Path(RECORD))[0]])

    assert read == [[True, False], [False, False]]


def without_request(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "request"}
