"""Calls at the same time: how much work it is to wait for them."""

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from service import parallel


class OneByOne:
    """A pool whose calls end one after the other, each while somebody waits."""

    def __init__(self, _at_once: int) -> None:
        self.under_way: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, call: Callable[[], Any]) -> Future[Any]:
        """Begin a call."""
        self.under_way.append((Future(), call))
        return self.under_way[-1][0]

    def end_one(self, *_: Any) -> bool:
        """Stand in for the wait for an event."""
        future, call = self.under_way.pop()
        future.set_result(call())
        return True

    def shutdown(self, **_: Any) -> None:
        """Nothing is left."""


def steps(number: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Make so many calls; return how many Python functions ran."""
    found = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal found
        found += event == "call"

    with monkeypatch.context() as patched:
        patched.setattr(parallel, "ThreadPoolExecutor", OneByOne)
        calls = parallel.Parallel()
        patched.setattr(threading.Event, "wait", calls._pool.end_one)  # type: ignore[attr-defined]
        sys.setprofile(count)
        try:
            assert calls.run([int] * number) == [0] * number
        finally:
            sys.setprofile(None)
    return found


def test_waiting_for_ten_times_as_many_calls_is_ten_times_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    assert steps(1000, monkeypatch) < 15 * steps(100, monkeypatch)
