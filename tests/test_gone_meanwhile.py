"""The leaver, the replacement, or everybody beside the leaver goes while a request runs."""

from functools import partial

import pytest

from local.opsgenie.faults import FAULTS
from tests import truth
from tests.edits import NORA, PRIMARY, PRIMARY_PATH, add, rotation, user
from tests.fault_table import ACCOUNT, BODIES, HARI, KOFI, points
from tests.virtual import virtual_time
from tests.world import World

PLATFORM = "b80ff839-d30e-527a-852e-106c64d5c7a3"


def end(world: World) -> None:
    """Take the leaver out as this program does."""
    with world.simulation.edit() as account:
        account.update(truth.left(account, HARI))


def alone(world: World) -> None:
    with world.simulation.edit() as account:
        rotation(account)["participants"] = [user(account, HARI), {"type": "none"}]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/schedules/[^/]*/rotations$", 409), ("DELETE", "/v2/users/", 502), ("GET", PRIMARY_PATH, 502)],
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


def test_the_leaver_becomes_the_only_one_before_a_repeat(world: World) -> None:
    """A write that failed is not repeated once the rules forbid it; what else was done is told."""
    world.simulation.faults.order("503", "PATCH", PRIMARY_PATH)
    world.simulation.before("GET", PRIMARY_PATH, partial(alone, world), skip=1)

    answer = world.post(username=HARI)

    assert answer.status == 502
    assert answer.body["message"].startswith(
        "stopped half-way, since by now this is in the way: Platform 24x7 / Primary"
    )
    assert [(blocker["kind"], blocker["name"]) for blocker in answer.body["blockers"]] == [
        ("rotation", "Platform 24x7 / Primary")
    ]
    changed = truth.changed(truth.units(world.before), truth.units(world.snapshot()))
    assert changed - {("rotation", PRIMARY)} == {truth.key_of(change) for change in answer.body["changes"]}
    assert rotation(world.snapshot())["participants"] == [user(world.before, HARI), {"type": "none"}]


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


@pytest.mark.sweep
@pytest.mark.parametrize("kind", ["delete", "keep_user"])
def test_the_leaver_goes_meanwhile(kind: str) -> None:
    """Before each call in turn somebody else ends the job."""
    with virtual_time(threads=False):
        for number in range(len(points(kind))):
            world = World(ACCOUNT)
            world.simulation.before(None, None, partial(end, world), skip=number)
            answer = world.post(**BODIES[kind])
            assert answer.status in (200, 404), f"before call {number}: {answer}"
            assert world.snapshot() == truth.left(world.before, HARI)


def test_a_kept_leaver_goes_when_everything_is_done(world: World) -> None:
    """What is looked at again is gone: the job is done, by whomever."""
    world.simulation.before("GET", "/users/[^/]*/teams$", partial(end, world), skip=1)

    answer = world.post(username=HARI, keep_user=True)

    assert (answer.status, answer.body["deleted"]) == (200, False)
    assert len(answer.body["changes"]) == 10
    assert world.snapshot() == truth.left(world.before, HARI)


def test_the_leaver_is_put_back_and_then_goes(world: World) -> None:
    """The second delete is refused; when the account is looked at again, it is gone."""
    world.simulation.before("DELETE", "/v2/users/", add(world, HARI, "cf92612f-24d0-59da-97bd-13607e79bc0b"), skip=1)
    world.simulation.before("GET", "/users/[^/]*/teams$", partial(end, world), skip=1)

    answer = world.post(username=HARI)

    assert (answer.status, answer.body["deleted"]) == (200, True)
    assert "user" not in {change["kind"] for change in answer.body["changes"]}, "somebody else deleted the account"
    assert world.snapshot() == truth.left(world.before, HARI)


def test_a_membership_that_is_said_to_be_gone_is_looked_for(world: World) -> None:
    """Where that cannot be done, the answer does not say that it is gone."""
    world.simulation.faults.order("404", "DELETE", "/members/")
    world.simulation.faults.add(FAULTS["503"], "GET", f"/teams/{PLATFORM}$", None, 1)

    answer = world.post(username=HARI)

    assert (answer.status, "unconfirmed" in answer.body) == (503, False)
    assert ("team", PLATFORM) not in {truth.key_of(change) for change in answer.body["changes"]}
    world.simulation.faults.clear()
    assert world.post(username=HARI).status == 200
    assert world.snapshot() == truth.left(world.before, HARI)
