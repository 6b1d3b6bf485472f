"""When to try again."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from service.deadline import Deadline
from service.errors import UnavailableError

FIRST_WAIT = 0.25
LONGEST_WAIT = 5.0
"""Seconds before the second try, and at most before a later one, each of which waits twice as long as the one before.

A server may ask for longer waits; shorter ones, such as 0 or a date gone by, would be a busy loop.
"""

JITTER = 1.0
"""The most seconds added to a wait: calls that were throttled together would come back together."""

LAST_TRY = 0.5
"""Seconds that a try needs: with less, it would only hide the last answer behind one that does not come in time."""


def retrying(deadline: Deadline, *, write: bool) -> Retrying:
    """Return a loop that tries again what raises UnavailableError, and gives up where the next wait is too long."""
    waits = _Waits(deadline, write=write)
    return Retrying(
        retry=retry_if_exception_type(UnavailableError),
        wait=waits.next,
        stop=waits.too_long,
        sleep=waits.sleep,
        reraise=True,
    )


def asked_wait(error: UnavailableError, deadline: Deadline, *, write: bool) -> float:
    """Return the seconds that a server asks to wait, 0 where it does not.

    A rate limit's window is the longest wait: what has no time for it may find that a shorter one will do.
    """
    if error.retry_after is not None:
        return error.retry_after
    if not error.period or not deadline.allows(error.period + JITTER + LAST_TRY, write=write, asked=True):
        return 0.0
    return error.period


class _Waits:
    """The waits between the tries of one call."""

    def __init__(self, deadline: Deadline, *, write: bool) -> None:
        self._deadline = deadline
        self._write = write
        self._asked = False

    def next(self, state: RetryCallState) -> float:
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (state.attempt_number - 1))
        asked = asked_wait(_error(state), self._deadline, write=self._write)
        self._asked = asked >= wait
        wait = max(asked, wait)
        return wait + random.uniform(0.0, min(JITTER, wait / 4))  # noqa: S311 -- not for secrets

    def too_long(self, state: RetryCallState) -> bool:
        wait = state.upcoming_sleep
        if _error(state).__cause__ is None:
            return not self._deadline.allows(wait + LAST_TRY, write=self._write, asked=self._asked)
        # No answer came, which is the cause: another try, however brief, says that the time is used up.
        return self._has_time and not self._deadline.allows(wait, write=self._write, asked=False)

    def sleep(self, seconds: float) -> None:
        if self._has_time:
            self._deadline.wait(seconds, asked=self._asked)

    @property
    def _has_time(self) -> bool:
        return self._deadline.allows(0.0, write=self._write, asked=False)


def _error(state: RetryCallState) -> UnavailableError:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, UnavailableError)  # noqa: S101 -- for the type checker: nothing else is tried again
    return error


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a Retry-After header asks for, given as a number or a date; None where there is none.

    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Retry-After
    """
    text = headers.get("Retry-After", "").strip()
    if (seconds := whole_seconds(text)) is not None:
        return seconds
    when = http_date(text)
    return max(0.0, (when - datetime.now(UTC)).total_seconds()) if when else None


def http_date(text: str) -> datetime | None:
    """Return the moment that a header gives as a date; None where it does not.

    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Date
    """
    try:
        when = parsedate_to_datetime(text)
        return when.replace(tzinfo=when.tzinfo or UTC)
    except (ValueError, OverflowError):
        return None


def whole_seconds(text: str) -> float | None:
    """Return the seconds that a header gives as a whole number; None where it does not."""
    text = text.strip()
    return float(text[:9]) if text.isascii() and text.isdigit() else None
