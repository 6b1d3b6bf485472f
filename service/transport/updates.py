"""Read a rotation or an escalation, rule on it and write once; a retry begins with a fresh read."""

import time
from collections.abc import Callable

from service.client import Rule
from service.errors import NotFoundError, ServiceError
from service.model import Change, Entry, Roster
from service.transport.call import Transport

MAX_READ_AGE = 1.0
"""Seconds for which an entry counts as just read: a stale read would overwrite concurrent edits."""


def update(
    transport: Transport,
    entry: Roster,
    rule: Rule,
    *,
    read: Callable[[Entry], Entry | None],
    write: Callable[[Change], None],
) -> Change | None:
    """Write what the rule makes of the entry, and return it; None where it finds nothing to change.

    `write` is called once a try. A write whose answer was lost counts as made where the rule finds nothing to change
    after it. Raises NotFoundError where the entry is gone; `outcome_unknown` is set on the error of any try after one
    whose answer was lost.
    """
    lost: Change | None = None
    earlier: ServiceError | None = None  # pragma: no mutate -- "" is as false
    for attempt in transport.attempts():
        with transport.slot():
            try:
                if attempt.retry_state.attempt_number > 1 or time.monotonic() - entry.read_at > MAX_READ_AGE:
                    entry = _roster(read(entry))
                change = rule(entry)
            except ServiceError as error:
                # That of a read means nothing.
                error.outcome_unknown = error.pending = False  # pragma: no mutate -- None is as false
                error.after(earlier)
                raise
            if change is None:
                return lost
            with attempt:
                try:
                    write(change)
                except ServiceError as error:
                    lost = change if error.outcome_unknown else lost
                    error.after(earlier)
                    earlier = error
                    raise
                return change
    raise AssertionError("the loop above returns or raises")  # pragma: no mutate -- it cannot be reached


def _roster(entry: Entry | None) -> Roster:
    if not isinstance(entry, Roster):
        raise NotFoundError
    return entry
