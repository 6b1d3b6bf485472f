"""Records: readable by their owner only, on disk before the next person, and always complete."""

import json
import os
import time
from pathlib import Path
from urllib.parse import quote

import pytest
import responses

from local.opsgenie import Simulation
from service.settings import Settings
from service.vendors import open_session
from tests.support.console_runner import Run, as_json, lines_of, runner_of
from tests.support.service_env import OPSGENIE

HARI, MEERA, NORA = "hari@example.com", "meera@example.com", "nora@example.com"
GO = ("--apply", "--yes")


@responses.activate
def test_key_echoed_by_opsgenie_is_masked_in_output_and_record() -> None:
    responses.get(f"{OPSGENIE}/v2/users/{quote(HARI, safe='')}", json={"message": "key secret-7 is bad"}, status=422)
    settings = Settings("secret-7", opsgenie_api_url=OPSGENIE)

    result = runner_of(settings, open_session(settings))("offboard", HARI, "--json", *GO)

    assert "key [the key] is bad" in result.stdout
    assert "secret-7" not in result.output + next(Path("records").iterdir()).read_text()


def test_changes_made_before_a_failure_are_in_the_record(simulation: Simulation, run: Run) -> None:
    simulation.faults.order("html", method="DELETE", path="/members/", times=None)

    result = run("offboard", HARI, NORA, *GO)

    assert result.exit_code == 1
    assert "Sum: 1 done, 1 failed" in result.stdout
    hari, nora = lines_of(next(Path("records").iterdir()))
    assert (hari["outcome"], nora["outcome"]) == ("failed", "done")
    assert hari["changes"]


@pytest.mark.parametrize("shown", [(), ("--json",)], ids=["tables", "json"])
def test_defect_stops_the_run_but_finished_people_are_reported(
    simulation: Simulation, run: Run, shown: tuple[str, ...]
) -> None:
    simulation.before("DELETE", "/forwarding-rules/", lambda: 1 // 0)

    result = run("offboard", NORA, HARI, MEERA, *GO, *shown)

    assert result.exit_code == 1
    record = next(Path("records").iterdir())
    nora, hari = lines_of(record)
    assert (nora["outcome"], hari["outcome"]) == ("done", "failed")
    assert hari["message"].startswith("this program has a defect (ZeroDivisionError")
    assert hari["unconfirmed"]
    assert "Traceback" in result.stderr
    assert "ZeroDivisionError" in result.stderr.splitlines()[-1]
    stopped = "stopped after hari@example.com: this program has a defect (ZeroDivisionError"
    if shown:
        answer = as_json(result)
        assert [(one["username"], one["outcome"]) for one in answer["people"]] == [(NORA, "done"), (HARI, "failed")]
        assert (answer["not_tried"], answer["record"]) == ([MEERA], str(record))
        assert answer["stopped"].startswith(stopped)
    else:
        assert "Sum: 1 done, 1 failed, 1 not tried" in result.stdout
        assert stopped in result.stdout
        assert f"Record: {record}" in result.stdout


@pytest.mark.parametrize("mode", [0o644, 0o660])
def test_record_readable_by_others_is_refused(simulation: Simulation, run: Run, mode: int) -> None:
    record = Path("record.jsonl")
    record.touch()
    record.chmod(mode)

    result = run("offboard", HARI, "--record", "record.jsonl", *GO)

    assert "others may read it: chmod 600 it first" in result.stderr
    assert (result.exit_code, simulation.writes, record.read_text()) == (2, [], "")


def test_appends_to_a_record_that_ends_in_a_partial_line(run: Run) -> None:
    record = Path("record.jsonl")
    record.write_text('{"half": ')
    record.chmod(0o600)

    run("offboard", NORA, "--record", "record.jsonl", *GO)

    half, *lines = record.read_text().splitlines()
    assert (half, [json.loads(line)["outcome"] for line in lines]) == ('{"half": ', ["under way", "done"])


def test_short_writes_still_give_whole_lines(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:100]))

    run("offboard", NORA, "--record", "record.jsonl", *GO)

    lines = map(json.loads, Path("record.jsonl").read_text().splitlines())
    assert [line["outcome"] for line in lines] == ["under way", "done"]


def test_whole_plan_is_written_before_the_first_change(simulation: Simulation, run: Run) -> None:
    record = Path("records/2026-11-25T091500Z.jsonl")
    seen: list[str] = []
    for method in ("DELETE", "PATCH"):
        simulation.before(method, None, lambda: seen.append(record.read_text()))

    run("offboard", HARI, *GO)

    planned, done = map(json.loads, record.read_text().splitlines())
    assert [json.loads(text) for text in seen] == [planned, planned]
    assert planned == {
        **done,
        "follows_plan": False,
        "outcome": "under way",
        "message": "planned; a later line has the result unless the run was killed",
        "changes": [],
        "unconfirmed": done["changes"],
    }


def test_parallel_changes_share_one_plan_line(
    simulation: Simulation, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with simulation.edit() as account:
        account["schedules"][0]["overrides"].clear()  # these would go first, and alone
    monkeypatch.setattr(os, "fsync", lambda _: time.sleep(0.1))

    run("offboard", HARI, "--keep-user", "--record", "record.jsonl", *GO)

    lines = map(json.loads, Path("record.jsonl").read_text().splitlines())
    assert [line["outcome"] for line in lines] == ["under way", "done"]


def test_two_runs_in_the_same_second_have_two_records(run: Run) -> None:
    run("offboard", NORA, *GO)
    run("offboard", HARI, *GO)

    assert sorted(path.name for path in Path("records").iterdir()) == [
        "2026-11-25T091500Z-2.jsonl",
        "2026-11-25T091500Z.jsonl",
    ]
