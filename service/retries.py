"""When to try again, and how fast to go."""

import random
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from service.deadline import Deadline
from service.errors import UnavailableError

ATTEMPTS = 5
FIRST_WAIT = 0.25
"""Seconds before the second attempt; each later wait is twice as long, about four seconds in all."""


def patiently(deadline: Deadline) -> Retrying:
    """Return a loop that tries again what raises UnavailableError, and gives up where the next wait is too long."""

    def enough(state: RetryCallState) -> bool:
        return state.attempt_number >= ATTEMPTS or state.upcoming_sleep >= deadline.remaining()

    return Retrying(retry=retry_if_exception_type(UnavailableError), stop=enough, wait=_wait, reraise=True)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    wait = error.retry_after if isinstance(error, UnavailableError) else None
    if wait is None:
        wait = FIRST_WAIT * 2.0 ** (state.attempt_number - 1)
    # Calls that were refused together must not come back together.
    return wait * random.uniform(1.0, 1.25)  # noqa: S311 -- not for secrets


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a Retry-After header asks for, given as a number or a date; None where there is none.

    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Retry-After
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def period(headers: Mapping[str, str]) -> float | None:
    """Return the seconds in which Opsgenie counts calls against its limit; None where it does not say.

    https://docs.opsgenie.com/docs/api-rate-limiting
    """
    text = headers.get("X-RateLimit-Period-In-Sec", "").strip()
    return float(text[:9]) if text.isascii() and text.isdigit() else None


class Throttle:
    """A bound on the calls under way that halves each time the server throttles."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._under_way = 0
        self._changed = threading.Condition()
        self._mine = threading.local()

    @contextmanager
    def turn(self, deadline: Deadline) -> Iterator[int]:
        """Wait for a turn, at most until the deadline; give the bound that was in force when it began.

        A turn within a turn of the same thread is that one.
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
