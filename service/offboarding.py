"""The flow: look, decide, ask, detach, delete. It knows neither Flask nor HTTP nor the vendor."""

from collections.abc import Callable, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from service.changes import BeforeChange, Changes, OnChange
from service.client import Client, Scope
from service.errors import BlockedError, InUseError, NotFoundError, ReaddedError, ServiceError
from service.model import Change, Entry, Escalation, Membership, Override, Person, Request, Rotation
from service.on_call import on_call_changes, touched_schedules
from service.parallel import Parallel
from service.reach import Leaver, Reach
from service.rules import blocks_deletion, decide, detach
from service.survey import OnCalls, Report, Survey

FEW = 3
"""Teams with fewer other members are read again before the person leaves them: others may be leaving too."""

ROUNDS = 4
"""How often the person is taken out at most, if somebody else keeps re-adding them."""


class Offboarding:
    """One off-boarding.

    `changes` has what was done so far, `person`, `replacement` and `survey` what was found first, even after
    an error.
    """

    def __init__(
        self,
        client: Client,
        request: Request,
        parallel: Parallel,
        *,
        protected: Set[str] = frozenset(),
        earlier: Sequence[Leaver] = (),
        on_change: OnChange = lambda *_: None,
        before_change: BeforeChange = lambda *_: None,
    ) -> None:
        self.changes = Changes(client, on_change, before_change)
        self.person: Person | None = None
        self.replacement: Person | None = None
        self.survey: Survey | None = None
        self._client = client
        self.capabilities = client.capabilities
        self._request = request
        self._parallel = parallel
        self._protected = protected
        self._earlier = earlier
        self._reach = Reach()
        self._not_checked: tuple[str, ...] = ()
        self._on_call_after: OnCalls | None = None
        self._looked_at = -1
        self._looked_everywhere = False  # pragma: no mutate -- None is as false
        self._now = datetime.now(UTC)

    def run(self) -> Report:
        """Take the person out, or raise a ServiceError; a BlockedError where it must not be done."""
        survey = self.survey = self._look()
        end = None if self._request.keep_user else Change(self.capabilities.removal, survey.person)
        changes = self._decide(survey)
        if self._request.dry_run:
            changes = (*changes, *self._unlisted(survey, in_use=blocks_deletion(survey)))
        self._plan(changes, end)
        planned = self.changes.remaining
        if not self._request.dry_run:
            self._carry_out(survey, end)
        deletes = end is not None and not self._request.dry_run
        only_in_refusal = "" if deletes else self.capabilities.only_in_refusal
        changes = planned if self._request.dry_run else self.changes.made
        on_call, unknown = on_call_changes(survey, changes, self._on_call_after, self._now)
        not_checked = (*self.capabilities.not_checked, *filter(None, [only_in_refusal]), *self._not_checked, *unknown)
        return Report(survey.person, deletes, changes, on_call, not_checked)

    def _look(self) -> Survey:
        finds: list[Callable[[], None]] = [self._find_person]
        if self._request.replace_with:
            finds.append(partial(self._find_replacement, self._request.replace_with))
        self._parallel.run(finds)
        if self.person is None:
            raise NotFoundError(f"there is no user {self._request.username}")
        return self._survey(self.person, Scope.FIRST)

    def _survey(self, person: Person, scope: Scope) -> Survey:
        survey = self._client.survey(person, scope)
        # One per survey: who is in a team or is blocked may have changed since the last one.
        self._reach = Reach(survey.blocked, cache(self._client.behind), cache(self._client.uses))
        return survey

    def _find_person(self) -> None:
        with suppress(NotFoundError):
            self.person = self._client.find(self._request.username)

    def _find_replacement(self, username: str) -> None:
        with suppress(NotFoundError):
            self.replacement = self._client.find(username)

    def _decide(self, survey: Survey) -> tuple[Change, ...]:
        plan = decide(
            survey,
            self._request,
            replacement=self.replacement,
            protected=self._protected,
            now=self._now,
            reach=self._reach,
            earlier=self._earlier,
            ended_overrides=self._looked_everywhere,
        )
        if plan.blockers:
            only_in_refusal = self.capabilities.only_in_refusal
            raise BlockedError(plan.blockers, not_checked=(only_in_refusal,) if only_in_refusal else ())
        self._note(*survey.not_checked, *plan.not_checked)
        return plan.changes

    def _plan(self, changes: tuple[Change, ...], end: Change | None) -> None:
        self.changes.plan((*changes, end) if end else changes)

    def _carry_out(self, survey: Survey, end: Change | None) -> None:
        touches = touched_schedules(survey, self.changes.remaining)
        read_on_call: Callable[[], OnCalls | None] = self._client.on_calls if touches else lambda: None
        if end and self.capabilities.refuses_while_in_use:
            if not blocks_deletion(survey):
                # The delete may succeed: what no list shows has to be known before.
                self._plan((*self._decide(survey), *self._unlisted(survey)), end)
            if len(self.changes.remaining) > 1:
                # While the account is in use this is refused, changes nothing, and names what else uses it.
                survey, (refused,) = self._read_again(survey, partial(self._refused, end))
                if not refused:
                    self._detach(survey, None)
                    self._on_call_after = read_on_call()
                    return
        else:
            survey, _ = self._read_again(survey)
        refusal: ServiceError = ReaddedError("somebody else puts the person back each time")
        for rounds_left in reversed(range(ROUNDS)):
            self._detach(survey, end)
            self._parallel.run([partial(self.changes.make, change) for change in self._unlisted(survey)])
            if end:
                calls: list[Callable[[], Any]] = [partial(self._refused, end), read_on_call]
                refused, self._on_call_after = self._parallel.run(calls)
                if refused is None:
                    return
                refusal = refused
                if not rounds_left:
                    break
            try:
                survey = self._look_again(survey.person, end)
            except NotFoundError:
                # The account is gone: deleting it confirms that.
                if end:
                    self.changes.make(end)
                return
            if end is None and not self.changes.remaining:
                return
            survey, _ = self._read_again(survey)
        raise refusal

    def _read_again(self, survey: Survey, *calls: Callable[[], Any]) -> tuple[Survey, list[Any]]:
        """Return the survey with rotations, escalations and small teams as they are now, and what the calls return."""
        small = [team for team in survey.memberships if not team.stale and len(team.others) < FEW]
        entries: list[Entry] = [*survey.rotations, *survey.escalations, *small]
        reads: list[Callable[[], Any]] = [*calls, *(partial(self._client.read, entry) for entry in entries)]
        results = self._parallel.run(reads)
        now = results[len(calls) :]
        teams = [team for team in survey.memberships if team not in small]
        return replace(
            survey,
            rotations=tuple(entry for entry in now if isinstance(entry, Rotation)),
            escalations=tuple(entry for entry in now if isinstance(entry, Escalation)),
            memberships=(*teams, *(entry for entry in now if isinstance(entry, Membership))),
        ), results[: len(calls)]

    def _unlisted(self, survey: Survey, *, in_use: bool = False) -> tuple[Change, ...]:
        """Return the deletes of overrides that no list shows by person, if the person has turns to come.

        Somebody who is still `in_use` has turns anyway.
        """
        person = survey.person
        if self._looked_at == (made := len(self.changes.made)):
            return ()
        self._looked_at = made
        try:
            if not self._client.has_turns(person):
                return ()
            overrides = self._client.overrides_of(person)
        except ServiceError as error:
            self._note(f"overrides in schedules that hold the person in no other way: {error}")
            return ()
        found = [override for override in overrides if not override.is_over(self._now)]
        if not found and not in_use:
            self._note(f"turns to come: {self.capabilities.product} still shows some of {person.username}")
        return tuple(Change("delete", override) for override in found)

    def _look_again(self, person: Person, end: Change | None) -> Survey:
        survey = self._survey(person, Scope.AGAIN)
        self._on_call_after = survey.on_call
        # Skip stale memberships: they were tried once already.
        survey = replace(survey, memberships=tuple(entry for entry in survey.memberships if not entry.stale))
        changes = self._decide(survey)
        self._plan(changes, end)
        if end and not changes and not self._looked_everywhere:
            # Still in use, but not listed: scan the whole account, ended overrides included. Only once: it takes a call
            # or two for each thing in the account.
            self._looked_everywhere = True
            survey = self._survey(person, Scope.EVERYWHERE)
            self._plan(self._decide(survey), end)
        return survey

    def _refused(self, end: Change) -> InUseError | None:
        """Delete the account; return the refusal if it is in use. Raises BlockedError if that names blockers."""
        try:
            self.changes.make(end)
        except InUseError as refusal:
            if refusal.blockers:
                raise BlockedError(refusal.blockers) from refusal
            return refusal
        return None

    def _detach(self, survey: Survey, end: Change | None) -> None:
        """Apply the rules to what is there now, which may not be what the first survey saw.

        Overrides go before the rotations change: once the person is out of a schedule, nothing leads to them.
        """
        overrides = [change for change in self.changes.remaining if isinstance(change.before, Override)]
        changes = self._decide(replace(survey, overrides=()))
        self._parallel.run([partial(self.changes.make, change) for change in overrides])
        self._plan(changes, end)
        leaver = Leaver(survey.person, self.replacement, self._request.keep_turns)
        rule = partial(detach, leavers=(*self._earlier, leaver), reach=self._reach)
        self._parallel.run([partial(self.changes.make, change, rule) for change in changes])

    def _note(self, *notes: str) -> None:
        self._not_checked = tuple(dict.fromkeys((*self._not_checked, *notes)))
