"""Another vendor's on-call system, in memory, to test the flow without any HTTP.

Unlike Opsgenie it deactivates accounts, and never refuses unless a test says so.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt

from service.client import Capabilities, Rule, Scope
from service.errors import InUseError, NotFoundError, ServiceError, UnavailableError
from service.model import (
    Blocker,
    Change,
    Entry,
    Escalation,
    ForwardingRule,
    Membership,
    Named,
    Override,
    Participant,
    Person,
    Roster,
    Rotation,
    TeamUse,
)
from service.schedule import Schedule
from service.survey import OnCalls, Survey
from service.transport.updates import update

Key = tuple[str, str]


def failing(
    error: ServiceError,
    *,
    outcome_unknown: bool = False,
    pending: bool = False,
    first: Callable[[], object] = lambda: None,
) -> Callable[[], None]:
    """Return a call that fails after `first` has happened."""

    def fail() -> None:
        first()
        error.outcome_unknown, error.pending = outcome_unknown or pending, pending
        raise error

    return fail


def _lists(entry: Roster, person: Person) -> bool:
    return any(one.is_person(person) for one in entry.listed)


CAPABILITIES = Capabilities(
    "Callout", "deactivate", False, ("phones that were lent",), (), "give it all rights", "give it another key"
)


class FakeClient:
    """An account of people and what holds them; `log` has the calls so far, in order."""

    def __init__(self, people: Iterable[Person], *entries: Entry) -> None:
        self.capabilities = CAPABILITIES
        self.people = {person.username: person for person in people}
        self.entries = {Change("", entry).key: entry for entry in entries}
        self.hidden: dict[Key, Entry] = {}
        """What holds a person but shows only with Scope.EVERYWHERE."""
        self.hidden_overrides: dict[Key, Entry] = {}
        """The overrides that no survey shows."""
        self.stays: tuple[Blocker, ...] = ()
        """What a refusal names that no survey shows."""
        self.blocked: frozenset[str] = frozenset()
        """Who is blocked, by id or username."""
        self.notes: tuple[str, ...] = ()
        """What a survey could not read."""
        self.groups: dict[str, tuple[Participant, ...]] = {}
        """Who is behind a team, an escalation or a schedule, by its id; somebody where it is not in here."""
        self.ended = ""
        """How the account was ended before."""
        self.schedules: tuple[Schedule, ...] = ()
        """The schedules as a survey sees them first, with their times."""
        self.on_call = OnCalls()
        """Who is on call before anything is changed."""
        self.on_call_after = OnCalls()
        self.on_slot: Callable[[], object] = lambda: None
        self.log: list[str] = []
        self._events: dict[str, list[Callable[[], object]]] = {}

    def when(self, call: str, happens: Callable[[], object], *, skip: int = 0) -> None:
        """Run a hook, which may raise, right before a call is carried out, after `skip` such calls."""
        self._events[call] = [*self._events.get(call, []), *[lambda: None] * skip, happens]

    def put(self, entry: Entry) -> None:
        """Add an entry, or replace one, as somebody else would."""
        self.entries[Change("", entry).key] = entry

    def find(self, username: str) -> Person:
        """Return a user."""
        self._called(f"find {username}")
        return self._there(username)

    def survey(self, person: Person, scope: Scope) -> Survey:
        """Return what holds the person."""
        self._called(f"survey {scope.value}")
        self._there(person.username)
        entries = [*self.entries.values(), *(self.hidden.values() if scope is Scope.EVERYWHERE else ())]
        return Survey(
            person,
            rotations=tuple(e for e in entries if isinstance(e, Rotation) and _lists(e, person)),
            escalations=tuple(e for e in entries if isinstance(e, Escalation) and _lists(e, person)),
            overrides=tuple(e for e in entries if isinstance(e, Override)),
            forwarding_rules=tuple(e for e in entries if isinstance(e, ForwardingRule)),
            memberships=tuple(e for e in entries if isinstance(e, Membership)),
            blocked=self.blocked,
            not_checked=self.notes,
            ended=self.ended,
            schedules=self.schedules,
            on_call=self.on_call if scope is Scope.FIRST else self.on_call_after,
        )

    def on_calls(self) -> OnCalls:
        """Return who is on call after changes."""
        self._called("on-calls")
        return self.on_call_after

    def read(self, entry: Entry) -> Entry | None:
        """Return the entry as it is now."""
        self._called(f"read {entry.kind} {entry.id}")
        began = time.monotonic()
        if isinstance(entry, Person):
            return self.people.get(entry.username)
        found = {**self.entries, **self.hidden}.get(Change("", entry).key)
        return replace(found, read_at=began) if isinstance(found, Roster) else found

    def has_turns(self, person: Person) -> bool:
        """Tell whether an override is there that no survey shows."""
        self._called(f"turns {person.username}")
        return any(isinstance(entry, Override) for entry in self.hidden_overrides.values())

    def overrides_of(self, person: Person) -> tuple[tuple[Override, ...], tuple[str, ...]]:
        """Return the overrides, those that no survey shows too."""
        self._called(f"overrides {person.username}")
        everything = [*self.entries.values(), *self.hidden_overrides.values()]
        overrides = (e for e in everything if isinstance(e, Override))
        return tuple(e for e in overrides if person.is_named(e.user.id, e.user.name)), ()

    def behind(self, participant: Participant) -> tuple[Participant, ...]:
        """Return who is behind a team and the like."""
        if participant.id in self.groups:
            self._called(f"behind {participant.type} {participant.id}")
        return self.groups.get(participant.id, (Participant("user", "id-somebody"),))

    def uses(self, teams: tuple[Named, ...]) -> tuple[TeamUse, ...]:
        """Return the rotations and escalations that list one of the teams."""
        self._called(f"uses {' '.join(team.id for team in teams)}")
        rosters = (e for e in self.entries.values() if isinstance(e, Roster))
        return tuple(e for e in rosters if any(one.is_team(team) for one in e.listed for team in teams))

    def update(self, entry: Roster, rule: Rule) -> Change | None:
        """Let the rule decide and write once, in two tries without a wait."""
        return update(cast(Any, self), entry, rule, read=self.read, write=self.apply)

    def attempts(self) -> Retrying:
        """Try twice, without a wait."""
        return Retrying(retry=retry_if_exception_type(UnavailableError), stop=stop_after_attempt(2), reraise=True)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Call `on_slot` before a write."""
        self.on_slot()
        yield

    def apply(self, change: Change) -> None:
        """Carry out a change."""
        self._called(f"{change.action} {change.before.kind} {change.before.id}")
        if isinstance(change.before, Person):
            return self._end(change.before)
        for entries in (self.entries, self.hidden, self.hidden_overrides):
            if change.key in entries and change.after:
                entries[change.key] = change.after
            elif change.key in entries:
                del entries[change.key]
        return None

    def _end(self, person: Person) -> None:
        self._there(person.username)
        entries = [*self.entries.values(), *self.hidden.values()]
        held = any(
            isinstance(e, Membership) or (isinstance(e, Rotation | Escalation) and _lists(e, person)) for e in entries
        )
        if self.capabilities.refuses_while_in_use and (held or self.stays):
            raise InUseError("in use", self.stays)
        del self.people[person.username]

    def _there(self, username: str) -> Person:
        if username not in self.people:
            raise NotFoundError("nobody of that name")
        return self.people[username]

    def _called(self, call: str) -> None:
        self.log.append(call)
        events = self._events.get(call)
        if events:
            events.pop(0)()
