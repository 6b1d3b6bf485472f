"""Undo a record's changes: read, decide, write once, and read again if no answer came."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from console.client import Connection, unless_gone
from console.context import ConsoleContext
from console.record.reader import OffboardedUser
from console.restore import rules
from console.restore.accounts import CurrentUsers
from console.restore.rules import DONE, FAILED, LEFT, NOT_TRIED, PLANNED, THERE, WORST_FIRST, Step
from console.restore.slots import Removal, chain
from service.errors import NotFoundError, OutOfTimeError, ServiceError, UnauthorizedError, UnavailableError
from service.model import (
    Change,
    ForwardingRule,
    Membership,
    Named,
    Override,
    Person,
    Roster,
    ascii_lower,
)
from service.serialization import change_json

DOWN = 3
"""The restore stops after this many people in a row of whom not even the account can be read, for want of an answer."""

JUST_LEFT = timedelta(minutes=10)
"""For how long at most a team is taken to list somebody who was removed."""


@dataclass(frozen=True)
class RestoreResult:
    """The outcome of undoing one off-boarding; `trouble` is an error that stops everything after it."""

    username: str
    steps: tuple[Step, ...]
    trouble: Exception | None = None

    @property
    def outcome(self) -> str:
        """The person's outcome: the worst of the steps."""
        return min((step.status for step in self.steps), key=WORST_FIRST.index)


