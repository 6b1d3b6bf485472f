"""The record has the plan before each change, even if the plan changes."""

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from console.record import reader
from console.record.write_ahead import WriteAhead, each_once
from local.opsgenie import Simulation
from local.opsgenie.quirks import Quirks
from service.changes import Changes
from service.model import Change, Person
from tests.support import expected_account
from tests.support.console_runner import (
    Run,
    add,
    copied,
    edited_before_the_second_try,
    lines_of,
    normal,
    runner,
    side_by_side,
    without_what_is_over,
)
from tests.support.service_env import NOW

HARI, NORA = "hari@example.com", "nora@example.com"
RECORD = "record.jsonl"
GO = ("--apply", "--yes", "--record", RECORD)


def keep_last(copies: list[bytes]) -> None:
    """Make the record what a kill at the last copy would have left."""
    Path(RECORD).write_bytes(copies[-1])


def test_plan_is_rewritten_when_it_lacks_a_change() -> None:
    lines: list[Any] = []
    changes = Changes(cast(Any, None), lambda *_: None)
    ahead = WriteAhead(lambda *line: lines.append(line))
    ann, bob = (Change("delete", Person(id=name, username=f"{name}@example.com")) for name in ("ann", "bob"))

    for change in (ann, ann):
        ahead(changes, change)
    changes.plan((ann, bob))
    for change in (ann, bob, ann):
        ahead(changes, change)

    assert lines == [((), (ann,), False), ((), (ann, bob), True)]


def test_each_once_drops_equal_changes() -> None:
    ann, bob = (Change("delete", Person(id=name, username=f"{name}@example.com")) for name in ("ann", "bob"))

    assert each_once(ann, bob, replace(ann)) == (ann, bob)


def test_plan_includes_an_override_found_by_a_second_survey() -> None:
    simulation = Simulation(now=lambda: NOW, quirks=Quirks(overrides_block=True))
    run = runner(simulation)
    with simulation.edit() as account:
        hari = expected_account.user_of(account, HARI)["id"]
        elsewhere = next(one for one in account["schedules"] if hari not in json.dumps(one["rotations"]))
        time_ = {"startDate": "2026-11-20T00:00:00Z", "endDate": "2036-01-01T00:00:00Z"}
        user = {"type": "user", "id": hari, "username": HARI}
        elsewhere["overrides"].append({"alias": "hidden", "user": user, **time_})
    before = without_what_is_over(simulation)
    copies = copied(simulation, RECORD)
    assert run("offboard", HARI, *GO).exit_code == 0
    keep_last(copies)

    result = run("restore", RECORD, "--apply", "--yes")

    assert result.exit_code == 0, result.output
    assert normal(simulation.snapshot()) == before


def test_plan_includes_a_rotation_the_person_is_added_to_during_the_run(simulation: Simulation, run: Run) -> None:
    def put_in() -> None:
        with simulation.edit() as account:
            add(account, HARI, account["schedules"][-1]["rotations"][0])
            there.append(normal(account)["schedules"][-1])

    there: list[Any] = []
    copies = copied(simulation, RECORD, lambda: None, put_in)
    assert run("offboard", HARI, *GO).exit_code == 0
    keep_last(copies)

    result = run("restore", RECORD, "--apply", "--yes")

    assert result.exit_code == 0, result.output
    assert [normal(simulation.snapshot())["schedules"][-1]] == there


def test_plan_is_rewritten_after_a_concurrent_edit(simulation: Simulation, run: Run) -> None:
    def edit() -> None:
        with simulation.edit() as account:
            add(account, NORA, account["schedules"][0]["rotations"][1])

    copies = copied(simulation, RECORD)
    edited_before_the_second_try(simulation, edit)
    assert run("offboard", HARI, *GO).exit_code == 0
    first, second, done = map(json.loads, Path(RECORD).read_text().splitlines())
    assert [line["outcome"] for line in (first, second, done)] == ["under way", "under way", "done"]
    assert [line["follows_plan"] for line in (first, second, done)] == [False, True, True]
    everything = (done["changes"], [*second["changes"], *second["unconfirmed"]])
    assert sorted(map(json.dumps, everything[0])) == sorted(map(json.dumps, everything[1]))
    keep_last(copies)

    (offboarded_user,), _ = reader.read(Path(RECORD))
    result = run("restore", RECORD, "--apply", "--yes")

    assert len(offboarded_user.changes) == len(done["changes"])
    assert result.exit_code == 0, result.output
    participants = simulation.snapshot()["schedules"][0]["rotations"][1]["participants"]
    assert {HARI, NORA} <= {one.get("username") for one in participants}


def test_slow_record_write_does_not_overwrite_concurrent_edits(
    simulation: Simulation, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    side_by_side(simulation)
    hari = expected_account.user_of(simulation.snapshot(), HARI)["id"]
    monkeypatch.setattr("service.transport.updates.MAX_READ_AGE", 0.2)
    edited: list[str] = []

    def fsync(_: int) -> None:
        if not edited:
            with simulation.edit() as account:
                rotations = [one for schedule in account["schedules"] for one in schedule["rotations"]]
                for rotation in rotations:
                    if hari in json.dumps(rotation["participants"]):
                        add(account, NORA, rotation)
                        edited.append(rotation["id"])
            time.sleep(0.4)

    monkeypatch.setattr(os, "fsync", fsync)

    assert run("offboard", HARI, "--keep-user", *GO).exit_code == 0

    rotations = [one for schedule in simulation.snapshot()["schedules"] for one in schedule["rotations"]]
    last = [one["participants"][-1]["username"] for one in rotations if one["id"] in edited]
    assert last == [NORA] * 4


@pytest.mark.parametrize("path", ["/rotations/", "/members/"])
def test_write_with_a_lost_answer_is_recorded_as_unconfirmed(simulation: Simulation, run: Run, path: str) -> None:
    """The write may land after the last look, so it must be in the record as well."""
    method = "PATCH" if path == "/rotations/" else "DELETE"
    simulation.faults.order("html", method=method, path=path, times=None)

    assert run("offboard", HARI, *GO).exit_code == 1

    (line,) = lines_of(RECORD)
    assert len(line["changes"]) + len(line["unconfirmed"]) == 11
    assert {"rotation" if method == "PATCH" else "team", "user"} <= {one["kind"] for one in line["unconfirmed"]}


def test_override_that_vanishes_before_the_deletion_is_in_the_record(simulation: Simulation, run: Run) -> None:
    """Opsgenie may drop it before the user is deleted, so that a later look does not show it."""

    def drop() -> None:
        with simulation.edit() as account:
            account["schedules"][0]["overrides"][:] = [
                one for one in account["schedules"][0]["overrides"] if one["user"]["username"] != HARI
            ]
            add(account, HARI, account["schedules"][-1]["rotations"][0])

    copied(simulation, RECORD, drop)

    assert run("offboard", HARI, *GO).exit_code == 0

    (line,) = lines_of(RECORD)
    assert "override" in {one["kind"] for one in [*line["changes"], *line.get("unconfirmed", ())]}
