"""What holds a person on a site: everything is read, and what holds the person is picked out."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import Any

from service.client import Scope
from service.errors import BadRequestError, NotFoundError, UnauthorizedError, UnexpectedResponseError
from service.jsm import blockers, on_calls
from service.jsm.apis import Apis
from service.jsm.on_calls import OnCallReader
from service.jsm.people import People
from service.jsm.scan import Found, Scanner
from service.jsm.settings import JsmSettings
from service.model import Blocker, Escalation, Membership, Named, Override, Participant, Person, Rotation
from service.parallel import Parallel
from service.survey import OnCalls, Survey

FORBIDDEN = 403

Touched = dict[tuple[str, str], Rotation | Escalation | Override | Membership]


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
        self._name_things()
        holding = self._holding(person)
        self._touched |= {(entry.kind, entry.id): entry for entry in chain(*holding)}
        self.held = list({one.id: one for one in (*self.held, *on_calls.leading_to(self.found, person))}.values())
        memberships = [] if scope is not Scope.FIRST else holding[3]
        elsewhere, on_call = self._details(person, memberships, told=scope is not Scope.EVERYWHERE)
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
        # That there is no proof says nothing more where there is one of the contrary.
        return [*(turns or logs), *unseen, *of_account]

    def _turns(self, person: Person) -> list[Blocker]:
        """Read whether the token may see the person's turns, as every admin may."""
        try:
            self._apis.operations.has_turns(person, datetime.now(UTC))
        except UnauthorizedError as error:
            if error.cause.status != FORBIDDEN:
                raise
            return [blockers.not_shown(self._settings.email, person)]
        except (BadRequestError, UnexpectedResponseError):
            return []
        return []

    def _logs(self) -> list[Blocker]:
        """Read whether the token sees everything: lists leave out what it does not see."""
        if self._settings.trust_token or self._apis.operations.shows_logs():
            return []
        return [blockers.not_seen(self._settings.email)]

    def _name_things(self) -> None:
        found = self.found
        self._people.things = {
            **{("team", one.id): one.name for one in found.teams.values()},
            **{("escalation", one.id): one.name for one in found.escalations.values()},
            **{("schedule", one.named.id): one.named.name for one in found.schedules.values()},
        }

    def _holding(self, person: Person) -> Any:
        found = self.found
        rotations = [one for one in chain(*found.rotations.values()) if _lists(one.participants, person)]
        escalations = [one for one in found.escalations.values() if _lists(one.listed, person)]
        overrides = [one for one in chain(*found.overrides.values()) if one.user.id == person.id]
        return rotations, escalations, overrides, found.memberships(person)

    def _details(
        self, person: Person, memberships: Iterable[Membership], *, told: bool
    ) -> tuple[list[Blocker], OnCalls]:
        """Read names, who is on call, and whether the person can be removed from the teams, side by side."""
        reader = OnCallReader(self._apis.transport)
        teams = list(memberships)
        checks = [partial(self._elsewhere, one) for one in teams]
        calls: list[Callable[[], Any]] = [*checks, *self._people.reads(self._ids(person))]
        calls += reader.reads(self.held) if told else []
        found = self._parallel.run(calls)[: len(checks)]
        return [*chain(*found)], reader.told(self.held, self._people)

    def _elsewhere(self, team: Membership) -> list[Blocker]:
        try:
            _, why = self._apis.teams.managed_elsewhere(Named(team.id, team.name))
        except NotFoundError:
            # Deleted meanwhile: the removal of its member finds the same.
            return []
        return [blockers.managed_elsewhere(team, why)] if why else []

    def _ids(self, person: Person) -> set[str]:
        """Return the ids of the people whom an answer may name, or who may be left."""
        rotations, escalations, _, memberships = self._holding(person)
        held = {one.id for one in self.held}
        rotations = [*rotations, *chain(*(self.found.rotations.get(one, ()) for one in held))]
        listed = [*chain(*(one.listed for one in (*rotations, *escalations))), *chain(*(m.others for m in memberships))]
        overrides = [*chain(*(self.found.overrides.get(one, ()) for one in held))]
        rules = self.found.forwarding_rules
        users = [*(one.user.id for one in overrides), *(one.from_user.id for one in rules)]
        users += [*(one.to_user.id for one in rules), *(one.id for one in listed if one.type == "user")]
        return {one for one in users if one}

    def _survey(self, person: Person, holding: Any, on_call: OnCalls, forbidden: Iterable[Blocker]) -> Survey:
        rotations, escalations, overrides, memberships = holding
        people, found = self._people, self.found
        rules = [people.forwarding_rule(one) for one in found.forwarding_rules]
        own = [one for one in rules if person.id in (one.from_user.id, one.to_user.id)]
        still = [one for one in memberships if one.id in self.left]
        notes = [f"the team {one.name}: it still lists {person.username}, who was removed from it" for one in still]
        notes += [f"who is suspended: {people.unread}"] if people.unread else []
        notes += [f"{name}: not of the documented form, and not {person.username}'s" for name in self._odd()]
        return Survey(
            person=person,
            rotations=tuple(map(people.rotation, rotations)),
            escalations=tuple(map(people.escalation, escalations)),
            overrides=tuple(map(people.override, overrides)),
            forwarding_rules=tuple(own),
            memberships=tuple(people.membership(self._marked(one)) for one in memberships),
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
