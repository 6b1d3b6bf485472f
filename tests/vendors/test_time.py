"""The answer always comes before the function's limit, however slow Opsgenie is."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench.accounts import big
from tests.support import expected_account
from tests.support.expected_account import Item
from tests.support.fault_table import BODIES, HARI
from tests.support.service_env import Answer, ServiceEnv
from tests.support.vendors.env import Env, Vendor, asked
from tests.support.vendors.jsm import JSM
from tests.support.vendors.opsgenie import OPSGENIE, OpsgenieEnv
from tests.support.virtual_time import virtual_time

pytestmark = pytest.mark.sweep

BIG = big()
LIMIT = 29.0
"""Seconds that API Gateway waits for the function."""


LATENCIES = {"opsgenie": (0.2, 0.5, 1.0, 2.0, 3.0, 3.5), "jsm": (0.2, 0.5, 1.0, 1.5, 2.0)}
"""Seconds that a call may take so that three requests at most are enough."""


def slow_calls() -> Iterator[Any]:
    """Yield vendors with latencies, and each kind of request at one of them at least."""
    for vendor in (OPSGENIE, JSM):
        for latency, kind in product(LATENCIES[vendor.name], BODIES):
            if vendor is OPSGENIE or kind == "delete" or latency == 1.0:
                yield pytest.param(vendor, kind, latency, id=f"{vendor.name}-{kind}-{latency}")


def too_slow_calls() -> Iterator[Any]:
    for vendor in (OPSGENIE, JSM):
        for latency, kind in product([5.0, 7.0, 10.0, 11.9, 12.1, 40.0], BODIES):
            if vendor is OPSGENIE or kind == "delete":
                yield pytest.param(vendor, kind, latency, id=f"{vendor.name}-{kind}-{latency}")


def until_done(env: Env, body: Item, times: int) -> list[Answer]:
    """Send a request until it is done."""
    answers: list[Answer] = []
    while not answers or (answers[-1].status == 504 and len(answers) < times):
        env.before = env.snapshot()
        answers.append(env.post(**body))
        env.check(answers[-1], asked(env, body))
    return answers


@pytest.mark.parametrize(("vendor", "kind", "latency"), list(slow_calls()))
def test_slow_calls_succeed_within_three_requests(vendor: Vendor, kind: str, latency: float) -> None:
    with virtual_time(threads=True):
        env = vendor.open(budget=LIMIT - 2.5)
        env.line.latency = latency
        answers = until_done(env, BODIES[kind], times=3)

    assert all(answer.seconds <= LIMIT - 2 for answer in answers)
    assert answers[-1].status == 200
    if latency * vendor.chain <= 20:
        assert len(answers) == 1
    assert {answer.status for answer in answers[:-1]} <= {504}


@pytest.mark.parametrize(("vendor", "kind", "latency"), list(too_slow_calls()))
def test_too_slow_calls_get_504_in_time(vendor: Vendor, kind: str, latency: float) -> None:
    """Seven sequential calls do not fit into 29 seconds: what was changed, if anything, is reported."""
    with virtual_time(threads=True):
        env = vendor.open(budget=LIMIT - 2.5)
        start = env.before
        env.line.latency = latency
        answers = until_done(env, BODIES[kind], times=3)

    assert all(answer.seconds <= LIMIT - 2 for answer in answers)
    assert {answer.status for answer in answers} == {504}
    if latency >= 10:
        assert env.snapshot() == start


@pytest.mark.parametrize("dry_run", [False, True])
def test_vendor_that_throttles_for_good_is_not_waited_for_too_long(vendor: Vendor, dry_run: bool) -> None:
    with virtual_time(threads=True):
        env = vendor.open()
        env.simulation.faults.order(vendor.throttled, times=None)
        answer = env.post(username=HARI, dry_run=dry_run)

    assert (answer.status, answer.body["changes"], env.snapshot()) == (503, [], env.before)
    assert answer.retry_after == "1"
    assert answer.seconds < 25.1


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_time_that_the_vendor_asks_for_is_waited(vendor: Vendor, body: Item) -> None:
    with virtual_time(threads=True):
        env = vendor.open()
        env.simulation.faults.order(vendor.throttled, "PATCH", "/rotations/", times=2)
        answer = env.post(**body)
        env.check(answer, asked(env, body))

    assert (answer.status, answer.seconds > env.line.latency * vendor.chain * 0.7 + 1) == (200, True)


def test_account_of_300_teams_and_500_schedules_is_answered_in_time(vendor: Vendor) -> None:
    """A tenth of a second a call. Time that calls wait for a free place is not virtual: it is added."""
    with virtual_time(threads=True):
        env = vendor.open(big(users=300), budget=LIMIT - 2.5)
        answer = env.post(username=HARI)
        waits = len(env.simulation.calls) * env.line.latency / vendor.at_once

        assert (answer.status, env.line.latency) == (200, 0.1)
        assert answer.seconds + waits < LIMIT - 2
        assert env.snapshot() == env.left(env.before, HARI)


@pytest.mark.parametrize("latency", [0.2, 2.0, 10.0])
def test_big_account_is_answered_in_time(latency: float) -> None:
    """The cost grows with what the leaver is in, not with the size of the account."""
    with virtual_time(threads=True):
        service_env = OpsgenieEnv(BIG, budget=LIMIT - 2.5)
        service_env.line.latency = latency
        start = service_env.before
        answers = until_done(service_env, {"username": HARI}, times=2)

    assert all(answer.seconds <= LIMIT - 2 for answer in answers)
    if latency < 10:
        assert [answer.status for answer in answers] == [200]
        assert service_env.snapshot() == expected_account.left(start, HARI)
        assert len(service_env.simulation.calls) < 12 * 64
    else:
        assert answers[-1].status == 504
        assert service_env.snapshot() == start


@pytest.mark.parametrize("milliseconds", [1, 500, 2600, 3000, 5000, 8000, 29000])
def test_budget_is_the_remaining_lambda_time(milliseconds: int) -> None:
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: milliseconds)
    with virtual_time(threads=False):
        service_env = ServiceEnv()
        service_env.line.latency = 1.0
        answer = service_env.post(environ={"awsgi.context": context}, username=HARI)

    assert answer.seconds <= max(0.11, milliseconds / 1000 - 2.4)
    assert answer.status == (200 if milliseconds > 15000 else 504)
    expected_account.check(
        service_env.before,
        service_env.snapshot(),
        expected_account.left(service_env.before, HARI),
        answer.status,
        answer.body,
    )


def test_a_429_slows_the_calls() -> None:
    """In real time: at 30 calls a second, more than half are not refused."""
    service_env = ServiceEnv(big(schedules=8, teams=8, users=3, mine=8))
    service_env.simulation.rate_limit = 30
    service_env.line.latency = 0.0

    answer = service_env.post(username=HARI)
    refused = [call for call in service_env.simulation.calls if call.status == 429]

    assert answer.status == 200
    assert 0 < len(refused) < len(service_env.simulation.calls) / 2
    assert service_env.snapshot() == expected_account.left(service_env.before, HARI)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells a process its highest use of memory")
def test_big_account_stays_under_128_mib_of_memory() -> None:
    """Measured in a separate process, with the simulated Opsgenie's whole big account."""
    child = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True, timeout=60)
    status, kilobytes = child.stdout.split()

    assert status == "200"
    assert int(kilobytes) < 128 * 1024


CHILD = """
import pathlib
from bench.accounts import big
from tests.vendors.test_time import HARI
from tests.support.service_env import ServiceEnv

service_env = ServiceEnv(big())
service_env.line.latency = 0.0
answer = service_env.post(username=HARI)
# Not getrusage: what it calls the highest was taken over from the process that started this one.
high = next(line for line in pathlib.Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(answer.status, high.split()[1])
"""
