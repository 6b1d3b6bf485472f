"""Putting a record back: read, decide, write once, and read again where no answer came."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from console import putting_back
from console.account import Account
from console.desk import Desk, Line
from console.putting_back import DONE, FAILED, THERE, TO_DO, Step
from console.recorded import Departure
from console.slots import Listed, Removal, chain
from console.today import People, unless_gone
from service.errors import KeyRefusedError, NotFoundError, ServiceError
from service.model import (
    Change,
    Entry,
    Escalation,
    ForwardingRule,
    Membership,
    Override,
    Person,
    Rotation,
    ascii_lower,
)
from service.report import change_json


@dataclass(frozen=True)
class Return:
    """What became of what one departure had changed."""

    username: str
    steps: tuple[Step, ...]


class Restoring:
    """A record on its way back: the last departure first, since each was written on top of those before."""

    def __init__(self, desk: Desk, departures: Sequence[Departure], *, apply: bool) -> None:
        self._desk = desk
        self._departures = departures
        self._apply = apply
        self._people = People(departures)
        self._planned: dict[tuple[str, ...], Entry | None] = {}

    def run(self, only: str | None, on_start: Callable[[str], None]) -> Iterator[Return]:
        """Put back everybody, or one person; goes on past what cannot be put back."""
        for place in reversed(range(len(self._departures))):
            person = self._departures[place].person
            if only in (None, ascii_lower(person.username)):
                on_start(person.username)
                with self._desk.connect() as line:
                    yield Return(person.username, tuple(self._departure(line, place)))

    def _departure(self, line: Line, place: int) -> Iterator[Step]:
        departure = self._departures[place]
        account = self._invite(line, departure.person)
        yield account
        for change in reversed(departure.changes):
            if account.status != FAILED and not isinstance(change.before, Person):
                named = change_json(change)["name"]
                blank = Step(change.before.kind, named, FAILED, "")
                yield self._settle(line, blank, partial(self._plan, line, place, change))

    def _invite(self, line: Line, person: Person) -> Step:
        def look() -> Step:
            self._people.forget(person)
            return putting_back.account(person, self._people.now(line, person))

        step = self._settle(line, Step("user", person.username, FAILED, ""), look)
        if step.status == TO_DO:
            self._people.await_invitation(person)
        self._people.forget(person)
        return step

    def _settle(self, line: Line, blank: Step, look: Callable[[], Step]) -> Step:
        """Do what `look` finds to do, looking again before each further try."""
        tried: Step | None = None
        try:
            for attempt in line.opsgenie.attempts():
                with attempt:
                    step = look()
                    if step.status != TO_DO or not self._apply:
                        return replace(step, status=DONE) if tried and step.status == THERE else step
                    tried = step
                    _write(line.account, step)
                    return replace(step, status=DONE)
        except KeyRefusedError:
            raise
        except ServiceError as error:
            if tried and error.maybe_done and _was_done(look):
                return replace(tried, status=DONE)
            return replace(tried or blank, status=FAILED, note=self._desk.without_key(str(error)))
        raise AssertionError("the loop above returns or raises")

    def _plan(self, line: Line, place: int, change: Change) -> Step:
        recorded = self._departures[place].person
        person = self._people.now(line, recorded)
        if person is None:
            raise NotFoundError(f"there is no user {recorded.username}")
        if isinstance(change.before, Listed):
            key: tuple[str, ...] = change.key
            step = self._plan_listed(line, place, change)
        else:
            key = (*change.key, person.username)
            step = self._plan_other(line, change, person)
            if step.status == TO_DO and key in self._planned:
                return replace(step, status=THERE)
        if step.status == TO_DO and not self._apply:
            self._planned[key] = step.write
        return step

    def _plan_listed(self, line: Line, place: int, change: Change) -> Step:
        removals, own = self._removals(line, place, change)
        now = self._planned.get(change.key) or line.opsgenie.reread(change.before)
        return putting_back.listed(now if isinstance(now, Listed) else None, chain(removals, own), removals[own])

    def _removals(self, line: Line, place: int, change: Change) -> tuple[list[Removal], int]:
        """Return what the record has about one rotation or escalation, and where in it this change is."""
        found: list[Removal] = []
        own = 0
        for number, departure in enumerate(self._departures):
            for other in departure.changes:
                if other.key == change.key:
                    own = len(found) if number == place and other is change else own
                    now = self._people.now(line, departure.person)
                    found.append(Removal(departure.person, departure.replacement, other, now))
        return found, own

    def _plan_other(self, line: Line, change: Change, person: Person) -> Step:
        api, moment = line.account, self._desk.now()
        match change.before:
            case Membership() as before:
                return putting_back.membership(before, unless_gone(partial(api.members, before.id)), person)
            case Override() as before:
                overrides = unless_gone(partial(api.overrides, before.schedule))
                rotations = unless_gone(partial(api.rotations, before.schedule)) if before.rotations else ()
                return putting_back.override(before, overrides, rotations or (), person, moment)
            case ForwardingRule() as before:
                ends = (self._people.named(line, before.from_user), self._people.named(line, before.to_user))
                return putting_back.forwarding_rule(before, api.forwarding_rules(), ends, moment)
        raise AssertionError("a record has no other kinds")


def _was_done(look: Callable[[], Step]) -> bool:
    try:
        return look().status == THERE
    except ServiceError:
        return False


def _write(account: Account, step: Step) -> None:
    match step.write:
        case Person():
            account.invite(step.write)
        case Rotation():
            account.patch_rotation(step.write)
        case Escalation():
            account.patch_escalation(step.write)
        case Membership():
            account.add_member(step.write)
        case Override():
            account.create_override(step.write)
        case ForwardingRule():
            account.create_forwarding_rule(step.write)
