"""Opsgenie's endpoints that read a whole account, or what several people share."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from service import calendar
from service.model import Escalation, Named, Participant, Person, Rotation, RoutingRule
from service.opsgenie import parsing, schedules
from service.opsgenie.calls import BY_ID, SCHEDULE_BY_ID, TEAM_BY_ID
from service.opsgenie.endpoints import Endpoints
from service.opsgenie.parsing import Json
from service.schedule import Schedule

BY_NAME = {"identifierType": "name"}
PAGE = 100
"""The most users in a page.

https://docs.opsgenie.com/docs/pagination
"""


class AccountEndpoints(Endpoints):
    """The calls for judging who is left, and for reports."""

    def blocked_users(self, offset: int) -> tuple[list[Participant], int | None, bool]:
        """List a page of the users who are blocked; returns them, the total if told, and whether the page is full.

        https://docs.opsgenie.com/docs/user-api#list-users
        """
        query = {"query": "blocked:true", "limit": str(PAGE), "offset": str(offset)}
        answer = self._request("GET", "the list of blocked users", "v2", "users", query=query)
        with parsing.parsing("the list of blocked users"):
            page = parsing.entries(answer["data"])
            total = answer.get("totalCount")
            blocked = [parsing.user_participant(user) for user in page if user.get("blocked") is True]
            return blocked, total if isinstance(total, int) else None, len(page) >= PAGE

    def timed_schedules(self) -> list[Schedule]:
        """List the schedules of the account with their time zones, without rotations.

        https://docs.opsgenie.com/docs/schedule-api#list-schedules
        """
        return self._list("the list of schedules", schedules.listed, "v2", "schedules")

    def has_turns(self, person: Person, now: datetime) -> bool:
        """Tell from a user's calendar whether a turn is not over; it shows three months.

        https://docs.opsgenie.com/docs/who-is-on-call-api#export-on-call-user
        """
        what = f"the turns of {person.username}"
        answer = self._request("GET", what, "v2", "schedules", "on-calls", f"{person.id}.ics")
        with parsing.parsing(what):
            return calendar.has_turns(answer["calendar"], now)

    def whole_schedules(self) -> list[Json]:
        """List the schedules with their rotations.

        https://docs.opsgenie.com/docs/schedule-api#list-schedules
        """
        return self._list("the list of schedules", whole, "v2", "schedules", query={"expand": "rotation"})

    def all_rotations(self, schedule: Named) -> list[Rotation]:
        """List the rotations of a schedule, each of which must be readable.

        https://docs.opsgenie.com/docs/schedule-rotation-api#list-schedule-rotations
        """
        path = ("v2", "schedules", schedule.id, "rotations")
        what = f"the rotations of {schedule.name}"
        return self._list(what, lambda data: parsing.rotation(data, schedule), *path, query=SCHEDULE_BY_ID)

    def whole_schedule(self, known: Participant) -> Json:
        """Get a schedule with its rotations.

        https://docs.opsgenie.com/docs/schedule-api#get-schedule
        """
        return self._get(
            f"the schedule {_name(known)}", whole, "v2", "schedules", known.id or known.name, query=_by(known)
        )

    def whole_escalations(self) -> list[Named | Escalation]:
        """List the escalations, each whole where the list has it whole: that is not documented.

        https://docs.opsgenie.com/docs/escalation-api#list-escalations
        """
        return self._list("the list of escalations", _whole_or_named, "v2", "escalations")

    def recipients(self, known: Participant) -> list[Participant]:
        """Get the recipients of an escalation.

        https://docs.opsgenie.com/docs/escalation-api#get-escalation
        """
        read: Callable[[Any], list[Participant]] = lambda data: list(parsing.escalation(data).listed)  # noqa: E731
        what = f"the escalation {_name(known)}"
        return self._get(what, read, "v2", "escalations", known.id or known.name, query=_by(known))

    def team_members(self, known: Participant) -> list[Participant]:
        """Get the members of a team.

        https://docs.opsgenie.com/docs/team-api#get-team
        """
        what, path = f"the team {_name(known)}", ("v2", "teams", known.id or known.name)
        found = self._get(what, parsing.members, *path, query=_by(known))
        return [Participant("user", user.id, user.name, role=role) for user, role in found]

    def routing_rules(self, team: Named) -> list[RoutingRule]:
        """List the routing rules of a team.

        https://docs.opsgenie.com/docs/team-routing-rule-api#list-team-routing-rules
        """
        what, path = f"the routing rules of {team.name}", ("v2", "teams", team.id, "routing-rules")
        return self._list(what, parsing.routing_rule, *path, query=TEAM_BY_ID)


def whole(data: Any) -> Json:
    """Take an object as it is; raises TypeError for anything else."""
    if not isinstance(data, dict):
        raise TypeError("not an object")
    return data


def _whole_or_named(data: Any) -> Named | Escalation:
    return parsing.escalation(data) if "rules" in data else parsing.named(data)


def _by(known: Participant) -> Json:
    return BY_ID if known.id else BY_NAME


def _name(known: Participant) -> str:
    return known.name or known.id
