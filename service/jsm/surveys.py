"""What holds a person on a site: everything is read, and what holds the person is picked out."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from service.client import Scope
from service.errors import (
    BadRequestError,
    MissingScopeError,
    OutOfTimeError,
    UnauthorizedError,
    UnavailableError,
    UnexpectedResponseError,
    UnknownKeyError,
)
from service.jsm import blockers, on_calls
from service.jsm.apis import Apis
from service.jsm.on_calls import SECONDS, OnCallReader
from service.jsm.operations import Operations
from service.jsm.people import People
from service.jsm.scan import Found, Scanner
from service.jsm.settings import JsmSettings
from service.model import Blocker, Escalation, Membership, Named, Override, Participant, Person, Rotation
from service.parallel import Parallel
from service.survey import OnCalls, Survey

Touched = dict[tuple[str, str], Rotation | Escalation | Override | Membership]


class Holding(NamedTuple):
    """What lists the person."""

    rotations: list[Rotation]
    escalations: list[Escalation]
    overrides: list[Override]
    memberships: list[Membership]

    def entries(self) -> list[Rotation | Escalation | Override | Membership]:
        """Return all of it."""
        return [*self.rotations, *self.escalations, *self.overrides, *self.memberships]


class SurveyReader:
    """Reads the surveys of one person."""

    def __init__(self, settings: JsmSettings, apis: Apis, people: People, parallel: Parallel) -> None:
        self.found = Found()
        self.left: set[str] = set()
        """The ids of the teams that the person was removed from: they may still list the person for a while."""
        self.held: list[Named] = []
        """The schedules in which the person can be on call."""
        self._settings = settings
        self._apis = apis
        self._people = people
        self._parallel = parallel
        self._scanner = Scanner(apis.operations, apis.teams, parallel)
        self._touched: Touched = {}

    def read(self, person: Person, scope: Scope) -> Survey:
        """Read a survey; that of `Scope.FIRST` also tells what forbids the off-boarding."""
        forbidden: list[Blocker] = []
        if scope is Scope.AGAIN:
            self._scanner.again(self.found, self._touched.values())
        else:
            checks: list[Callable[[], Any]] = [
                partial(self._turns, person),
                self._logs,
                partial(self._apis.account.blockers, person),
            ]
            self.found, results = self._scanner.everything(checks if scope is Scope.FIRST else [])
            forbidden = self._forbidden(person, results)
        self._people.things = self.found.names()
        holding = self._holding(person)
        self._touched |= {(entry.kind, entry.id): entry for entry in holding.entries()}
        self.held = list({one.id: one for one in (*self.held, *on_calls.leading_to(self.found, person))}.values())
        memberships = holding.memberships if scope is Scope.FIRST else []
        elsewhere, on_call = self._details(holding, memberships, told=scope is not Scope.EVERYWHERE)
        return self._survey(person, holding, on_call, (*forbidden, *elsewhere))

    def overrides_of(self, person: Person) -> tuple[Override, ...]:
        """Return the person's overrides as they were read last."""
        found = chain(*self.found.overrides.values())
        return tuple(self._people.override(one) for one in found if one.user.id == person.id)

    def _forbidden(self, person: Person, results: list[list[Blocker]]) -> list[Blocker]:
        unseen = blockers.unseen_teams(self.found, self._settings.email)
        if person.id == self._apis.ids.own_id:
            unseen.append(blockers.own_account(person))
        if not results:
            return unseen
        turns, logs, of_account = results
        # A 403 proves that the token is blind: that sight is not proved adds nothing.
        return [*(turns or logs), *unseen, *of_account]

    def _turns(self, person: Person) -> list[Blocker]:
        """Read whether the token may see the person's turns, as every admin may; other failures prove nothing."""
        brief = Operations(self._apis.transport.within(SECONDS))
        try:
            brief.has_turns(person, datetime.now(UTC))
        except (MissingScopeError, UnknownKeyError):
            raise
        except UnauthorizedError:
            return [blockers.not_shown(self._settings.email, person)]
        except (BadRequestError, OutOfTimeError, UnavailableError, UnexpectedResponseError):
            return []
        return []

    def _logs(self) -> list[Blocker]:
        """Read whether the token sees everything: lists leave out what it does not see."""
        if self._settings.trust_token or self._apis.operations.shows_logs():
            return []
        return [blockers.not_seen(self._settings.email)]

    def _holding(self, person: Person) -> Holding:
        found = self.found
        return Holding(
            [one for one in chain(*found.rotations.values()) if _lists(one.participants, person)],
            [one for one in found.escalations.values() if _lists(one.listed, person)],
            [one for one in chain(*found.overrides.values()) if one.user.id == person.id],
            found.memberships(person),
        )

    def _details(
        self, holding: Holding, memberships: Iterable[Membership], *, told: bool
    ) -> tuple[list[Blocker], OnCalls]:
        """Read names, who is on call, and whether the person can be removed from the teams, side by side."""
        reader = OnCallReader(self._apis.transport)
        teams = list(memberships)
        checks = [partial(self._elsewhere, one) for one in teams]
        calls: list[Callable[[], Any]] = [*checks, *self._people.reads(self._ids(holding))]
        calls += reader.reads(self.held) if told else []
        found = self._parallel.run(calls)[: len(checks)]
        return [*chain(*found)], reader.told(self.held, self._people)

    def _elsewhere(self, team: Membership) -> list[Blocker]:
        named = Named(team.id, team.name)
        read = lambda: [self._apis.teams.managed_elsewhere(named)]  # noqa: E731
        return [
            blockers.managed_elsewhere(team, why) for _, why in self._scanner.of_team_unless_gone(read, named) if why
        ]

    def _ids(self, holding: Holding) -> set[str]:
        """Return the ids of the people whom an answer may name, or who may be left."""
        listed = [
            *chain(*(one.listed for one in holding.escalations)),
            *chain(*(m.others for m in holding.memberships)),
        ]
        rules = self.found.forwarding_rules
        users = [*on_calls.on_call_in(self.found, self.held), *(one.from_user.id for one in rules)]
        users += [*(one.to_user.id for one in rules), *(one.id for one in listed if one.type == "user")]
        return {one for one in users if one}

    def _survey(self, person: Person, holding: Holding, on_call: OnCalls, forbidden: Iterable[Blocker]) -> Survey:
        people, found = self._people, self.found
        rules = [people.forwarding_rule(one) for one in found.forwarding_rules]
        own = [one for one in rules if person.id in (one.from_user.id, one.to_user.id)]
        still = [one for one in holding.memberships if one.id in self.left]
        notes = [f"the team {one.name}: it still lists {person.username}, who was removed from it" for one in still]
        notes += [f"who is suspended: {people.unread}"] if people.unread else []
        notes += [f"{name}: not of the documented form, and not {person.username}'s" for name in self._odd()]
        return Survey(
            person=person,
            rotations=tuple(map(people.rotation, holding.rotations)),
            escalations=tuple(map(people.escalation, holding.escalations)),
            overrides=tuple(map(people.override, holding.overrides)),
            forwarding_rules=tuple(own),
            memberships=tuple(people.membership(self._marked(one)) for one in holding.memberships),
            on_call=on_call,
            schedules=tuple(on_calls.timed(found, one, people) for one in self.held if one.id in found.schedules),
            other_forwarding_rules=tuple(one for one in rules if one not in own),
            blockers=tuple(forbidden),
            blocked=frozenset(people.gone),
            not_checked=(*self._scanner.missing, *dict.fromkeys(notes)),
            of_removal=self._apis.account.notes(person),
            ended=self._apis.account.ended(person),
        )

    def _marked(self, membership: Membership) -> Membership:
        return replace(membership, stale=True) if membership.id in self.left else membership

    def _odd(self) -> list[str]:
        return list(dict.fromkeys(self._apis.operations.odd.names))


def _lists(listed: Iterable[Participant], person: Person) -> bool:
    return any(one.is_person(person) for one in listed)
