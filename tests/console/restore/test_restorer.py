"""Restorer: who gets what back if a record lacks ids, has people twice, or is restored for one person."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from console import terminal
from local.opsgenie import Simulation
from tests.support import expected_account
from tests.support.console_runner import Run, as_json, lines_of, normal, without_what_is_over

HARI, KOFI, NORA = "hari@example.com", "kofi@example.com", "nora@example.com"
ANDERS = "anders.lindqvist@example.com"
RECORD = "record.jsonl"
GO = ("--apply", "--yes", "--record", RECORD)


def rewrite(change: Callable[[dict[str, Any]], object]) -> None:
    """Change each line of the record by hand."""
    lines = lines_of(RECORD)
    for line in lines:
        change(line)
    Path(RECORD).write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def test_forwarding_rule_users_without_ids_are_told_apart_by_username(simulation: Simulation, run: Run) -> None:
    def forget_ids(line: dict[str, Any]) -> None:
        for change in line["changes"]:
            if change["kind"] == "forwarding_rule":
                del change["before"]["from_user"]["id"], change["before"]["to_user"]["id"]

    before = without_what_is_over(simulation)
    run("offboard", HARI, *GO)
    rewrite(forget_ids)

    result = run("restore", RECORD, "--apply", "--yes")

    assert result.exit_code == 0, result.output
    assert normal(simulation.snapshot()) == before


@pytest.mark.parametrize("only", ["", " ", HARI])
def test_only_option_rejects_people_not_in_the_record(simulation: Simulation, run: Run, only: str) -> None:
    run("offboard", NORA, *GO)
    calls = len(simulation.calls)

    result = run("restore", RECORD, "--only", only, "--apply", "--yes")

    assert (result.exit_code, len(simulation.calls)) == (2, calls)
    shown = only.strip() or "''"
    assert f"{shown} is not in record.jsonl; it has nora@example.com" in result.stderr


def put_back_elsewhere(simulation: Simulation) -> None:
    """Re-add hari between two deletes, elsewhere and in another role."""
    with simulation.edit() as account:
        hari = {"id": expected_account.user_of(account, HARI)["id"], "username": HARI}
        account["schedules"][0]["rotations"][1]["participants"].append({"type": "user", **hari})
        account["escalations"][0]["rules"].append(
            {**account["escalations"][0]["rules"][0], "recipient": {"type": "user", **hari}}
        )
        account["teams"][0]["members"].append({"user": hari, "role": "user"})


@pytest.mark.parametrize("apart", [False, True], ids=["in one line", "in two lines"])
def test_entry_removed_twice_is_restored_as_before_the_last_removal(
    simulation: Simulation, run: Run, apart: bool
) -> None:
    if apart:
        run("offboard", HARI, "--keep-user", *GO)
        put_back_elsewhere(simulation)
    else:
        simulation.before("DELETE", "/users/", lambda: put_back_elsewhere(simulation), skip=1)
    assert run("offboard", HARI, *GO).exit_code == 0
    rotations = [change["name"] for line in lines_of(RECORD) for change in line["changes"]]
    assert rotations.count("Platform 24x7 / Secondary") == 2

    planned = run("restore", RECORD)
    done = run("restore", RECORD, "--apply", "--yes")
    again = run("restore", RECORD, "--apply", "--yes", "--json")

    assert (planned.exit_code, done.exit_code, again.exit_code) == (0, 0, 0), done.stdout
    assert "in the record twice: back as it was the last time" in " ".join(done.stdout.split())
    account = simulation.snapshot()
    secondary = account["schedules"][0]["rotations"][1]["participants"]
    assert [one["username"] for one in secondary].index(HARI) == len(secondary) - 1
    roles = {member["user"]["username"]: member["role"] for member in account["teams"][0]["members"]}
    assert roles[HARI] == "user"
    statuses = {step["status"] for person in as_json(again)["people"] for step in person["steps"]}
    assert statuses == {"there already"}


def test_person_offboarded_again_after_a_restore_is_restored_again(simulation: Simulation, run: Run) -> None:
    """The record has two of the person's users, neither of which exists any more."""
    before = without_what_is_over(simulation)
    run("offboard", HARI, *GO)
    assert run("restore", RECORD, "--apply", "--yes").exit_code == 0
    run("offboard", HARI, *GO)

    planned = run("restore", RECORD)
    done = run("restore", RECORD, "--apply", "--yes")

    assert (planned.exit_code, done.exit_code) == (0, 0), planned.stdout
    assert planned.stdout.count("invited as") == 1
    assert normal(simulation.snapshot()) == before


