"""Reads that tell who can be called: who is behind a team and the like, and what uses a team."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import chain

from service.errors import NotFoundError
from service.jsm.operations import Operations
from service.jsm.people import People
from service.jsm.scan import Found
from service.jsm.teams import Teams
from service.model import Named, Participant, Rotation, RoutingRule, TeamUse, is_over
from service.parallel import Parallel


class ReachReader:
    """Reads what is behind the entries of a scan, as it is now; who is suspended is not among the people."""

    def __init__(self, operations: Operations, teams: Teams, people: People, parallel: Parallel) -> None:
        self._operations = operations
        self._teams = teams
        self._people = people
        self._parallel = parallel

    def behind(self, found: Found, one: Participant) -> tuple[Participant, ...]:
        """Read whom a team, an escalation or a schedule leads to; empty where it is gone."""
        try:
            listed = self._listed(found, one)
        except NotFoundError:
            return ()
        self._people.know(entry.id for entry in listed if entry.type == "user")
        return tuple(self._people.participant(entry) for entry in listed if entry.id not in self._people.gone)

    def uses(self, found: Found, teams: tuple[Named, ...]) -> tuple[TeamUse, ...]:
        """Return the rotations that are not over and the escalations that list one of the teams, and read its rules."""
        reads: list[Callable[[], list[RoutingRule]]] = [partial(self._routing_rules, team) for team in teams]
        rules = chain(*self._parallel.run(reads))
        listed = (one for one in found.listed() if not (isinstance(one, Rotation) and _is_over(one)))
        using = (one for one in listed if any(entry.is_team(team) for entry in one.listed for team in teams))
        return (*rules, *using)

    def _listed(self, found: Found, one: Participant) -> tuple[Participant, ...]:
        match one.type:
            case "team":
                return tuple(Participant("user", member) for member in self._teams.members(Named(one.id, one.name)))
            case "escalation" if known := found.escalations.get(one.id):
                return self._operations.escalation(known).listed
            case "schedule" if one.id in found.schedules and found.schedules[one.id].enabled:
                rotations = self._operations.rotations(found.schedules[one.id].named)
                return tuple(chain(*(rotation.participants for rotation in rotations if not _is_over(rotation))))
        return ()

    def _routing_rules(self, team: Named) -> list[RoutingRule]:
        try:
            return self._operations.routing_rules(team)
        except NotFoundError:
            # A team without Operations has none.
            return []


def _is_over(rotation: Rotation) -> bool:
    return is_over((rotation.source or {}).get("endDate") or "", datetime.now(UTC))
