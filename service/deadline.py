"""The time that one request has."""

import time

from service.errors import OutOfTimeError

WRITE_RESERVE = 5.0
"""Seconds kept for the writes under way: none starts later, so that each can still be answered."""

LOOK_RESERVE = 1.5
"""Seconds of those kept for looking whether a write without an answer was carried out."""


class Deadline:
    """A point in time by which every call has ended; in seconds from now."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        scale = min(1.0, seconds / (5 * WRITE_RESERVE))
        self._write_reserve = WRITE_RESERVE * scale
        self._look_reserve = LOOK_RESERVE * scale

    def remaining(self) -> float:
        """Return the seconds left, never less than nought."""
        return max(0.0, self._end - time.monotonic())

    def timeout(self, *, write: bool) -> float:
        """Return the seconds that a call which starts now may take."""
        return max(0.001, self.remaining() - (self._look_reserve if write else 0))

    def check(self, *, write: bool) -> None:
        """Raise OutOfTimeError where a call, or a write, may not start any more."""
        if self.remaining() <= (self._write_reserve if write else 0):
            raise OutOfTimeError("the time for this request is used up")