def test_person_offboarded_again_with_others_is_restored_with_them(simulation: Simulation, run: Run) -> None:
    before = without_what_is_over(simulation)
    run("offboard", HARI, *GO)
    assert run("restore", RECORD, "--apply", "--yes").exit_code == 0
    assert "Sum: 3 done" in run("offboard", HARI, KOFI, ANDERS, *GO).stdout

    result = run("restore", RECORD, "--apply", "--yes")

    assert result.exit_code == 0, result.stdout
    assert normal(simulation.snapshot()) == before


def test_refused_key_stops_the_restore_and_reports_finished_steps(simulation: Simulation, run: Run) -> None:
    run("offboard", NORA, HARI, *GO)
    simulation.faults.order("403", method="POST", path="/forwarding-rules$", times=None)

    result = run("restore", RECORD, "--apply", "--yes", "--json")

    assert result.exit_code == 1
    answer = as_json(result)
    (hari,) = answer["people"]
    assert [(step["kind"], step["status"]) for step in hari["steps"]] == [
        ("user", "done"),
        ("team", "done"),
        ("team", "done"),
        ("forwarding_rule", "failed"),
        *[("forwarding_rule", "not tried"), ("override", "not tried"), ("escalation", "not tried")],
        *[("rotation", "not tried")] * 4,
    ]
    assert answer["stopped"].startswith(
        "stopped at hari@example.com: Opsgenie refused the key (API Key is not granted with write access)"
    )
    assert answer["not_tried"] == [NORA]


def test_json_output_has_each_outcome_and_whether_it_was_applied(simulation: Simulation, run: Run) -> None:
    with simulation.edit() as account:
        account["schedules"][0]["name"] = "Plattform \N{LATIN SMALL LETTER O WITH DIAERESIS}"
    run("offboard", NORA, HARI, *GO)
    simulation.faults.order("html", method="POST", path="/forwarding-rules$", times=None)

    def shown(*words: str) -> list[Any]:
        answer = as_json(run("restore", RECORD, "--json", *words))
        return [answer["applied"], *(one["outcome"] for one in answer["people"])]

    assert shown() == [False, "planned", "planned"]
    assert shown("--apply", "--yes", "--only", NORA) == [True, "done"]
    assert shown("--apply", "--yes") == [True, "failed", "there already"]
    assert "Plattform \N{LATIN SMALL LETTER O WITH DIAERESIS}" in run("restore", RECORD, "--json").stdout


def test_progress_total_counts_only_the_selected_people(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    totals: list[int] = []
    shown = terminal.progress

    def noted(total: int) -> Any:
        totals.append(total)
        return shown(total)

    monkeypatch.setattr(terminal, "progress", noted)
    run("offboard", NORA, HARI, *GO)

    run("restore", RECORD, "--only", HARI)
    run("restore", RECORD)

    assert totals == [2, 1, 2]


def test_steps_are_not_tried_when_the_user_cannot_be_created(simulation: Simulation, run: Run) -> None:
    run("offboard", HARI, NORA, *GO)
    simulation.faults.order("404", method="POST", path="/users$", times=None)

    result = run("restore", RECORD, "--apply", "--yes")

    assert result.exit_code == 1
    assert "Sum: 2 failed, 10 not tried" in result.stdout


def test_defect_stops_the_restore_but_finished_steps_are_reported(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("offboard", NORA, HARI, *GO)
    monkeypatch.setattr("console.restore.rules.forwarding_rule", lambda *_, **__: 1 // 0)

    result = run("restore", RECORD, "--apply", "--yes")

    assert result.exit_code == 1
    assert "Sum: 3 done" in result.stdout
    assert "stopped at hari@example.com: this program has a defect" in result.stdout
    assert "ZeroDivisionError" in result.stderr
    assert "Not tried: nora@example.com" in result.stdout
