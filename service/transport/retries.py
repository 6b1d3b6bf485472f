"""When to try again."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from service.deadline import Deadline
from service.errors import UnavailableError

ATTEMPTS = 5
FIRST_WAIT = 0.25
"""Seconds before the second attempt; each later wait is twice as long, about four seconds in all."""


def retrying(deadline: Deadline) -> Retrying:
    """Return a loop that tries again what raises UnavailableError, and gives up where the next wait is too long."""

    def enough(state: RetryCallState) -> bool:
        return state.attempt_number >= ATTEMPTS or state.upcoming_sleep >= deadline.remaining()

    return Retrying(retry=retry_if_exception_type(UnavailableError), stop=enough, wait=_wait, reraise=True)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    wait = error.retry_after if isinstance(error, UnavailableError) else None
    if wait is None:
        wait = FIRST_WAIT * 2.0 ** (state.attempt_number - 1)
    # Jitter: calls that were throttled together would come back together.
    return wait * random.uniform(1.0, 1.25)  # noqa: S311 -- not for secrets


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
