"""A whole scan of Operations: there are no lists by person, so everything is read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from service.errors import NotFoundError, NotInPlanError, UnexpectedResponseError
from service.jsm.operations import Operations
from service.jsm.parsing import ListedSchedule
from service.jsm.teams import Teams
from service.model import Escalation, ForwardingRule, Membership, Named, Override, Participant, Person, Rotation
from service.parallel import Parallel


@dataclass
class Found:
    """What a scan has found, by the ids of schedules and teams; people have ids only.

    Each list is put in as a whole: many threads read at the same time.
    """

    schedules: dict[str, ListedSchedule] = field(default_factory=dict)
    rotations: dict[str, list[Rotation]] = field(default_factory=dict)
    overrides: dict[str, list[Override]] = field(default_factory=dict)
    escalations_of: dict[str, list[Escalation]] = field(default_factory=dict)
    teams: dict[str, Named] = field(default_factory=dict)
    """Those with Operations, and those that a rotation or an escalation has."""
    operated: frozenset[str] = frozenset()
    """The ids of the teams with Operations that the token sees."""
    members: dict[str, list[str]] = field(default_factory=dict)
    forwarding_rules: list[ForwardingRule] = field(default_factory=list)

    @property
    def escalations(self) -> dict[str, Escalation]:
        """The escalations of all teams, by id."""
        return {one.id: one for of_team in self.escalations_of.values() for one in of_team}

    def listed(self) -> Iterable[Rotation | Escalation]:
        """Return every rotation and every escalation."""
        return [*(one for found in self.rotations.values() for one in found), *self.escalations.values()]

    def names(self) -> dict[tuple[str, str], str]:
        """Return the names of teams, escalations and schedules, by type and id."""
        return {
            **{("team", one.id): one.name for one in self.teams.values()},
            **{("escalation", one.id): one.name for one in self.escalations.values()},
            **{("schedule", one.named.id): one.named.name for one in self.schedules.values()},
        }

    def memberships(self, person: Person) -> list[Membership]:
        """Return the person's places in teams."""
        return [
            membership_of(self.teams[team_id], members, person)
            for team_id, members in self.members.items()
            if person.id in members
        ]

    def named_teams(self) -> list[Named]:
        """Return the teams that a rotation or an escalation has, and that are not among the teams yet."""
        ids = {one.id for entry in self.listed() for one in entry.listed if one.type == "team"}
        return [Named(one, one) for one in sorted(ids - self.teams.keys())]


def membership_of(team: Named, members: Iterable[str], person: Person) -> Membership:
    """Return a person's place in a team; nobody is told the role in it."""
    others = tuple(Participant("user", member) for member in members if member != person.id)
    return Membership(team.id, team.name, Named(person.id, person.name), "", others=others)


