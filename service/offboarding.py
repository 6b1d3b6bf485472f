"""The flow: look, decide, ask, detach, end. It knows neither Flask nor HTTP nor the vendor."""

from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from service.changes import BeforeChange, Changes, OnChange
from service.client import Client, Scope
from service.errors import BlockedError, InUseError, NotFoundError, ReaddedError, ServiceError
from service.look import Look
from service.model import Change, ForwardingRule, Override, Person, Request
from service.on_call import on_call_changes, touched_schedules
from service.parallel import Parallel
from service.reach import Leaver
from service.rules import blocks_deletion, decide, detach
from service.survey import OnCalls, Report, Survey

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
        self.survey: Survey | None = None
        self._client = client
        self.capabilities = client.capabilities
        self._request = request
        self._parallel = parallel
        self._protected = protected
        self._earlier = earlier
        self._on_call_after: OnCalls | None = None  # pragma: no mutate -- "" is as false
        self._looked_everywhere = False  # pragma: no mutate -- None is as false
        self._look = Look(client, request, parallel, datetime.now(UTC))  # pragma: no mutate -- the server's time counts

    @property
    def person(self) -> Person | None:
        """The person, once found."""
        return self._look.person

    @property
    def replacement(self) -> Person | None:
        """The replacement, once found."""
        return self._look.replacement

    def run(self) -> Report:
        """Take the person out, or raise a ServiceError; a BlockedError where it must not be done."""
        survey = self.survey = self._look.first()
        removal = "" if self._request.keep_user or survey.ended else self.capabilities.removal
        end = Change(removal, survey.person) if removal else None
        changes = self._decide(survey)
        if self._request.dry_run:
            changes = (*changes, *self._hidden(survey, in_use=blocks_deletion(survey)))
        self._plan(changes, end)
        planned = self.changes.remaining
        if not self._request.dry_run:
            self._carry_out(survey, end)
        deletes = end is not None and not self._request.dry_run
        unasked = () if deletes else self.capabilities.only_in_refusal
        changes = planned if self._request.dry_run else self.changes.made
        # The server's own time goes before this one.
        after, now = self._on_call_after, self._look.now  # pragma: no mutate
        on_call, unknown = on_call_changes(survey, changes, after, now, self._earlier)  # pragma: no mutate
        not_checked = (*self.capabilities.not_checked, *unasked, *self._look.not_checked, *unknown)
        return Report(survey.person, deletes, changes, on_call, not_checked, removal, survey.ended)

    def _decide(self, survey: Survey) -> tuple[Change, ...]:
        plan = decide(
            survey,
            self._request,
            replacement=self.replacement,
            protected=self._protected,
            now=self._look.now,
            reach=self._look.reach,
            earlier=self._earlier,
            ended_overrides=self._looked_everywhere,
        )
        if plan.blockers:
            raise BlockedError(plan.blockers, not_checked=(*self.capabilities.only_in_refusal, *survey.not_checked))
        of_removal = () if self._request.keep_user else survey.of_removal
        self._look.note(*survey.not_checked, *plan.not_checked, *of_removal)
        return plan.changes

    def _plan(self, changes: tuple[Change, ...], end: Change | None) -> None:
        self.changes.plan((*changes, end) if end else changes)

    def _carry_out(self, survey: Survey, end: Change | None) -> None:
        asked = end if self.capabilities.refuses_while_in_use else None
        if asked:
            survey, ended = self._ask(survey, asked)
            if ended:
                # What was read beside the delete may be older than it.
                survey, _ = self._look.again(survey)
                self._detach(survey, None)
                self._delete_overrides(self._hidden(survey, deleted=True), None)
                self._on_call_after = self._read_on_call(survey)
                return
        else:
            survey, _ = self._look.again(survey)
        refusal: ServiceError = ReaddedError("somebody else puts the person back each time")
        for rounds_left in reversed(range(ROUNDS)):
            self._detach(survey, end)
            self._delete_overrides(self._hidden(survey), end)
            if asked:
                calls: list[Callable[[], Any]] = [partial(self._refused, asked), partial(self._read_on_call, survey)]
                refused, self._on_call_after = self._parallel.run(calls)
                if refused is None:
                    return
                refusal = refused
                if not rounds_left:
                    break
            try:
                survey = self._look_again(survey.person, end)
                is_out = not asked and self.changes.remaining == ((end,) if end else ())
            except NotFoundError:  # the account is gone: its end confirms that
                is_out = True
            if is_out:
                # Nothing refuses the end: it comes after a look that finds nothing.
                if end:
                    self.changes.make(end)
                return
            survey, _ = self._look.again(survey)
        raise refusal

    def _ask(self, survey: Survey, end: Change) -> tuple[Survey, bool]:
        """Try the delete beside the last reads; return what these show, and whether the account was deleted.

        While the account is in use it is refused, changes nothing, and names what else uses the account.
        """
        if not blocks_deletion(survey):
            # The delete may succeed: what no list shows has to be known before.
            self._plan((*self._decide(survey), *self._hidden(survey)), end)
        if self.changes.remaining == (end,):
            return survey, False
        survey, (refused,) = self._look.again(survey, partial(self._refused, end))
        return survey, not refused

    def _read_on_call(self, survey: Survey) -> OnCalls | None:
        touched = touched_schedules(survey, (*self.changes.made, *self.changes.remaining))
        return self._client.on_calls() if touched else None  # pragma: no mutate -- a call more changes no answer

    def _hidden(self, survey: Survey, **state: bool) -> tuple[Change, ...]:
        return self._look.hidden_overrides(survey.person, len(self.changes.made), **state)

    def _delete_overrides(self, changes: tuple[Change, ...], end: Change | None) -> None:
        if changes:
            self._plan(changes, end)
            self._parallel.run([partial(self.changes.make, change) for change in changes])

    def _look_again(self, person: Person, end: Change | None) -> Survey:
        survey = self._look.survey(person, Scope.AGAIN).without_stale()
        self._on_call_after = survey.on_call
        changes = self._decide(survey)
        self._plan(changes, end)
        thorough = self.capabilities.refuses_while_in_use or self.capabilities.removal_is_final
        if end and not changes and thorough and not self._looked_everywhere:
            # Still in use but not listed, or never to be undone: scan the whole account, ended overrides included. Only
            # once: it takes a call or two for each thing in the account.
            self._looked_everywhere = True
            survey = self._look.survey(person, Scope.EVERYWHERE).without_stale()
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

        Overrides go before the rotations change: once the person is out of a schedule, nothing leads to them. A key
        that may not delete fails at these and forwarding rules, before any rotation has changed.
        """
        deleted = [change for change in self.changes.remaining if isinstance(change.before, Override | ForwardingRule)]
        changes = self._decide(replace(survey, overrides=(), forwarding_rules=()))
        self._parallel.run([partial(self.changes.make, change) for change in deleted])
        self._plan(changes, end)
        leaver = Leaver(survey.person, self.replacement, self._request.keep_turns)
        rule = partial(detach, leavers=(*self._earlier, leaver), reach=self._look.reach)
        self._parallel.run([partial(self.changes.make, change, rule) for change in changes])
