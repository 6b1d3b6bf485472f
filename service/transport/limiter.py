"""The limits on calls to one server: how many at once, and none while it asks to wait."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from service.deadline import Deadline
from service.transport.stopwatch import Stopwatch


class Limiter:
    """A bound on the calls under way that halves each time the server is overloaded, and grows as calls succeed.

    It lasts as long as the process, so that one request begins with what the one before has found.
    """

    def __init__(self, at_once: int) -> None:
        self._most = self._at_once = at_once
        self._under_way = 0
        self._successes = 0
        self._closed = (0.0, Stopwatch())
        self._changed = threading.Condition()
        self._mine = threading.local()

    @contextmanager
    def slot(self, deadline: Deadline, *, write: bool) -> Iterator[int]:
        """Wait for a slot, at most until the deadline; yield the bound that was in force when it was given.

        Reentrant within a thread.
        """
        if (mine := getattr(self._mine, "at_once", None)) is not None:
            yield mine
            return
        self._mine.at_once = at_once = self._take(deadline, write)
        try:
            yield at_once
        finally:
            self._mine.at_once = None
            with self._changed:
                self._under_way -= 1
                self._changed.notify()

    def _take(self, deadline: Deadline, write: bool) -> int:
        while True:
            # A call that has no time to wait is made: its answer says how long the wait is by now.
            while (wait := self.closed_for) and deadline.allows(wait, write=write, asked=True):
                deadline.wait(wait, asked=True)
            with self._changed:
                while self._under_way >= self._at_once and (left := deadline.remaining()):
                    self._changed.wait(left)
                if not (wait := self.closed_for) or not deadline.allows(wait, write=write, asked=True):
                    self._under_way += 1
                    return self._at_once

    @property
    def closed_for(self) -> float:
        """The seconds for which no call is to be made."""
        seconds, since = self._closed
        return max(0.0, round(seconds - since.seconds, 3))

    def close(self, seconds: float) -> None:
        """Give no slot for so many seconds to a call that has time to wait."""
        with self._changed:
            if seconds > self.closed_for:
                self._closed = (seconds, Stopwatch())

    def slow_down(self, at_once: int) -> None:
        """Halve the bound, once for all the calls that began under it."""
        with self._changed:
            self._successes = 0
            if at_once == self._at_once:
                self._at_once = max(1, at_once // 2)

    def speed_up(self) -> None:
        """Count a success: after as many as the bound, it is one higher."""
        with self._changed:
            self._successes += 1
            if self._successes >= self._at_once < self._most:
                self._successes, self._at_once = 0, self._at_once + 1
                self._changed.notify()
