"""Somebody else edits at the same time: it converges or reports, and loses no edit that could be seen."""

from unittest import mock

import pytest

from service import offboarding
from service.opsgenie import client as opsgenie
from tests import truth
from tests.edits import NORA, PRIMARY, PRIMARY_PATH, add, rotation, user
from tests.fault_table import HARI
from tests.truth import Item
from tests.world import Answer, World


def with_nora(account: Item) -> Item:
    account = truth.left(account, HARI)
    rotation(account)["participants"].append(user(account, NORA))
    return account


RACES = {
    "before the survey": ("GET", "/users/[^/]*/schedules$"),
    "between survey and refused delete": ("DELETE", "/users/"),
    "right before it is read again": ("GET", PRIMARY_PATH),
}


@pytest.mark.parametrize("moment", RACES)
def test_an_edit_at_the_same_time_is_kept(world: World, moment: str) -> None:
    world.simulation.before(*RACES[moment], add(world, NORA))

    answer = world.post(username=HARI)

    assert answer.status == 200
    assert world.snapshot() == with_nora(world.before)


@pytest.mark.parametrize("fault", ["500", "drop", "lost", "hang", "429"])
def test_an_edit_between_a_failed_write_and_the_next_try_is_kept(world: World, fault: str) -> None:
    """The first read is the one before the write, the second the one before its repeat."""
    world.simulation.hang_seconds = 0
    world.simulation.faults.order(fault, "PATCH", PRIMARY_PATH)
    world.simulation.before("GET", PRIMARY_PATH, add(world, NORA), skip=1)

    answer = world.post(username=HARI)

    assert answer.status == 200
    assert world.snapshot() == with_nora(world.before)


def test_an_edit_while_a_write_waits_for_something_slow_is_kept(world: World) -> None:
    """A slow answer ages what was read with it: it is read again before the write."""
    world.line.latency = 1.5
    world.simulation.before("GET", PRIMARY_PATH, add(world, NORA), skip=1)

    assert world.post(username=HARI).status == 200
    assert world.snapshot() == with_nora(world.before)


def test_not_reading_again_is_caught(world: World) -> None:
    world.simulation.before(*RACES["between survey and refused delete"], add(world, NORA))

    with mock.patch.object(opsgenie.Opsgenie, "read", lambda _, entry: entry):
        world.post(username=HARI)

    assert world.snapshot() != with_nora(world.before)


def test_what_the_api_leaves_unprotected(world: World) -> None:
    """Opsgenie takes no condition with a write: an edit after the last read is written over."""
    world.simulation.before("PATCH", PRIMARY_PATH, add(world, NORA))

    assert world.post(username=HARI).status == 200
    assert world.snapshot() == truth.left(world.before, HARI)


def test_somebody_put_back_after_the_detach_is_taken_out_again(world: World) -> None:
    world.simulation.before("DELETE", "/v2/users/", add(world, HARI, "cf92612f-24d0-59da-97bd-13607e79bc0b"), skip=1)

    answer = world.post(username=HARI)

    assert answer.status == 200
    assert answer.body["message"].startswith("hari@example.com was taken out of 4 rotations, 1 escalation,")
    assert [change["kind"] for change in answer.body["changes"]].count("rotation") == 5, "each write is told"
    assert world.snapshot() == truth.left(world.before, HARI)


def test_a_kept_user_put_back_is_taken_out_again(world: World) -> None:
    world.simulation.before("GET", "/users/[^/]*/schedules$", add(world, HARI), skip=1)

    assert world.post(username=HARI, keep_user=True).status == 200
    assert world.snapshot() == truth.left(world.before, HARI, keep=True)


def put_back_each_time(world: World) -> Answer:
    world.simulation.before("DELETE", "/v2/users/", add(world, HARI), times=99)
    return world.post(username=HARI)


def test_somebody_put_back_again_and_again_is_reported(world: World) -> None:
    answer = put_back_each_time(world)

    assert answer.status == 502
    assert "still refuses to delete the user: User cannot be modified" in answer.body["message"]
    assert ("rotation", PRIMARY) in {truth.key_of(change) for change in answer.body["changes"]}
    world.simulation.hooks.clear()
    assert world.post(username=HARI).status == 200
    assert world.snapshot() == truth.left(world.before, HARI)


def test_a_kept_user_put_back_again_and_again_is_reported(world: World) -> None:
    world.simulation.before("GET", "/users/[^/]*/schedules$", add(world, HARI), times=99, skip=1)

    answer = world.post(username=HARI, keep_user=True)

    assert (answer.status, answer.body["message"]) == (
        502,
        "somebody else puts the person back each time. What was changed is in changes",
    )
    world.simulation.hooks.clear()
    assert world.post(username=HARI, keep_user=True).status == 200
    assert world.snapshot() == truth.left(world.before, HARI, keep=True)


def test_not_looking_again_is_caught(world: World) -> None:
    world.simulation.before("DELETE", "/v2/users/", add(world, HARI), skip=1)

    with mock.patch.object(offboarding, "ROUNDS", 1):
        assert world.post(username=HARI).status != 200
