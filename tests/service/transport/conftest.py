"""Fixtures for calls and the waits between them."""

from types import SimpleNamespace

import pytest


class Waits(list[float]):
    """The waits so far, and a clock that only they move, or a test."""

    now = 1000.0

    def sleep(self, seconds: float) -> None:
        """Stand in for time.sleep."""
        self.append(seconds)
        self.now += seconds


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """Record waits instead of sleeping."""
    waits = Waits()
    clock = SimpleNamespace(monotonic=lambda: waits.now, time=lambda: waits.now, sleep=waits.sleep)
    monkeypatch.setattr("service.deadline.time", clock)
    monkeypatch.setattr("service.transport.stopwatch.time", clock)
    return waits
