"""Several requests at the same time, from threads: they converge, or say so."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests import truth
from tests.edits import rotation, user
from tests.fault_table import HARI
from tests.truth import Item
from tests.virtual import virtual_time
from tests.world import Answer, World

ADAEZE = "adaeze.obi@example.com"


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
