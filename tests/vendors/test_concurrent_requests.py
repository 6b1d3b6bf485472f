"""Concurrent requests from threads: they converge or get an error."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support import expected_account
from tests.support.concurrent_edits import rotation, user
from tests.support.expected_account import Item
from tests.support.fault_table import HARI
from tests.support.service_env import Answer, ServiceEnv
from tests.support.virtual_time import virtual_time

ANDERS = "anders.lindqvist@example.com"


def at_once(service_env: ServiceEnv, bodies: list[dict[str, Any]]) -> list[Answer]:
    """Send requests at the same time, from threads."""
    gate = threading.Barrier(len(bodies))

    def send(body: dict[str, Any]) -> Answer:
        gate.wait()
        return service_env.post(**body)

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(send, bodies))


@pytest.mark.parametrize("round_", range(5))
def test_concurrent_requests_for_one_leaver_converge(round_: int) -> None:
    with virtual_time(threads=True):
        service_env = ServiceEnv()
        service_env.simulation.delay = 0.001 * round_
        answers = at_once(service_env, [{"username": HARI}] * 3)

    assert 200 in {answer.status for answer in answers} <= {200, 404}
    assert service_env.snapshot() == expected_account.left(service_env.before, HARI)


@pytest.mark.parametrize("round_", range(5))
def test_concurrent_leavers_sharing_rotations_converge(round_: int) -> None:
    """One may re-add the other: a user still in use is detached again, or the answer is an error."""
    with virtual_time(threads=True):
        service_env = ServiceEnv()
        service_env.simulation.delay = 0.001 * round_
        both: list[Item] = [{"username": HARI}, {"username": ANDERS}]
        answers = at_once(service_env, both)
        assert {answer.status for answer in answers} <= {200, 502}
        for body, answer in zip(both, answers, strict=True):
            assert answer.status == 200 or service_env.post(**body).status == 200

    assert service_env.snapshot() == expected_account.left(expected_account.left(service_env.before, HARI), ANDERS)


@pytest.mark.parametrize("round_", range(5))
def test_concurrent_leavers_never_empty_a_rotation(round_: int) -> None:
    with virtual_time(threads=True):
        service_env = ServiceEnv()
        service_env.simulation.delay = 0.001 * round_
        with service_env.simulation.edit() as account:
            rotation(account)["participants"] = [user(account, HARI), user(account, ANDERS)]
        answers = at_once(service_env, [{"username": HARI}, {"username": ANDERS}])

    assert {answer.status for answer in answers} <= {200, 409, 502}
    assert rotation(service_env.snapshot())["participants"]
    assert {answer.status for answer in answers} != {200}
