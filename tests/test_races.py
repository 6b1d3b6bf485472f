"""Somebody else edits at the same time: it converges or reports, and loses no edit that could be seen."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from unittest import mock

import pytest

from service import offboarding, opsgenie
from tests import truth
from tests.fault_table import HARI, KOFI, points
from tests.truth import Item
from tests.virtual import virtual_time
from tests.world import Answer, World

NORA, ADAEZE = "nora@example.com", "adaeze.obi@example.com"
PRIMARY = "52f04f1a-0191-5579-955f-411b485b6e32"
PATCH_PRIMARY = f"/rotations/{PRIMARY}$"


@pytest.fixture
def world() -> Iterator[World]:
    """The sample account in virtual time."""
    with virtual_time(threads=False):
        yield World()


def user(account: Item, username: str) -> Item:
    found = truth.user_named(account, username)
    assert found
    return {"type": "user", "id": found["id"], "username": username}


def rotation(account: Item, identifier: str = PRIMARY) -> Item:
    found: Item = next(r for s in account["schedules"] for r in s["rotations"] if r["id"] == identifier)
    return found


def add(world: World, username: str, identifier: str = PRIMARY) -> Callable[[], None]:
    """Return an edit that puts somebody last in a rotation."""

    def edit() -> None:
        with world.simulation.edit() as account:
            rotation(account, identifier)["participants"].append(user(account, username))

    return edit


def with_nora(account: Item) -> Item:
    account = truth.left(account, HARI)
    rotation(account)["participants"].append(user(account, NORA))
    return account


RACES = {
    "before the survey": ("GET", "/users/[^/]*/schedules$"),
    "between survey and refused delete": ("DELETE", "/users/"),
    "right before it is read again": ("GET", PATCH_PRIMARY),
}


@pytest.mark.parametrize("moment", RACES)
def test_an_edit_at_the_same_time_is_kept(world: World, moment: str) -> None:
    world.simulation.before(*RACES[moment], add(world, NORA))

    answer = world.post(username=HARI)

    assert answer.status == 200
    assert world.snapshot() == with_nora(world.before)


@pytest.mark.parametrize("fault", ["500", "drop", "lost", "hang", "429"])
def test_an_edit_between_a_failed_write_and_the_next_try_is_kept(world: World, fault: str) -> None:
    edit = add(world, NORA)
    world.simulation.hang_seconds = 0
    world.simulation.faults.order(fault, "PATCH", PATCH_PRIMARY)
    # The first read is the one before the write, the second the one before its repeat.
    reads = iter([lambda: None, edit])
    world.simulation.before("GET", PATCH_PRIMARY, lambda: next(reads)(), times=2)

    answer = world.post(username=HARI)

    assert answer.status == 200
    assert world.snapshot() == with_nora(world.before)


def test_an_edit_while_a_write_waits_for_something_slow_is_kept(world: World) -> None:
    """A slow answer ages what was read with it: it is read again before the write."""
    world.line.latency = 1.5
    reads = iter([lambda: None, add(world, NORA)])
    world.simulation.before("GET", PATCH_PRIMARY, lambda: next(reads)(), times=2)

    assert world.post(username=HARI).status == 200
    assert world.snapshot() == with_nora(world.before)


def test_not_reading_again_is_caught(world: World) -> None:
    world.simulation.before(*RACES["between survey and refused delete"], add(world, NORA))

    with mock.patch.object(opsgenie.Opsgenie, "reread", lambda _, entry: entry):
        world.post(username=HARI)

    assert world.snapshot() != with_nora(world.before)


def test_what_the_api_leaves_unprotected(world: World) -> None:
    """Opsgenie takes no condition with a write: an edit after the last read is written over."""
    world.simulation.before("PATCH", PATCH_PRIMARY, add(world, NORA))

    assert world.post(username=HARI).status == 200
    assert world.snapshot() == truth.left(world.before, HARI)


def test_somebody_put_back_after_the_detach_is_taken_out_again(world: World) -> None:
    deletes = iter([lambda: None, add(world, HARI, "cf92612f-24d0-59da-97bd-13607e79bc0b")])
    world.simulation.before("DELETE", "/v2/users/", lambda: next(deletes)(), times=2)

    answer = world.post(username=HARI)

    assert answer.status == 200
    assert world.snapshot() == truth.left(world.before, HARI)


def test_a_kept_user_put_back_is_taken_out_again(world: World) -> None:
    lists = iter([lambda: None, add(world, HARI)])
    world.simulation.before("GET", "/users/[^/]*/schedules$", lambda: next(lists)(), times=2)

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


def test_not_looking_again_is_caught(world: World) -> None:
    deletes = iter([lambda: None, add(world, HARI)])
    world.simulation.before("DELETE", "/v2/users/", lambda: next(deletes)(), times=2)

    with mock.patch.object(offboarding, "ROUNDS", 1):
        assert world.post(username=HARI).status != 200


def alone(world: World) -> None:
    with world.simulation.edit() as account:
        rotation(account)["participants"] = [user(account, HARI), {"type": "none"}]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/schedules/[^/]*/rotations$", 409), ("DELETE", "/v2/users/", 502), ("GET", PATCH_PRIMARY, 502)],
)
def test_the_leaver_becomes_the_only_one_meanwhile(world: World, method: str, path: str, status: int) -> None:
    """Seen by the survey nothing is changed; an override that goes with the last look is told."""
    world.simulation.before(method, path, lambda: alone(world))

    answer = world.post(username=HARI)

    assert answer.status == status
    assert [blocker["kind"] for blocker in answer.body["blockers"]] == ["rotation"]
    assert rotation(world.snapshot())["participants"][0] == user(world.before, HARI)
    changed = truth.changed(truth.units(world.before), truth.units(world.snapshot())) - {("rotation", PRIMARY)}
    assert changed == {truth.key_of(change) for change in answer.body.get("changes", [])}
    assert {kind for kind, _ in changed} <= {"override"}


def test_the_replacement_goes_meanwhile(world: World) -> None:
    def kofi_goes() -> None:
        with world.simulation.edit() as account:
            account.update(truth.left(account, KOFI))

    world.simulation.before("PATCH", None, kofi_goes)
    answer = world.post(username=HARI, replace_with=KOFI)

    assert answer.status == 502
    assert truth.left(world.snapshot(), HARI) == truth.left(truth.left(world.before, KOFI), HARI)
    assert world.post(username=HARI, replace_with=NORA).status == 200
    assert world.snapshot() == truth.left(truth.left(world.before, KOFI), HARI, by=NORA)


def test_the_leaver_goes_meanwhile() -> None:
    """Before each call in turn somebody else ends the job."""

    def end(world: World) -> None:
        with world.simulation.edit() as account:
            account.update(truth.left(account, HARI))

    def step(steps: Iterator[Callable[[], None]]) -> None:
        next(steps)()

    with virtual_time(threads=False):
        for number in range(len(points("delete"))):
            world = World()
            steps: Iterator[Callable[[], None]] = iter([*[lambda: None] * number, partial(end, world)])
            world.simulation.before(None, None, partial(step, steps), times=number + 1)
            answer = world.post(username=HARI)
            assert answer.status in (200, 404), f"before call {number}: {answer}"
            assert world.snapshot() == truth.left(world.before, HARI)


def at_once(world: World, bodies: list[dict[str, Any]]) -> list[Answer]:
    """Send requests at the same time, from threads."""
    gate = threading.Barrier(len(bodies))

    def send(body: dict[str, Any]) -> Answer:
        gate.wait()
        return world.post(**body)

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(send, bodies))


@pytest.mark.parametrize("round_", range(5))
def test_the_same_leaver_twice_at_the_same_time(round_: int) -> None:
    with virtual_time(threads=True):
        world = World()
        world.simulation.delay = 0.001 * round_
        answers = at_once(world, [{"username": HARI}] * 3)

    assert 200 in {answer.status for answer in answers} <= {200, 404}
    assert world.snapshot() == truth.left(world.before, HARI)


@pytest.mark.parametrize("round_", range(5))
def test_two_leavers_who_share_rotations(round_: int) -> None:
    """One may write the other back in: the account that is still held is detached again, or the answer says so."""
    with virtual_time(threads=True):
        world = World()
        world.simulation.delay = 0.001 * round_
        both: list[Item] = [{"username": HARI}, {"username": ADAEZE}]
        answers = at_once(world, both)
        assert {answer.status for answer in answers} <= {200, 502}
        for body, answer in zip(both, answers, strict=True):
            assert answer.status == 200 or world.post(**body).status == 200

    assert world.snapshot() == truth.left(truth.left(world.before, HARI), ADAEZE)


@pytest.mark.parametrize("round_", range(5))
def test_two_leavers_do_not_empty_a_rotation(round_: int) -> None:
    with virtual_time(threads=True):
        world = World()
        world.simulation.delay = 0.001 * round_
        with world.simulation.edit() as account:
            rotation(account)["participants"] = [user(account, HARI), user(account, ADAEZE)]
        answers = at_once(world, [{"username": HARI}, {"username": ADAEZE}])

    assert {answer.status for answer in answers} <= {200, 409, 502}
    assert rotation(world.snapshot())["participants"]
    assert {answer.status for answer in answers} != {200}
