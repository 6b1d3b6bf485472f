"""Putting a record back: read, decide, write once, and read again where no answer came."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from console import restore_rules
from console.desk import Connection, Desk
from console.endpoints import ConsoleEndpoints, unless_gone
from console.record_reader import Departure
from console.restore_rules import DONE, FAILED, LEFT, NOT_TRIED, PLANNED, THERE, WORST_FIRST, Step
from console.slots import Listed, Removal, chain
from console.today import People
from service.errors import NotFoundError, ServiceError, UnauthorizedError
from service.model import (
    Change,
    Escalation,
    ForwardingRule,
    Membership,
    Override,
    Person,
    Rotation,
    ascii_lower,
)
from service.serialization import change_json


@dataclass(frozen=True)
class Return:
    """What became of what one departure had changed; `trouble` is what keeps everything after it from being tried."""

    username: str
    steps: tuple[Step, ...]
    trouble: Exception | None = None

    @property
    def outcome(self) -> str:
        """What became of the person: what is worst of the steps."""
        return min((step.status for step in self.steps), key=WORST_FIRST.index)


class Restoring:
    """A record on its way back."""

    def __init__(self, desk: Desk, departures: Sequence[Departure], *, apply: bool) -> None:
        self._desk = desk
        self._departures = departures
        self._apply = apply
        self._people = People(departures)
        self._planned: dict[tuple[str, str], Listed] = {}
        self._back: set[tuple[str, ...]] = set()
        self._trouble: Exception | None = None

    def places(self, only: str | None) -> list[int]:
        """Return which departures to put back, the last one first: each was written on top of those before."""
        names = [ascii_lower(departure.person.username) for departure in self._departures]
        return [place for place in reversed(range(len(names))) if only in (None, names[place])]

    def put_back(self, place: int) -> Return:
        """Put back what one departure changed; goes on past what cannot be put back."""
        with self._desk.connect() as connection:
            steps = tuple(self._steps(connection, place))
        return Return(self._departures[place].person.username, steps, self._trouble)

    def _steps(self, connection: Connection, place: int) -> Iterator[Step]:
        departure = self._departures[place]
        account = self._invite(connection, departure.person)
        yield account
        for change in reversed(departure.changes):
            if isinstance(change.before, Person):
                continue
            blank = Step(change.before.kind, change_json(change)["name"], NOT_TRIED, "")
            if account.status == FAILED or self._trouble:
                yield blank
                continue
            step = self._settle(connection, blank, partial(self._plan, connection, place, change))
            if step.status in (PLANNED, DONE, THERE):
                self._back.add(_key(change, departure.person))
            yield step

    def _invite(self, connection: Connection, person: Person) -> Step:
        def look() -> Step:
            self._people.forget(person)
            return restore_rules.account(person, self._people.now(connection, person))

        step = self._settle(connection, Step("user", person.username, NOT_TRIED, ""), look)
        if step.status == PLANNED:
            self._people.await_invitation(person)
        self._people.forget(person)
        return step

    def _settle(self, connection: Connection, blank: Step, look: Callable[[], Step]) -> Step:
        """Do what `look` finds to do, looking again before each further try."""
        tried: Step | None = None
        try:
            for attempt in connection.transport.attempts():
                with attempt:
                    step = look()
                    if step.status != PLANNED or not self._apply:
                        return replace(step, status=DONE) if tried and step.status == THERE else step
                    tried = step
                    _write(connection.api, step)
                    return replace(step, status=DONE)
        except ServiceError as error:
            if tried and error.outcome_unknown and _was_done(look):
                return replace(tried, status=DONE)
            if isinstance(error, UnauthorizedError):
                self._trouble = error
            return self._failed(tried or blank, str(error))
        except Exception as error:  # whatever it is, what was put back before is told
            self._trouble = error
            return self._failed(tried or blank, f"this program has a defect ({error!r})")
        raise AssertionError("the loop above returns or raises")

    def _failed(self, step: Step, why: str) -> Step:
        return replace(step, status=FAILED, note=self._desk.without_key(why))

    def _plan(self, connection: Connection, place: int, change: Change) -> Step:
        recorded = self._departures[place].person
        person = self._people.now(connection, recorded)
        if person is None:
            raise NotFoundError(f"there is no user {recorded.username}")
        if isinstance(change.before, Listed):
            step = self._plan_listed(connection, place, change)
        else:
            step = self._plan_other(connection, change, person)
        if step.status in (PLANNED, LEFT) and _key(change, recorded) in self._back:
            # Somebody had put the person back before the last removal, which is the one that counts.
            return replace(step, status=THERE, note="in the record twice: back as it was the last time")
        if step.status == PLANNED and not self._apply and isinstance(step.write, Listed):
            self._planned[change.key] = step.write
        return step

    def _plan_listed(self, connection: Connection, place: int, change: Change) -> Step:
        removals, own = self._removals(connection, place, change)
        now = self._planned.get(change.key) or connection.opsgenie.read(change.before)
        return restore_rules.listed(now if isinstance(now, Listed) else None, chain(removals, own), removals[own])

    def _removals(self, connection: Connection, place: int, change: Change) -> tuple[list[Removal], int]:
        """Return what the record has about one rotation or escalation, and where in it this change is."""
        found: list[Removal] = []
        own = 0
        for number, departure in enumerate(self._departures):
            for other in departure.changes:
                if other.key == change.key:
                    own = len(found) if number == place and other is change else own
                    now = self._people.now(connection, departure.person)
                    found.append(Removal(departure.person, departure.replacement, other, now))
        return found, own

    def _plan_other(self, connection: Connection, change: Change, person: Person) -> Step:
        api, moment = connection.api, self._desk.now()
        match change.before:
            case Membership() as before:
                return restore_rules.membership(before, unless_gone(partial(api.members, before.id)), person)
            case Override() as before:
                overrides = unless_gone(partial(api.overrides, before.schedule))
                rotations = unless_gone(partial(api.rotations, before.schedule)) if before.rotations else ()
                return restore_rules.override(before, overrides, rotations or (), person, moment)
            case ForwardingRule() as before:
                source, target = (self._people.named(connection, end) for end in (before.from_user, before.to_user))
                return restore_rules.forwarding_rule(before, api.forwarding_rules(), (source, target), moment)
        raise AssertionError("a record has no other kinds")


def _key(change: Change, person: Person) -> tuple[str, ...]:
    return (*change.key, ascii_lower(person.username))


def _was_done(look: Callable[[], Step]) -> bool:
    try:
        return look().status == THERE
    except ServiceError:
        return False


def _write(api: ConsoleEndpoints, step: Step) -> None:
    match step.write:
        case Person():
            api.invite(step.write)
        case Rotation():
            api.patch_rotation(step.write)
        case Escalation():
            api.patch_escalation(step.write)
        case Membership():
            api.add_member(step.write)
        case Override():
            api.create_override(step.write)
        case ForwardingRule():
            api.create_forwarding_rule(step.write)
