"""The time that one request has."""

import time
from typing import Any

from service.errors import OutOfTimeError

WRITE_RESERVE = 5.0
"""Seconds kept for the writes under way: none starts later, so that each can still be answered."""

LOOK_RESERVE = 1.5
"""Seconds of those kept for checking whether a write without an answer was made."""


ANSWER_MARGIN = 2.5
"""Seconds of Lambda's time kept for the answer and for a cold start: API Gateway counts both in its 29 seconds.

https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
"""


class Deadline:
    """A point in time by which every call has ended; in seconds from now. `whose` says what ends then."""

    def __init__(self, seconds: float, whose: str = "this request") -> None:
        self._whose = whose
        self._end = time.monotonic() + seconds
        scale = min(1.0, seconds / (5 * WRITE_RESERVE))
        self._write_reserve = WRITE_RESERVE * scale
        self._look_reserve = LOOK_RESERVE * scale

    def remaining(self) -> float:
        """Return the seconds left, never negative."""
        return max(0.0, self._end - time.monotonic())

    # `asked` counts only in console/deadline.py: an operator can wait longer than a request.

    def allows(self, wait: float, *, write: bool, asked: bool) -> bool:  # noqa: ARG002
        """Tell whether a call, or a write, may still start after so many seconds; `asked` as in `wait`."""
        return self.remaining() - wait > (self._write_reserve if write else 0)

    def wait(self, seconds: float, *, asked: bool) -> None:  # noqa: ARG002
        """Wait between two calls; `asked` says that the server asks for it."""
        time.sleep(seconds)

    def timeout(self, *, write: bool) -> float:
        """Return the seconds that a call starting now may take."""
        return max(0.001, self.remaining() - (self._look_reserve if write else 0))

    def check(self, *, write: bool) -> None:
        """Raise OutOfTimeError if a call, or a write, may no longer start."""
        if not self.allows(0.0, write=write, asked=False):
            raise OutOfTimeError(f"the time for {self._whose} is used up")


def seconds_left(context: Any) -> float | None:
    """Return the seconds that a Lambda context leaves for the work, None without one."""
    if context is None:
        return None
    return max(0.1, float(context.get_remaining_time_in_millis()) / 1000 - ANSWER_MARGIN)
