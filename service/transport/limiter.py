"""The limit on concurrent calls."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from service.deadline import Deadline


class ConcurrencyLimit:
    """A bound on the calls under way that halves each time the server throttles."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._under_way = 0
        self._changed = threading.Condition()
        self._mine = threading.local()

    @contextmanager
    def slot(self, deadline: Deadline) -> Iterator[int]:
        """Wait for a slot, at most until the deadline; yield the bound that was in force when it was given.

        Reentrant within a thread.
        """
        if (mine := getattr(self._mine, "at_once", None)) is not None:
            yield mine
            return
        with self._changed:
            self._changed.wait_for(lambda: self._under_way < self._at_once, timeout=deadline.remaining())
            self._under_way += 1
            at_once = self._at_once
        self._mine.at_once = at_once
        try:
            yield at_once
        finally:
            self._mine.at_once = None
            with self._changed:
                self._under_way -= 1
                self._changed.notify()

    def slow_down(self, at_once: int) -> None:
        """Halve the bound, once for all the calls that began under it."""
        with self._changed:
            if at_once == self._at_once:
                self._at_once = max(1, at_once // 2)
