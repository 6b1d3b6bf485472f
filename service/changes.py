"""The writes of one request, each made from the current state and accounted for."""

import threading
from collections.abc import Callable

from service.client import Client
from service.errors import (
    BadRequestError,
    BlockedError,
    InUseError,
    NotFoundError,
    ServiceError,
    UnexpectedResponseError,
)
from service.model import Blocker, Change, ForwardingRule, Override, Person, Roster

Detach = Callable[[Roster], Change | Blocker | None]
"""Applies the rules to a rotation or an escalation as it is now; None if the person is not in it."""

BeforeChange = Callable[["Changes", Change], None]
"""Called before a change is tried, and again with what a fresh read makes of it; an error prevents the change."""

OnChange = Callable[[str, Change], None]
"""Takes `change` with a change that was made, `unconfirmed` with one that may have been."""


class Changes:
    """The planned, made and unconfirmed changes of a request; safe to use from several threads."""

    def __init__(self, client: Client, on_change: OnChange, before_change: BeforeChange = lambda *_: None) -> None:
        self._client = client
        self._on_change = on_change
        self._before_change = before_change
        self._lock = threading.Lock()
        self._order: dict[tuple[str, str], int] = {}
        self._planned: dict[tuple[str, str], Change] = {}
        self._made: list[Change] = []
        self._unconfirmed: dict[tuple[str, str], Change] = {}

    @property
    def made(self) -> tuple[Change, ...]:
        """What was changed so far, in the plan's order, the account last."""

        def place(change: Change) -> tuple[bool, int]:
            return isinstance(change.before, Person), self._order.get(change.key, len(self._order))

        return tuple(sorted(self._made, key=place))

    @property
    def remaining(self) -> tuple[Change, ...]:
        """What is planned and not made."""
        return tuple(self._planned.values())

    @property
    def unconfirmed(self) -> tuple[Change, ...]:
        """What may have been made, or still may be: no answer came, and no look shows it done."""
        return tuple(self._unconfirmed.values())

    def plan(self, changes: tuple[Change, ...]) -> None:
        """Replace what was planned with these."""
        self._planned = {change.key: change for change in changes}
        for change in changes:
            self._order.setdefault(change.key, len(self._order))

    # The default: no rule applies to it.
    def make(self, change: Change, detach: Detach = lambda _: None) -> None:  # pragma: no mutate
        """Make a change, or find that nothing is left to change.

        `detach` says what to change in a rotation or an escalation as it is now. Raises BlockedError if the rules
        no longer allow it.
        """
        made = True
        try:
            self._before_change(self, change)
            if isinstance(change.before, Roster):
                made = self._update(change.before, detach)
            else:
                self._client.apply(change)
        except ServiceError as error:
            if not self._happened(change, detach, error):
                # That it is not done yet does not prove that it never will be.
                if error.pending and not isinstance(error, InUseError):
                    self._doubt(change)
                raise
            made = error.outcome_unknown or self._went_with_the_account(change)
        self._settle(change, made=made)

    def _went_with_the_account(self, change: Change) -> bool:
        """Tell whether deleting the account deleted this too."""
        deleted = any(isinstance(made.before, Person) for made in self._made)
        return deleted and isinstance(change.before, Override | ForwardingRule)

    def _update(self, entry: Roster, detach: Detach) -> bool:
        def rule(current: Roster) -> Change | None:
            outcome = detach(current)
            if isinstance(outcome, Blocker):
                raise BlockedError((outcome,))
            if outcome:
                with self._lock:
                    self._planned[outcome.key] = outcome
                self._before_change(self, outcome)
            return outcome

        return self._client.update(entry, rule) is not None

    def _happened(self, change: Change, detach: Detach, error: ServiceError) -> bool:
        """Check whether the change was made, after an answer that was lost or may mean that it was."""
        # Opsgenie does not document which of the two it answers if the person is no member of the team.
        if not (error.outcome_unknown or isinstance(error, NotFoundError | BadRequestError)):
            return False
        try:
            entry = self._client.read(change.before)
        except ServiceError:
            if error.outcome_unknown:
                self._doubt(change)
            raise
        happened = entry is None or (isinstance(entry, Roster) and detach(entry) is None)
        if isinstance(error, NotFoundError) and not happened:
            contradiction = UnexpectedResponseError(f"it says that {change.before.name} is not there, and shows it")
            contradiction.after(error)
            if error.pending:
                self._doubt(change)
            raise contradiction from error
        return happened

    def _doubt(self, change: Change) -> None:
        with self._lock:
            change = self._planned.get(change.key, change)
            self._unconfirmed[change.key] = change
        self._on_change("unconfirmed", change)

    def _settle(self, change: Change, *, made: bool) -> None:
        with self._lock:
            change = self._planned.pop(change.key, change)
            if made:
                self._made.append(change)
                self._unconfirmed.pop(change.key, None)
        if made:
            self._on_change("change", change)