class Restorer:
    """Undoes a record."""

    def __init__(self, context: ConsoleContext, offboarded_users: Sequence[OffboardedUser], *, apply: bool) -> None:
        self._context = context
        self._offboarded_users = offboarded_users
        self._apply = apply
        self._users = CurrentUsers(offboarded_users)
        self._planned: dict[tuple[str, str], Roster] = {}
        self._back: set[tuple[str, ...]] = set()
        self._trouble: Exception | None = None
        self._failure: ServiceError | None = None
        self._down = 0

    def places(self, only: str | None) -> list[int]:
        """Return which off-boardings to undo, the last one first: each builds on those before."""
        names = [ascii_lower(offboarded_user.person.username) for offboarded_user in self._offboarded_users]
        return [place for place in reversed(range(len(names))) if only in (None, names[place])]

    def put_back(self, place: int) -> RestoreResult:
        """Undo one off-boarding, continuing past what cannot be undone."""
        with self._context.connect() as connection:
            steps = tuple(self._steps(connection, place))
        if self._down == DOWN:
            self._trouble = self._failure
        return RestoreResult(self._offboarded_users[place].person.username, steps, self._trouble)

    def _steps(self, connection: Connection, place: int) -> Iterator[Step]:
        offboarded_user = self._offboarded_users[place]
        account = self._account(connection, offboarded_user)
        is_down = account.status == FAILED and isinstance(self._failure, UnavailableError | OutOfTimeError)
        self._down = self._down + 1 if is_down else 0
        yield account
        without = {FAILED: "", LEFT: "only with the account"}.get(account.status)
        for change in reversed(offboarded_user.changes):
            if isinstance(change.before, Person):
                continue
            blank = Step(change.before.kind, change_json(change)["name"], NOT_TRIED, without or "")
            if without is not None or self._trouble:
                yield blank
                continue
            step = self._settle(connection, blank, partial(self._plan, connection, place, change))
            if step.status in (PLANNED, DONE, THERE):
                self._back.add(_key(change, offboarded_user.person))
            yield step

    def _account(self, connection: Connection, offboarded_user: OffboardedUser) -> Step:
        """Put the account back: invite the person, or undo the suspension."""
        person, undo = offboarded_user.person, connection.console.undo
        ended = next((one.action for one in offboarded_user.changes if isinstance(one.before, Person)), "")

        def look() -> Step:
            self._users.forget(person)
            return rules.account(person, self._users.account(connection, person), undo, ended)

        step = self._settle(connection, Step("user", person.username, NOT_TRIED, ""), look)
        if step.status == PLANNED or (step.status == DONE and not undo.invites):
            self._users.count_as_present(person)
        self._users.forget(person)
        return step

    def _settle(self, connection: Connection, blank: Step, look: Callable[[], Step]) -> Step:
        """Do the step that `look` returns, looking again before each retry."""
        tried: Step | None = None
        try:
            for attempt in connection.console.attempts():
                with attempt:
                    step = look()
                    if step.status != PLANNED or not self._apply:
                        return replace(step, status=DONE) if tried and step.status == THERE else step
                    tried = step
                    otherwise = connection.console.put_back(step.write, self._context.now()) if step.write else ""
                    return replace(step, status=DONE, note="; ".join(filter(None, (step.note, otherwise))))
        except ServiceError as error:
            if tried and error.outcome_unknown and _was_done(look):
                return replace(tried, status=DONE)
            self._failure = error
            if isinstance(error, UnauthorizedError):
                self._trouble = error
            return self._failed(tried or blank, str(error))
        except Exception as error:  # any failure: still report what was restored
            self._trouble = error
            return self._failed(tried or blank, f"this program has a defect ({error!r})")
        raise AssertionError("the loop above returns or raises")

    def _failed(self, step: Step, why: str) -> Step:
        return replace(step, status=FAILED, note=self._context.without_key(why))

    def _plan(self, connection: Connection, place: int, change: Change) -> Step:
        recorded = self._offboarded_users[place].person
        person = self._users.now(connection, recorded)
        if person is None:
            raise NotFoundError(f"there is no user {recorded.username}")
        if isinstance(change.before, Roster):
            step = self._plan_listed(connection, place, change, change.before)
        else:
            step = self._plan_other(connection, place, change, person)
        if step.status in (PLANNED, LEFT) and _key(change, recorded) in self._back:
            # Somebody re-added the person before the last removal, which is the one that counts.
            return replace(step, status=THERE, note="in the record twice: back as it was the last time")
        if step.status == PLANNED and not self._apply and isinstance(step.write, Roster):
            self._planned[change.key] = step.write
        return step

    def _plan_listed(self, connection: Connection, place: int, change: Change, before: Roster) -> Step:
        removals, own = self._removals(connection, place, change)
        now = self._planned.get(change.key) or connection.console.roster(before)
        return rules.listed(now, chain(removals, own), removals[own])

    def _removals(self, connection: Connection, place: int, change: Change) -> tuple[list[Removal], int]:
        """Return the record's removals from one roster, and the position of this change among them."""
        found: list[Removal] = []
        own = 0
        for number, offboarded_user in enumerate(self._offboarded_users):
            for other in offboarded_user.changes:
                if other.key == change.key:
                    own = len(found) if number == place and other is change else own
                    found.append(self._removal(connection, offboarded_user, other))
        return found, own

    def _removal(self, connection: Connection, offboarded_user: OffboardedUser, change: Change) -> Removal:
        return Removal(
            person=offboarded_user.person,
            replacement=offboarded_user.replacement,
            change=change,
            now=self._users.now(connection, offboarded_user.person),
            keep_turns=offboarded_user.keep_turns,
        )

    def _plan_other(self, connection: Connection, place: int, change: Change, person: Person) -> Step:
        api, moment, nth = connection.console, self._context.now(), self._nth(place, change)
        match change.before:
            case Membership() as before:
                members = unless_gone(partial(api.members, Named(before.id, before.name)))
                left = self._offboarded_users[place].time
                just_left = left is not None and moment - left < JUST_LEFT
                return rules.membership(before, members, person, api.undo, just_left=just_left)
            case Override() as before:
                overrides = unless_gone(partial(api.overrides, before.schedule))
                rotations = unless_gone(partial(api.rotations, before.schedule)) if before.rotations else ()
                return rules.override(before, overrides, rotations or (), person, moment, api.undo, nth=nth)
            case ForwardingRule() as before:
                source, target = (self._users.named(connection, end) for end in (before.from_user, before.to_user))
                return rules.forwarding_rule(before, api.forwarding_rules(), (source, target), moment, nth=nth)
        raise AssertionError("a record has no other kinds")

    def _nth(self, place: int, change: Change) -> int:
        """Return which one this is, from 1, of the entries of one off-boarding that differ by their ids only."""
        changes = reversed(self._offboarded_users[place].changes)  # as they are put back
        same = [one for one in changes if replace(one.before, id="") == replace(change.before, id="")]
        return next(number for number, one in enumerate(same, 1) if one is change)


def _key(change: Change, person: Person) -> tuple[str, ...]:
    return (*change.key, ascii_lower(person.username))


def _was_done(look: Callable[[], Step]) -> bool:
    try:
        return look().status == THERE
    except ServiceError:
        return False
