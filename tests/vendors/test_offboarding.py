"""The flow and the rules on the simulated Opsgenie's sample account, comparing whole accounts."""

import copy
from typing import Any

import pytest

from local.opsgenie import Quirks, Simulation, sample_account
from tests.conftest import Post
from tests.support import expected_account, expected_on_call
from tests.support.fault_table import HARI, KOFI
from tests.support.service_env import ServiceEnv
from tests.support.virtual_time import virtual_time


def test_leaver_is_deleted_and_nothing_else_changes(simulation: Simulation, post: Post) -> None:
    before = simulation.snapshot()

    answer = post(username=HARI)

    assert (answer.status_code, answer.json["deleted"]) == (200, True)
    assert simulation.snapshot() == expected_account.left(before, HARI)
    assert answer.json["message"] == (
        "hari@example.com was taken out of 4 rotations, 1 escalation, 1 override, 2 forwarding rules and 2 teams "
        "and deleted"
    )


def test_second_request_gets_404(simulation: Simulation, post: Post) -> None:
    post(username=HARI)
    after = simulation.snapshot()

    answer = post(username=HARI)

    assert answer.status_code == 404
    assert answer.json == {
        "message": "there is no user hari@example.com",
        "request_id": answer.json["request_id"],
    }
    assert simulation.snapshot() == after


@pytest.mark.parametrize("alias", [".", ".."])
def test_override_with_a_dot_alias_never_deletes_its_schedule(simulation: Simulation, post: Post, alias: str) -> None:
    """In a URL it would mean the list of overrides, or the schedule."""
    with simulation.edit() as account:
        account["schedules"][0]["overrides"][0]["alias"] = alias
    schedules = simulation.snapshot()["schedules"]

    answer = post(username=HARI)

    assert answer.status_code == 502
    assert {change["kind"] for change in answer.json["changes"]} <= {"forwarding_rule"}
    assert f"what is named '{alias}' has no address of its own" in answer.json["message"]
    assert simulation.snapshot()["schedules"] == schedules


def test_every_other_participant_stays_in_its_place(simulation: Simulation, post: Post) -> None:
    post(username=HARI)

    rotation = simulation.snapshot()["schedules"][0]["rotations"][0]
    assert [entry.get("username") or entry.get("name") or entry["type"] for entry in rotation["participants"]] == [
        "anders.lindqvist@example.com",
        "Data",
        "none",
        "aiko.tanaka@example.com",
        "Payments escalation",
        "priya.raman+apac@example.com",
    ]


def test_the_replacement_takes_exactly_the_leavers_places(simulation: Simulation, post: Post) -> None:
    before = simulation.snapshot()

    answer = post(username=HARI, replace_with=" Kofi@Example.com ")

    assert answer.status_code == 200
    assert simulation.snapshot() == expected_account.left(before, HARI, by=KOFI)


def test_kept_user_is_taken_out_of_everything(simulation: Simulation, post: Post) -> None:
    before = simulation.snapshot()

    answer = post(username=HARI, keep_user=True)

    assert (answer.status_code, answer.json["deleted"]) == (200, False)
    assert simulation.snapshot() == expected_account.left(before, HARI, keep=True)
    assert not [call for call in simulation.writes if "/users/" in call.path and "/teams/" not in call.path]


def test_dry_run_writes_nothing_and_matches_the_real_run(simulation: Simulation, post: Post) -> None:
    before = simulation.snapshot()

    planned = post(username=HARI, dry_run=True).json

    assert simulation.writes == []
    assert simulation.snapshot() == before
    assert planned["not_checked"] == [
        "overrides in other schedules that give no turn in the next three months: Opsgenie shows none by person",
        "integrations and policies: Opsgenie names them only where it refuses to delete the user",
    ]
    assert planned["message"].startswith("hari@example.com would be taken out of 4 rotations")
    done = post(username=HARI).json
    assert planned["changes"] == done["changes"]
    expected_on_call.check(before, simulation.snapshot(), HARI, planned, done)


@pytest.mark.parametrize("username", ["nora@example.com", "bela@example.com"])
def test_user_who_is_in_nothing_is_deleted(simulation: Simulation, post: Post, username: str) -> None:
    before = simulation.snapshot()

    answer = post(username=username)

    assert answer.json["message"] == f"{username} was deleted"
    assert simulation.snapshot() == expected_account.left(before, username)


QUIRKS = [
    Quirks(schedules_through_overrides=True, schedules_through_teams=True, escalations_through_teams=True),
    Quirks(whole_escalations=False),
    Quirks(incoming_forwarding_rules=False),
    Quirks(usernames_beside_ids=False),
    Quirks(names_in_428=False),
    Quirks(kind_words={"schedules": "schedule rotations", "teams": "Team"}),
    Quirks(deletes_in_use=True),
    Quirks(overrides_block=True, forwarding_rules_block=True),
    Quirks(accepts_empty_participants=True, accepts_empty_rules=True),
]


@pytest.mark.parametrize("quirks", QUIRKS, ids=repr)
def test_undocumented_opsgenie_quirks_make_no_difference(simulation: Simulation, post: Post, quirks: Quirks) -> None:
    simulation.quirks = quirks
    before = simulation.snapshot()

    assert post(username=HARI, dry_run=True).status_code == 200
    assert post(username="meera@example.com").status_code == 409
    assert post(username="tomas@example.com").status_code == 409
    assert simulation.snapshot() == before
    assert post(username=HARI).status_code == 200
    assert simulation.snapshot() == expected_account.left(before, HARI)


def test_404_on_the_forwarding_rules_makes_no_difference(simulation: Simulation, post: Post) -> None:
    before = simulation.snapshot()
    simulation.faults.order("404", "GET", "^/v2/forwarding-rules$", times=None)

    assert post(username=HARI).status_code == 200
    assert simulation.snapshot() == expected_account.left(before, HARI)


@pytest.mark.parametrize("more", [0, 22, 200])
def test_a_chain_of_eight_calls_however_many_schedules_and_teams(more: int) -> None:
    """User, lists, details, refused delete beside fresh reads, overrides, writes, calendar, delete."""
    account = sample_account()
    add_schedules_and_teams(account, more)
    with virtual_time(threads=True):
        service_env = ServiceEnv(account)
        answer = service_env.post(username=HARI)

    assert answer.status == 200
    assert len(answer.body["changes"]) == 4 + 1 + 1 + 2 + 2 + 1 + 2 * more
    assert round(answer.seconds / service_env.line.latency, 3) == 8


def add_schedules_and_teams(account: dict[str, Any], count: int) -> None:
    hari, kofi = expected_account.user_of(account, HARI), expected_account.user_of(account, KOFI)
    for number in range(count):
        schedule = copy.deepcopy(account["schedules"][0])
        schedule.update(id=f"schedule-{number}", name=f"Schedule {number}", overrides=[])
        schedule["rotations"] = [{**schedule["rotations"][0], "id": f"rotation-{number}"}]
        account["schedules"].append(schedule)
        members = [{"user": {"id": one["id"], "username": one["username"]}, "role": "user"} for one in (hari, kofi)]
        account["teams"].append({"id": f"team-{number}", "name": f"Team {number}", "members": members})
