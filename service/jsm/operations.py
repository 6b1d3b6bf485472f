"""Operations' REST API: one method an endpoint, its JSON turned into the classes of the rules.

https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/intro/
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from service import calendar
from service import parsing as fields
from service.errors import (
    BadRequestError,
    NotFoundError,
    UnauthorizedError,
    UnexpectedResponseError,
)
from service.jsm import parsing
from service.jsm.calls import Calls
from service.jsm.parsing import ListedSchedule
from service.model import Escalation, ForwardingRule, Named, Override, Person, Rotation, RoutingRule
from service.odd_entries import OddEntries
from service.parsing import Json
from service.transport.call import Transport

SMALL, LARGE = "50", "100"
"""The most entries of a page: of schedules, rotations and overrides, and of everything else."""


class Operations(Calls):
    """The calls that off-boarding needs."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self.odd = OddEntries()

    def schedules(self) -> list[ListedSchedule]:
        """List the schedules that the token sees, with their rotations."""
        what, query = "the list of schedules", {"size": SMALL, "offset": "0", "expand": "rotation"}
        return self._listed(what, parsing.schedule, "v1", "schedules", query=query)

    def rotations(self, schedule: Named) -> list[Rotation]:
        """List the rotations of a schedule."""
        what, query = f"the rotations of {schedule.name}", {"size": SMALL, "offset": "0"}
        found = list(self._pages(what, "v1", "schedules", schedule.id, "rotations", query=query))
        return self.rotations_in(found, schedule)

    def rotations_in(self, found: Any, schedule: Named) -> list[Rotation]:
        """Read rotations that came with their schedule."""
        read: Callable[[Any], Rotation] = lambda data: parsing.rotation(data, schedule)  # noqa: E731
        with fields.parsing(f"the rotations of {schedule.name}"):
            return self.odd.read(f"the rotation {schedule.name} /", read, found)

    def rotation(self, known: Rotation) -> Rotation:
        """Get a rotation of a schedule."""
        what, path = f"the rotation {known.schedule.name} / {known.name}", _rotation_path(known)
        return self._get(what, lambda data: parsing.rotation(data, known.schedule), *path)

    def overrides(self, schedule: Named) -> list[Override]:
        """List the overrides of a schedule that are not over."""
        what, query = f"the overrides of {schedule.name}", {"size": SMALL, "offset": "0"}
        found = list(self._pages(what, "v1", "schedules", schedule.id, "overrides", query=query))
        read: Callable[[Any], Override] = lambda data: parsing.override(data, schedule)  # noqa: E731
        with fields.parsing(what):
            return self.odd.read(f"the override {schedule.name} /", read, found)

    def on_call(self, schedule: Named) -> list[str]:
        """List the account ids of who is on call in a schedule now."""
        path = ("v1", "schedules", schedule.id, "on-calls")
        read: Callable[[Any], list[str]] = lambda data: parsing.texts(data["onCallUsers"], "onCallUsers")  # noqa: E731
        return self._get(f"who is on call in {schedule.name}", read, *path, query={"flat": "true"})

    def has_turns(self, person: Person, now: datetime) -> bool:
        """Tell from a person's calendar whether a turn is not over; a person without one has none.

        How far ahead it shows is not documented. Raises UnauthorizedError where the token may not see it.
        """
        what, path = f"the turns of {person.username}", ("v1", "schedules", "on-calls", f"{person.id}.ics")
        try:
            return self._get(what, lambda data: calendar.has_turns(data["calendar"], now), *path)
        except NotFoundError:
            return False

    def teams(self) -> list[Named]:
        """List the teams with Operations that the token sees; the list has no pages."""
        read = partial(fields.each, parsing.team)
        return self._get("the list of teams", lambda data: read(data["platformTeams"]), "v1", "teams")

    def escalations(self, team: Named) -> list[Escalation]:
        """List the escalations of a team, whole."""
        what, query = f"the escalations of {team.name}", {"size": LARGE, "offset": "0"}
        found = list(self._pages(what, "v1", "teams", team.id, "escalations", query=query))
        with fields.parsing(what):
            return self.odd.read("the escalation", lambda data: parsing.escalation(data, team), found)

    def escalation(self, known: Escalation) -> Escalation:
        """Get an escalation, which is known by its team only."""
        team = known.team or Named("", "")
        what, path = f"the escalation {known.name}", _escalation_path(known)
        return self._get(what, lambda data: parsing.escalation(data, team), *path)

    def routing_rules(self, team: Named) -> list[RoutingRule]:
        """List the routing rules of a team."""
        what, query = f"the routing rules of {team.name}", {"size": LARGE, "offset": "0"}
        return self._listed(what, parsing.routing_rule, "v1", "teams", team.id, "routing-rules", query=query)

    def forwarding_rules(self) -> list[ForwardingRule]:
        """List everybody's forwarding rules: without `showAll` it would be the token owner's own."""
        what, query = "the list of forwarding rules", {"showAll": "true", "size": LARGE, "offset": "0"}
        found = list(self._pages(what, "v1", "forwarding-rules", query=query))
        with fields.parsing(what):
            return self.odd.read("the forwarding rule", parsing.forwarding_rule, found)

    def shows_logs(self) -> bool:
        """Tell whether the token reads the audit log, as only an admin of the product can."""
        end = datetime.now(UTC)
        times = {"startTime": _time(end - timedelta(seconds=1)), "endTime": _time(end)}
        try:
            self._request("GET", "the audit log", "v1", "logs", query={**times, "limit": "1000"})
        except (UnauthorizedError, BadRequestError, NotFoundError):
            return False
        return True

    def exists(self, entry: Override | ForwardingRule) -> bool:
        """Tell whether an override or a forwarding rule is there."""
        try:
            self._request("GET", _described(entry), *_path(entry))
        except NotFoundError:
            return False
        return True

    def delete(self, entry: Override | ForwardingRule) -> None:
        """Delete an override or a forwarding rule."""
        self._delete(_described(entry), *_path(entry))

    def patch_rotation(self, rotation: Rotation) -> None:
        """Replace the participants of a rotation, once: a retry needs a fresh read."""
        what, body = f"the rotation {rotation.schedule.name} / {rotation.name}", parsing.rotation_json(rotation)
        answer = self._request("PATCH", what, *_rotation_path(rotation), body=body, retry=False)
        self._check_written(what, lambda: parsing.participants(answer), rotation.participants)

    def patch_escalation(self, escalation: Escalation) -> None:
        """Replace the rules of an escalation, once: a retry needs a fresh read."""
        what, body = f"the escalation {escalation.name}", parsing.escalation_json(escalation)
        answer = self._request("PATCH", what, *_escalation_path(escalation), body=body, retry=False)
        sent = tuple(rule.recipient for rule in escalation.rules)
        self._check_written(what, lambda: tuple(rule.recipient for rule in parsing.rules(answer)), sent)

    def _listed(self, what: str, read: Callable[[Any], Any], *path: str, query: Json) -> list[Any]:
        found = list(self._pages(what, *path, query=query))
        with fields.parsing(what):
            return fields.each(read, found)

    def _check_written(self, what: str, read: Callable[[], Any], sent: Any) -> None:
        """Compare who is in the answer with who was sent: what else is taken for done is not documented."""
        try:
            with fields.parsing(what):
                shown = [(one.type, one.id) for one in read()]
        except UnexpectedResponseError as error:
            error.outcome_unknown = True
            raise
        if shown != [(one.type, one.id) for one in sent]:
            raise UnexpectedResponseError(f"the answer shows others in {what} than were sent", outcome_unknown=True)


def _rotation_path(rotation: Rotation) -> tuple[str, ...]:
    return "v1", "schedules", rotation.schedule.id, "rotations", rotation.id


def _escalation_path(escalation: Escalation) -> tuple[str, ...]:
    return "v1", "teams", escalation.team.id if escalation.team else "", "escalations", escalation.id


def _path(entry: Override | ForwardingRule) -> tuple[str, ...]:
    if isinstance(entry, Override):
        return "v1", "schedules", entry.schedule.id, "overrides", entry.id
    return "v1", "forwarding-rules", entry.id


def _described(entry: Override | ForwardingRule) -> str:
    if isinstance(entry, Override):
        return f"the override {entry.id} in {entry.schedule.name}"
    return f"the forwarding rule {entry.name}"


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
