"""One person's time: waits that the vendor asks for do not use it up, and are told."""

import threading
from types import SimpleNamespace

import pytest

from console.deadline import PersonDeadline
from service.parallel import Parallel


class Clock:
    """A clock that only waits move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def sleep(self, seconds: float) -> None:
        """Stand in for time.sleep."""
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of every deadline."""
    clock = Clock()
    stand_in = SimpleNamespace(monotonic=lambda: clock.now, sleep=clock.sleep)
    monkeypatch.setattr("service.deadline.time", stand_in)
    monkeypatch.setattr("console.deadline.time", stand_in)
    return clock


@pytest.fixture
def told() -> list[int]:
    """The waits that were told."""
    return []


@pytest.mark.parametrize(
    ("asked", "wait", "left", "lines"),
    [(True, 60.0, 120.0, [60]), (True, 5.2, 120.0, [6]), (True, 1.0, 120.0, []), (False, 60.0, 60.0, [])],
)
def test_only_a_wait_that_was_asked_for_is_free_and_told(
    clock: Clock, told: list[int], asked: bool, wait: float, left: float, lines: list[int]
) -> None:
    deadline = PersonDeadline(120.0, told.append)

    deadline.wait(wait, asked=asked)

    assert (round(clock.now, 3), round(deadline.remaining(), 3), told) == (1000.0 + wait, left, lines)


@pytest.mark.usefixtures("clock")
def test_300_seconds_are_free_and_then_the_budget_is_used(told: list[int]) -> None:
    deadline = PersonDeadline(120.0, told.append)
    left, allowed = [], []
    for _ in range(7):
        allowed.append(deadline.allows(60.0, write=True, asked=True))
        deadline.wait(60.0, asked=True)
        left.append(deadline.remaining())

    assert left == [120.0] * 5 + [60.0, 0.0]
    assert allowed == [True] * 6 + [False]


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("wait", "write", "allowed"),
    [(419.9, False, True), (420.0, False, False), (414.9, True, True), (415.0, True, False), (3600.0, False, False)],
)
def test_longer_wait_than_there_is_time_for_is_not_allowed(
    told: list[int], wait: float, write: bool, allowed: bool
) -> None:
    assert PersonDeadline(120.0, told.append).allows(wait, write=write, asked=True) == allowed


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(("wait", "allowed"), [(119.9, True), (120.0, False)])
def test_wait_that_nobody_asked_for_is_not_free(told: list[int], wait: float, allowed: bool) -> None:
    assert PersonDeadline(120.0, told.append).allows(wait, write=False, asked=False) == allowed


def test_calls_that_wait_together_move_the_deadline_once(clock: Clock, told: list[int]) -> None:
    deadline = PersonDeadline(120.0, told.append)
    for _ in range(12):
        clock.now = 1000.0
        deadline.wait(20.0, asked=True)
    clock.now = 1010.0
    deadline.wait(15.0, asked=True)

    assert (clock.now, deadline.remaining(), told) == (1025.0, 120.0, [20, 5])


def test_ctrl_c_ends_the_waits_under_way_and_allows_no_other(told: list[int]) -> None:
    """In real time: the wait would be a minute."""
    deadline, is_waiting = PersonDeadline(120.0, told.append), threading.Event()

    def wait() -> None:
        is_waiting.set()
        deadline.wait(60.0, asked=True)

    def interrupted() -> None:
        is_waiting.wait(5)
        raise KeyboardInterrupt

    with Parallel(deadline.break_off) as parallel, pytest.raises(KeyboardInterrupt):
        parallel.run([wait, interrupted])

    assert [deadline.allows(wait, write=False, asked=True) for wait in (0.0, 0.1)] == [True, False]
