"""Restoring through faults: lost answers, refusals and interrupts."""

import pytest

from local.opsgenie import Simulation
from tests.support.console_runner import Run, as_json, interrupt, normal, runner, statuses, without_what_is_over
from tests.support.fault_table import KOFI
from tests.support.virtual_time import virtual_time

HARI, MEERA, NORA = "hari@example.com", "meera@example.com", "nora@example.com"
AIKO, ANDERS = "aiko.tanaka@example.com", "anders.lindqvist@example.com"
RECORD = "record.jsonl"
GO = ("--apply", "--yes", "--record", RECORD)


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/users$", "lost"),
        ("/users$", "html-lost"),
        ("/users$", "503"),
        ("/members$", "lost"),
        ("/overrides$", "html-lost"),
        ("/forwarding-rules$", "lost"),
        ("/rotations/", "lost"),
        ("/escalations/", "429+retry-after"),
    ],
)
def test_lost_or_failed_answer_creates_nothing_twice(simulation: Simulation, run: Run, path: str, fault: str) -> None:
    before = without_what_is_over(simulation)
    run("offboard", HARI, *GO)
    simulation.faults.order(fault, method="POST" if path.endswith("$") else "PATCH", path=path)

    with virtual_time(threads=False):
        result = run("restore", RECORD, "--apply", "--yes", "--json")

    assert (result.exit_code, statuses(as_json(result))) == (0, {"done"}), result.output
    assert normal(simulation.snapshot()) == before


def test_restore_stops_after_three_people_in_a_row_find_opsgenie_down(simulation: Simulation, run: Run) -> None:
    """Each takes two minutes: that is how long Opsgenie is asked again."""
    run("offboard", HARI, NORA, KOFI, AIKO, *GO)
    simulation.faults.order("503", times=None)

    with virtual_time(threads=False) as clock:
        began = clock.now
        result = run("restore", RECORD, "--apply", "--yes", "--json")

    found = as_json(result)
    assert (result.exit_code, clock.now - began <= 3 * 120) == (1, True)
    assert [person["username"] for person in found["people"]] == [AIKO, KOFI, NORA]
    assert found["not_tried"] == [HARI]
    assert found["stopped"] == f"stopped at {NORA}: Opsgenie is throttling or down (status 503)"


def test_one_failed_step_does_not_stop_the_rest(simulation: Simulation, run: Run) -> None:
    run("offboard", HARI, *GO)
    simulation.faults.order("html", method="POST", path="/members$", times=None)

    result = run("restore", RECORD, "--apply", "--yes", "--json")

    steps = as_json(result)["people"][0]["steps"]
    assert {step["kind"]: step["status"] for step in steps} == {
        "user": "done",
        "team": "failed",
        "forwarding_rule": "done",
        "override": "done",
        "escalation": "done",
        "rotation": "done",
    }
    assert run("restore", RECORD, "--apply", "--yes").exit_code == 1
    simulation.faults.clear()
    assert run("restore", RECORD, "--apply", "--yes").exit_code == 0


def test_interrupted_restore_stops_between_people_and_can_be_resumed(simulation: Simulation, run: Run) -> None:
    run("offboard", HARI, NORA, KOFI, *GO)
    simulation.before("POST", "/users$", interrupt)

    result = run("restore", RECORD, "--apply", "--yes")

    assert result.exit_code == 130
    assert "interrupted after kofi@example.com" in result.stdout
    there = [user["username"] for user in simulation.snapshot()["users"]]
    assert (KOFI in there, NORA in there, HARI in there) == (True, False, False)
    assert run("restore", RECORD, "--apply", "--yes").exit_code == 0


def test_person_twice_in_a_record_is_restored_once(simulation: Simulation, run: Run) -> None:
    before = normal(simulation.snapshot())
    simulation.faults.order("html", method="DELETE", path="/users/", skip=1, times=1)
    assert run("offboard", HARI, *GO).exit_code == 1
    assert run("offboard", HARI, *GO).exit_code == 0

    planned = as_json(run("restore", RECORD, "--json"))
    assert run("restore", RECORD, "--apply", "--yes").exit_code == 0

    kinds = [step["kind"] for one in planned["people"] for step in one["steps"] if step["status"] == "planned"]
    assert (kinds.count("user"), kinds.count("team"), kinds.count("rotation")) == (1, 2, 4)
    after = normal(simulation.snapshot())
    assert {**after, "schedules": []} == {**before, "schedules": []}


def test_restore_undoes_a_partial_offboarding(simulation: Simulation, run: Run) -> None:
    before = normal(simulation.snapshot())
    simulation.faults.order("html", method="DELETE", path="/members/", times=None)
    assert run("offboard", HARI, *GO).exit_code == 1

    assert run("restore", RECORD, "--apply", "--yes").exit_code == 0

    assert normal(simulation.snapshot()) == before


def test_key_without_write_access_stops_the_restore(simulation: Simulation, run: Run) -> None:
    run("offboard", HARI, *GO)

    result = runner(simulation, key="read-only-key")("restore", RECORD, "--apply", "--yes")

    assert result.exit_code == 1
    assert "stopped at hari@example.com: Opsgenie refused the key" in result.stdout
