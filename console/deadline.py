"""The time that one person has, which waits that the vendor asks for do not use up."""

import math
import threading
import time
from collections.abc import Callable

from service.deadline import Deadline

MOST_ASKED = 300.0
"""Seconds that one person may wait as asked besides the time budget: five of Opsgenie's longest rate limit windows."""

LONG_WAIT = 5.0
"""The fewest seconds of a wait that is told."""

STEP = 0.5
"""Seconds after which a wait looks whether it was broken off."""


class PersonDeadline(Deadline):
    """A deadline that moves on by the waits that the vendor asks for; `on_wait` is told of each long one.

    Threads that wait at the same time move it once.
    """

    def __init__(self, seconds: float, on_wait: Callable[[int], None]) -> None:
        super().__init__(seconds)
        self._on_wait = on_wait
        self._left_to_ask = MOST_ASKED
        self._asked_until = 0.0
        self._is_broken_off = False
        self._lock = threading.Lock()

    def break_off(self) -> None:
        """End the waits under way, and allow no other."""
        self._is_broken_off = True

    def allows(self, wait: float, *, write: bool, asked: bool) -> bool:
        """Tell whether a call, or a write, may still start after so many seconds; `asked` as in `wait`."""
        if wait and self._is_broken_off:
            return False
        free = self._left_to_ask if asked else 0.0
        return super().allows(max(0.0, wait - free), write=write, asked=asked)

    def wait(self, seconds: float, *, asked: bool) -> None:
        """Wait between two calls; `asked` says that the server asks for it."""
        if asked:
            self._move_on(time.monotonic() + seconds)
        while seconds > 0 and not self._is_broken_off:
            super().wait(min(STEP, seconds), asked=asked)
            seconds -= STEP

    def _move_on(self, until: float) -> None:
        with self._lock:
            more = until - max(time.monotonic(), self._asked_until)
            if more <= 0:
                return
            self._asked_until = until
            free = min(more, self._left_to_ask)
            self._left_to_ask -= free
            self._end += free
        if more >= LONG_WAIT:
            self._on_wait(math.ceil(more))