class Scanner:
    """Reads scans; `missing` has a sentence for each kind of list that the plan does not have."""

    def __init__(self, operations: Operations, teams: Teams, parallel: Parallel) -> None:
        self.missing: dict[str, None] = {}
        self._operations = operations
        self._teams = teams
        self._parallel = parallel

    def everything(self, beside: Iterable[Callable[[], Any]] = ()) -> tuple[Found, list[Any]]:
        """Read everything, in three rounds; returns it, and what the calls return that are made beside the first."""
        found = Found()
        lists: list[Callable[[], Any]] = [
            self._schedules(found),
            self._list_teams(found),
            self._forwarding_rules(found),
        ]
        results = self._parallel.run([*lists, *beside])[len(lists) :]
        teams, schedules = list(found.teams.values()), [one.named for one in found.schedules.values()]
        reads = self._rotations(found)
        reads += [partial(self._overrides, found, one) for one in schedules]
        reads += [partial(self._escalations, found, one) for one in teams]
        reads += [partial(self._members, found, one) for one in teams]
        self._parallel.run(reads)
        more: list[Callable[[], Any]] = [partial(self._unlisted_team, found, team) for team in found.named_teams()]
        self._parallel.run(more)
        return found, results

    def again(self, found: Found, touched: Iterable[Rotation | Escalation | Override | Membership]) -> None:
        """Read schedules, rotations and forwarding rules again, and whatever else has been touched."""
        schedules = {one.schedule.id: one.schedule for one in touched if isinstance(one, Rotation | Override)}
        lists: list[Callable[[], None]] = [self._schedules(found), self._forwarding_rules(found)]
        self._parallel.run(lists)
        found.overrides = {one: listed for one, listed in found.overrides.items() if one in found.schedules}
        reads = self._rotations(found)
        reads += [partial(self._overrides, found, one) for one in schedules.values() if one.id in found.schedules]
        owners = {one.team.id: one.team for one in touched if isinstance(one, Escalation) and one.team}
        reads += [partial(self._escalations, found, one) for one in owners.values()]
        memberships = [Named(one.id, one.name) for one in touched if isinstance(one, Membership)]
        reads += [partial(self._members, found, one) for one in memberships]
        self._parallel.run(reads)

    def of_team_unless_gone(self, read: Callable[[], list[Any]], team: Named) -> list[Any]:
        """Read the details of a team; none if it was deleted and is no longer listed."""
        return self._unless_gone(read, team, self._team_ids)

    def _schedules(self, found: Found) -> Callable[[], None]:
        def read() -> None:
            found.schedules = {one.named.id: one for one in self._operations.schedules()}

        return read

    def _list_teams(self, found: Found) -> Callable[[], None]:
        def read() -> None:
            found.teams = {one.id: one for one in self._operations.teams()}
            found.operated = frozenset(found.teams)

        return read

    def _forwarding_rules(self, found: Found) -> Callable[[], None]:
        def read() -> None:
            try:
                found.forwarding_rules = self._operations.forwarding_rules()
            except NotInPlanError as error:
                self.missing[f"forwarding rules: the plan of the site does not have them ({error})"] = None

        return read

    def _rotations(self, found: Found) -> list[Callable[[], None]]:
        """Take the rotations that came with the schedules; returns calls that read the others."""
        found.rotations = {}
        reads: list[Callable[[], None]] = []
        for one in found.schedules.values():
            if one.rotations is None:
                reads.append(partial(self._rotations_of, found, one.named))
            else:
                found.rotations[one.named.id] = self._operations.rotations_in(one.rotations, one.named)
        return reads

    def _rotations_of(self, found: Found, schedule: Named) -> None:
        read = partial(self._operations.rotations, schedule)
        found.rotations[schedule.id] = self._unless_gone(read, schedule, self._schedule_ids)

    def _overrides(self, found: Found, schedule: Named) -> None:
        read = partial(self._operations.overrides, schedule)
        found.overrides[schedule.id] = self._unless_gone(read, schedule, self._schedule_ids)

    def _escalations(self, found: Found, team: Named) -> None:
        read = partial(self._operations.escalations, team)
        found.escalations_of[team.id] = self.of_team_unless_gone(read, team)

    def _members(self, found: Found, team: Named) -> None:
        found.members[team.id] = self.of_team_unless_gone(partial(self._teams.members, team), team)

    def _unlisted_team(self, found: Found, team: Named) -> None:
        """Read a team that the list does not have: without Operations it still has its members notified."""
        try:
            name, _ = self._teams.managed_elsewhere(team)
            found.members[team.id] = self._teams.members(team)
        except NotFoundError:
            return
        found.teams[team.id] = Named(team.id, name)

    def _unless_gone(self, read: Callable[[], list[Any]], listed: Named, ids: Callable[[], set[str]]) -> list[Any]:
        """Read the details of a listed item; none if it was deleted and is no longer listed."""
        try:
            return read()
        except NotFoundError as error:
            if listed.id in ids():
                raise UnexpectedResponseError(f"the site lists {listed.name}, and says it is not there") from error
            return []

    def _schedule_ids(self) -> set[str]:
        return {one.named.id for one in self._operations.schedules()}

    def _team_ids(self) -> set[str]:
        return {one.id for one in self._operations.teams()}
