"""The writes of one request: each made from what is there now, each accounted for."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from tenacity import Retrying

from service.errors import NonsenseError, NotFoundError, RefusedError, RejectedError, ServiceError
from service.model import (
    Blocker,
    Change,
    Entry,
    Escalation,
    ForwardingRule,
    Override,
    Person,
    Rotation,
    Survey,
)

FRESH = 1.0
"""Seconds for which a rotation or escalation counts as just read."""

Detach = Callable[[Rotation | Escalation], Change | Blocker | None]
"""What the rules make of a rotation or an escalation as it is now; None where the person is not in it."""

Tell = Callable[[str, Change], None]
"""Takes `change` with a change that was made, `unconfirmed` with one that may have been."""


class Client(Protocol):
    """An on-call system; `unlisted` and `told_by_refusal` say what no survey sees, and what only a refusal tells."""

    ending: str
    unlisted: str
    told_by_refusal: str

    def attempts(self) -> Retrying: ...
    def turn(self) -> AbstractContextManager[object]: ...
    def find(self, username: str) -> Person: ...
    def survey(self, person: Person, *, thorough: bool = False) -> Survey: ...  # pragma: no mutate -- nothing runs here
    def reread(self, entry: Entry) -> Entry | None: ...
    def make(self, change: Change) -> None: ...


class Changes:
    """What is planned, what is made, and what may have been made; safe to use from several threads."""

    def __init__(self, client: Client, tell: Tell) -> None:
        self._client = client
        self._tell = tell
        self._lock = threading.Lock()
        self._order: dict[tuple[str, str], int] = {}
        self._planned: dict[tuple[str, str], Change] = {}
        self._made: list[Change] = []
        self._unconfirmed: dict[tuple[str, str], Change] = {}

    @property
    def made(self) -> tuple[Change, ...]:
        """What was changed so far, in the plan's order."""
        return tuple(sorted(self._made, key=lambda change: self._order.get(change.key, len(self._order))))

    @property
    def remaining(self) -> tuple[Change, ...]:
        """What is planned and not made."""
        return tuple(self._planned.values())

    @property
    def unconfirmed(self) -> tuple[Change, ...]:
        """What was asked for and may have been made: no answer came, and looking failed too."""
        return tuple(self._unconfirmed.values())

    def plan(self, changes: tuple[Change, ...]) -> None:
        """Put these in the place of what was planned."""
        self._planned = {change.key: change for change in changes}
        for change in changes:
            self._order.setdefault(change.key, len(self._order))

    # The defaults are for what is neither: it is not ruled on, and not read before it is deleted.
    def make(self, change: Change, detach: Detach = lambda _: None, read_at: float = 0.0) -> None:  # pragma: no mutate
        """Make a change, or find that nothing is left to change.

        `detach` says what to change in a rotation or an escalation as it is now; `read_at` is when it was read, by
        time.monotonic(). Raises RefusedError where the rules forbid it by now.
        """
        made = True
        try:
            if isinstance(change.before, Rotation | Escalation):
                made = self._rewrite(change, detach, read_at)
            else:
                self._client.make(change)
        except ServiceError as error:
            if not self._happened(change, detach, error):
                raise
            made = error.maybe_done or self._went_with_the_account(change)
        self._settle(change, made=made)

    def _went_with_the_account(self, change: Change) -> bool:
        """Tell whether to delete the account has deleted this too."""
        deleted = any(isinstance(made.before, Person) for made in self._made)
        return deleted and isinstance(change.before, Override | ForwardingRule)

    def _rewrite(self, change: Change, detach: Detach, read_at: float) -> bool:
        """Write a rotation or escalation, read again where it was read long ago or an earlier try failed.

        What was read before a wait would undo what somebody else changed in it meanwhile.
        """
        lost = False  # pragma: no mutate -- None is as false
        for attempt in self._client.attempts():
            with self._client.turn():
                if time.monotonic() - read_at > FRESH or attempt.retry_state.attempt_number > 1:
                    current = self._current(change, detach, lost=lost)
                    if current is None:
                        return lost
                    change = current
                with attempt:
                    try:
                        self._client.make(change)
                    except ServiceError as error:
                        error.maybe_done = lost = lost or error.maybe_done
                        raise
                    return True
        raise AssertionError("the loop above returns or raises")  # pragma: no mutate -- it cannot be reached

    def _current(self, change: Change, detach: Detach, *, lost: bool) -> Change | None:
        try:
            entry = self._client.reread(change.before)
            if not isinstance(entry, Rotation | Escalation):
                raise NotFoundError
        except ServiceError as error:
            error.maybe_done = lost
            raise
        outcome = detach(entry)
        if isinstance(outcome, Blocker):
            raise RefusedError((outcome,))
        if outcome:
            with self._lock:
                self._planned[change.key] = outcome
        return outcome

    def _happened(self, change: Change, detach: Detach, error: ServiceError) -> bool:
        """Look whether nothing is left to change after an answer that was lost, or that may mean just that."""
        # Which of the two Opsgenie answers where the person is no member of the team is not documented.
        if not (error.maybe_done or isinstance(error, NotFoundError | RejectedError)):
            return False
        try:
            entry = self._client.reread(change.before)
        except ServiceError:
            if error.maybe_done:
                self._doubt(change)
            raise
        happened = entry is None or (isinstance(entry, Rotation | Escalation) and detach(entry) is None)
        if isinstance(error, NotFoundError) and not happened:
            raise NonsenseError(f"it says that {change.before.name} is not there, and shows it") from error
        return happened

    def _doubt(self, change: Change) -> None:
        with self._lock:
            change = self._planned.get(change.key, change)
            self._unconfirmed[change.key] = change
        self._tell("unconfirmed", change)

    def _settle(self, change: Change, *, made: bool) -> None:
        with self._lock:
            change = self._planned.pop(change.key, change)
            if made:
                self._made.append(change)
        if made:
            self._tell("change", change)
