"""The flow: look, decide, ask, detach, delete. It knows neither Flask nor HTTP, nor whose system it is."""

import time
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from service.changes import Changes, Client, Tell
from service.errors import NotFoundError, PutBackError, RefusedError, ServiceError, StillUsedError
from service.model import Change, Escalation, OnCall, Override, Person, Request, Rotation, Survey
from service.parallel import Parallel
from service.plan import decide, detach, holds_surely

ROUNDS = 4
"""How often the person is taken out at most, where somebody else puts the person back."""


@dataclass(frozen=True)
class Report:
    """What was done, or with a dry run would be."""

    person: Person
    deleted: bool
    changes: tuple[Change, ...]
    on_call_now: tuple[OnCall, ...]
    not_checked: tuple[str, ...]


class Offboarding:
    """One request's way through; `changes` has what was done so far, also when an error ends it."""

    def __init__(
        self,
        client: Client,
        request: Request,
        parallel: Parallel,
        *,
        protected: Set[str] = frozenset(),
        tell: Tell = lambda *_: None,
    ) -> None:
        self.changes = Changes(client, tell)
        self._client = client
        self._request = request
        self._parallel = parallel
        self._protected = protected
        self._replacement: Person | None = None  # pragma: no mutate -- the look sets it, whatever it was
        self._refusal: ServiceError = PutBackError("somebody else puts the person back each time")
        self._looked_everywhere = False  # pragma: no mutate -- None is as false
        self._now = datetime.now(UTC)

    def run(self) -> Report:
        """Take the person out, or raise a ServiceError; a RefusedError where it must not be done."""
        survey = self._look()
        end = None if self._request.keep_user else Change(self._client.ending, survey.person)
        self._plan(survey, end)
        planned = self.changes.remaining
        deletes = end is not None and not self._request.dry_run
        if not self._request.dry_run:
            self._carry_out(survey, end)
        not_checked = [self._client.unlisted, "" if deletes else self._client.told_by_refusal]
        return Report(
            person=survey.person,
            deleted=deletes,
            changes=planned if self._request.dry_run else self.changes.made,
            on_call_now=survey.on_call,
            not_checked=tuple(filter(None, not_checked)),
        )

    def _look(self) -> Survey:
        names = [self._request.username, *filter(None, [self._request.replace_with])]
        found = self._parallel.run([partial(self._find, name) for name in names])
        if found[0] is None:
            raise NotFoundError(f"there is no user {self._request.username}")
        self._replacement = found[1] if len(found) > 1 else None
        return self._client.survey(found[0])

    def _find(self, username: str) -> Person | None:
        try:
            return self._client.find(username)
        except NotFoundError:
            return None

    def _plan(self, survey: Survey, end: Change | None) -> tuple[Change, ...]:
        plan = decide(
            survey,
            self._request,
            replacement=self._replacement,
            protected=self._protected,
            now=self._now,
        )
        if plan.blockers:
            raise RefusedError(plan.blockers)
        self.changes.plan((*plan.changes, end) if end else plan.changes)
        return plan.changes

    def _carry_out(self, survey: Survey, end: Change | None) -> None:
        # An account that is surely held is not deleted by asking for it; what the refusal names is known then.
        if end and self._client.told_by_refusal and holds_surely(survey) and self._delete(end):
            self._detach(survey, None)
            return
        for rounds_left in reversed(range(ROUNDS)):
            self._detach(survey, end)
            if end and self._delete(end):
                return
            if end and not rounds_left:
                break
            try:
                survey = self._look_again(survey.person, end)
            except NotFoundError:
                # The account went meanwhile: to delete it is to find it gone.
                if end:
                    self.changes.make(end)
                return
            if end is None and not self.changes.remaining:
                return
        raise self._refusal

    def _look_again(self, person: Person, end: Change | None) -> Survey:
        survey = self._client.survey(person)
        # To remove nobody from a team does no harm, but need not be done again each time that a list is behind.
        survey = replace(survey, memberships=tuple(entry for entry in survey.memberships if not entry.in_doubt))
        changes = self._plan(survey, end)
        if end and not changes and not self._looked_everywhere:
            # Held, and the person's own lists show nothing: look everywhere, and at what is over too. Only once, since
            # it takes a call or two for each thing in the account.
            self._looked_everywhere = True
            self._now = datetime.min.replace(tzinfo=UTC)
            survey = self._client.survey(person, thorough=True)
            self._plan(survey, end)
        return survey

    def _delete(self, end: Change) -> bool:
        try:
            self.changes.make(end)
        except StillUsedError as refusal:
            if refusal.blockers:
                raise RefusedError(refusal.blockers) from refusal
            self._refusal = refusal
            return False
        return True

    def _detach(self, survey: Survey, end: Change | None) -> None:
        """Apply the rules to what is there now, which may not be what the survey saw.

        Overrides go before the rotations change: once the person is out of a schedule, nothing leads to them.
        """
        read_at = time.monotonic()
        entries: list[Rotation | Escalation] = [*survey.rotations, *survey.escalations]
        calls: list[Callable[[], Any]] = [partial(self._client.reread, entry) for entry in entries]
        overrides = [change for change in self.changes.remaining if isinstance(change.before, Override)]
        calls += [partial(self.changes.make, change) for change in overrides]
        now = self._parallel.run(calls)
        rotations = tuple(entry for entry in now if isinstance(entry, Rotation))
        escalations = tuple(entry for entry in now if isinstance(entry, Escalation))
        plan = self._plan(replace(survey, rotations=rotations, escalations=escalations, overrides=()), end)
        rule = partial(detach, person=survey.person, replacement=self._replacement)
        self._parallel.run([partial(self.changes.make, change, rule, read_at) for change in plan])
