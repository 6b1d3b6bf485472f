"""The limits of one request: its deadline, and how many calls run at once."""

import queue
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import requests
import responses

from service.deadline import Deadline
from service.errors import OutOfTimeError, ThrottledError
from service.transport.limiter import Limiter
from tests.support.wire_samples import ANYTHING, transport

READS = ["GET"]
EVERY = ["GET", "PATCH", "DELETE"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that stands still unless its `now` is set."""
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr("service.deadline.time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


@pytest.mark.parametrize(
    ("budget", "passed", "starts"),
    [
        (25.0, 19.9, EVERY),
        (25.0, 20.0, READS),
        (25.0, 24.9, READS),
        (25.0, 25.0, []),
        (25.0, 99.0, []),
        (10.0, 7.9, EVERY),
        (10.0, 8.0, READS),
        (300.0, 294.9, EVERY),
        (300.0, 295.0, READS),
    ],
)
@pytest.mark.parametrize("method", EVERY)
def test_no_write_starts_in_the_last_seconds(
    clock: SimpleNamespace, method: str, budget: float, passed: float, starts: list[str]
) -> None:
    allowed = method in starts
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        mocked.add(method, ANYTHING, json={})
        late = transport(seconds=budget)
        clock.now += passed

        if allowed:
            assert late.request(method, "v2", "users", "u") == {}
        else:
            with pytest.raises(OutOfTimeError, match=r"^the time for this request is used up$"):
                late.request(method, "v2", "users", "u")
        assert len(mocked.calls) == allowed


def test_read_with_less_time_says_that_its_own_is_used_up(clock: SimpleNamespace) -> None:
    brief = transport(seconds=25).within(3)
    clock.now += 3

    with pytest.raises(OutOfTimeError, match=r"^the time for this read is used up$"):
        brief.request("GET", "v2", "users", "u")


def bound_of(throttle: Limiter) -> int:
    with throttle.slot(Deadline(5), write=False) as at_once:
        return at_once


@contextmanager
def elsewhere(throttle: Limiter) -> Iterator[int]:
    """Hold a slot in another thread while the context lasts."""
    over, slots = threading.Event(), queue.SimpleQueue[int]()

    def hold() -> None:
        with throttle.slot(Deadline(5), write=False) as at_once:
            slots.put(at_once)
            over.wait(5)

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        try:
            yield slots.get(timeout=5)
        finally:
            over.set()
            held.result()


def test_throttled_burst_halves_the_limit_once() -> None:
    throttle = Limiter(8)
    with elsewhere(throttle) as first, elsewhere(throttle) as second, elsewhere(throttle) as late:
        throttle.slow_down(first)
        throttle.slow_down(second)
        after_the_burst = bound_of(throttle)
        throttle.slow_down(after_the_burst)
        throttle.slow_down(late)

    assert (first, second, late) == (8, 8, 8)
    assert (after_the_burst, bound_of(throttle)) == (4, 2)


def test_limit_never_drops_below_one_call() -> None:
    throttle = Limiter(2)
    for _ in range(3):
        throttle.slow_down(bound_of(throttle))

    assert bound_of(throttle) == 1


def test_full_limiter_waits_no_longer_than_the_deadline() -> None:
    throttle = Limiter(1)
    began = time.monotonic()
    with elsewhere(throttle), throttle.slot(Deadline(0.05), write=False):
        waited = time.monotonic() - began

    assert 0.04 < waited < 1


def test_slot_is_reentrant_within_a_thread() -> None:
    """Otherwise a read and the write made from it would deadlock."""
    throttle = Limiter(1)
    began = time.monotonic()
    with throttle.slot(Deadline(5), write=False) as outer, throttle.slot(Deadline(5), write=False) as inner:
        assert inner == outer == 1
    with elsewhere(throttle):
        assert time.monotonic() - began < 1


def test_429_reduces_concurrency(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.vendors.AT_ONCE", 8)
    under_way: list[int] = []
    most = 0

    def answer(_: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        nonlocal most
        under_way.append(1)
        most = max(most, len(under_way))
        time.sleep(0.02)
        under_way.pop()
        return 200, {}, "{}"

    calls = transport()
    with responses.RequestsMock() as mocked, ThreadPoolExecutor(8) as pool:
        mocked.get(ANYTHING, status=429)
        mocked.add_callback("GET", ANYTHING, answer)
        with pytest.raises(ThrottledError):
            calls.request("GET", "v2", "teams", retry=False)
        list(pool.map(lambda _: calls.request("GET", "v2", "teams"), range(8)))

    assert most <= 4
