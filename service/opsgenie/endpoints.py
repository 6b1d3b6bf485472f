"""Opsgenie's REST API: one method an endpoint, its JSON turned into the classes of the rules.

No SDK is used: the official Python one covers alerts, not users and schedules.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import requests
from requests.auth import AuthBase

from service.errors import BadRequestError, InUseError, NotFoundError, ServiceError, UnexpectedResponseError
from service.model import Entry, Escalation, ForwardingRule, Membership, Named, Override, Person, Rotation
from service.opsgenie import parsing
from service.opsgenie.odd_entries import OddEntries
from service.opsgenie.parsing import Json
from service.opsgenie.responses import blockers_in, decipher
from service.settings import Settings
from service.survey import OnCall
from service.transport.call import Api, Transport

T = TypeVar("T")

BY_ID = {"identifierType": "id"}
SCHEDULE_BY_ID = {"scheduleIdentifierType": "id"}
TEAM_BY_ID = {"teamIdentifierType": "id"}
DONE = {"PATCH": ("Updated",), "DELETE": ("Deleted", "Removed")}
"""How `result` says that a write is done.

https://docs.opsgenie.com/docs/response
"""


class GenieKey(AuthBase):
    """Send the key, ignoring any .netrc.

    https://docs.opsgenie.com/docs/api-overview
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"GenieKey {self._key}"
        return request


def api(settings: Settings) -> Api:
    """Return the API of the account that the settings name."""
    return Api(settings.opsgenie_api_url, GenieKey(settings.access_token), decipher, settings.access_token)


class Endpoints:
    """The calls that off-boarding needs; each raises what `Transport.request` raises."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.odd = OddEntries()

    def user(self, identifier: str) -> Person:
        """Get a user by id or username.

        https://docs.opsgenie.com/docs/user-api#get-user
        """
        return self._get("a user", parsing.user, "v2", "users", identifier)

    def teams_of(self, person: Person) -> list[Named]:
        """List the teams of a user.

        https://docs.opsgenie.com/docs/user-api#list-user-teams
        """
        return self._list("a user's teams", parsing.named, "v2", "users", person.id, "teams")

    def schedules_of(self, person: Person) -> list[Named]:
        """List the schedules of a user.

        https://docs.opsgenie.com/docs/user-api#list-user-schedules
        """
        return self._list("a user's schedules", parsing.named, "v2", "users", person.id, "schedules")

    def escalations_of(self, person: Person) -> list[Named]:
        """List the escalations of a user; whether whole or by name only is not documented, so names are read.

        https://docs.opsgenie.com/docs/user-api#list-user-escalations
        """
        return self._list("a user's escalations", parsing.named, "v2", "users", person.id, "escalations")

    def teams(self) -> list[Named]:
        """List the teams of the account.

        https://docs.opsgenie.com/docs/team-api#list-teams
        """
        return self._list("teams", parsing.named, "v2", "teams")

    def schedules(self) -> list[Named]:
        """List the schedules of the account.

        https://docs.opsgenie.com/docs/schedule-api#list-schedules
        """
        return self._list("schedules", parsing.named, "v2", "schedules")

    def escalations(self) -> list[Named]:
        """List the escalations of the account.

        https://docs.opsgenie.com/docs/escalation-api#list-escalations
        """
        return self._list("escalations", parsing.named, "v2", "escalations")

    def forwarding_rules_of(self, person: Person) -> list[ForwardingRule]:
        """List the forwarding rules of a user.

        https://docs.opsgenie.com/docs/user-api#list-user-forwarding-rules
        """
        path = ("v2", "users", person.id, "forwarding-rules")
        return self._others("the forwarding rule", parsing.forwarding_rule, *path)

    def forwarding_rules(self) -> list[ForwardingRule]:
        """List the forwarding rules of the account.

        https://docs.opsgenie.com/docs/forwarding-rule-api#list-forwarding-rules
        """
        return self._others("the forwarding rule", parsing.forwarding_rule, "v2", "forwarding-rules")

    def rotations(self, schedule: Named) -> list[Rotation]:
        """List the rotations of a schedule.

        https://docs.opsgenie.com/docs/schedule-rotation-api#list-schedule-rotations
        """
        path = ("v2", "schedules", schedule.id, "rotations")
        what = f"the rotation {schedule.name} /"
        return self._others(what, lambda data: parsing.rotation(data, schedule), *path, query=SCHEDULE_BY_ID)

    def rotation(self, known: Rotation) -> Rotation:
        """Get a rotation of a schedule.

        https://docs.opsgenie.com/docs/schedule-rotation-api#get-schedule-rotation
        """
        path, query = address(known)
        return self._get("a rotation", lambda data: parsing.rotation(data, known.schedule), *path, query=query)

    def overrides(self, schedule: Named) -> list[Override]:
        """List the overrides of a schedule.

        https://docs.opsgenie.com/docs/schedule-override-api#list-schedule-overrides
        """
        path = ("v2", "schedules", schedule.id, "overrides")
        what = f"the override {schedule.name} /"
        return self._others(what, lambda data: parsing.override(data, schedule), *path, query=SCHEDULE_BY_ID)

    def on_calls(self) -> list[OnCall]:
        """List who is on call now, schedule by schedule.

        https://docs.opsgenie.com/docs/who-is-on-call-api#list-on-calls
        """
        path = ("v2", "schedules", "on-calls")
        return self._list("who is on call", parsing.on_call, *path, query={"flat": "true"})

    def escalation(self, known: Named | Escalation) -> Escalation:
        """Get a whole escalation.

        https://docs.opsgenie.com/docs/escalation-api#get-escalation
        """
        return self._get("an escalation", parsing.escalation, "v2", "escalations", known.id, query=BY_ID)

    def members(self, team_id: str) -> list[tuple[Named, str]]:
        """Get the members of a team, each with the role in it.

        https://docs.opsgenie.com/docs/team-api#get-team
        """
        return self._get("a team", parsing.members, "v2", "teams", team_id, query=BY_ID)

    def exists(self, entry: Entry) -> bool:
        """Tell whether an entry with its own URL exists: an override, a forwarding rule or a user."""
        path, query = address(entry)
        try:
            self._transport.request("GET", *path, query=query)
        except NotFoundError:
            return False
        return True

    def patch_rotation(self, rotation: Rotation) -> None:
        """Replace the participants of a rotation, once: a retry needs a fresh read.

        https://docs.opsgenie.com/docs/schedule-rotation-api#update-schedule-rotation-partial
        """
        participants = [parsing.participant_json(entry) for entry in rotation.participants]
        self._write("PATCH", rotation, body={"participants": participants}, retry=False)

    def patch_escalation(self, escalation: Escalation) -> None:
        """Replace the rules of an escalation, once: a retry needs a fresh read.

        https://docs.opsgenie.com/docs/escalation-api#update-escalation-partial
        """
        rules = [parsing.rule_json(rule) for rule in escalation.rules]
        self._write("PATCH", escalation, body={"rules": rules}, retry=False)

    def delete(self, entry: Entry) -> None:
        """Delete an override, a forwarding rule, a team membership or a user.

        For a user in use it raises InUseError, with the uses that are not detached here.

        https://docs.opsgenie.com/docs/user-api#delete-user
        """
        self._write("DELETE", entry)

    def _write(self, method: str, entry: Entry, **options: Any) -> None:
        path, query = address(entry)
        try:
            answer = self._transport.request(method, *path, query=query, **options)
        except InUseError as error:
            if not isinstance(entry, Person):
                message = f"{entry.name}: {error}"
                refusal: ServiceError = BadRequestError(message)
            else:
                refusal = InUseError(str(error), blockers_in(str(error)))
            refusal.after(error)
            raise refusal from error
        # Only the documented word says that it is done; a look settles the rest.
        if (word := answer.get("result")) not in DONE[method]:
            shown = "".join(char for char in str(word)[:50] if char.isprintable())
            raise UnexpectedResponseError(
                f"{entry.name}: the answer is {shown!r}, not that it is done", outcome_unknown=True
            )

    def _get(self, what: str, read: Callable[[Any], T], *path: str, query: Json | None = None) -> T:
        answer = self._transport.request("GET", *path, query=query)
        with parsing.parsing(what):
            return read(answer["data"])

    def _list(self, what: str, read: Callable[[Any], T], *path: str, query: Json | None = None) -> list[T]:
        return self._get(what, lambda data: [read(entry) for entry in parsing.entries(data)], *path, query=query)

    def _others(self, what: str, read: Callable[[Any], T], *path: str, query: Json | None = None) -> list[T]:
        """List what may be other people's too: an odd entry that does not name the leaver is only named."""
        return self._get(path[-1].replace("-", " "), partial(self.odd.read, what, read), *path, query=query)


def address(entry: Entry) -> tuple[tuple[str, ...], Json]:
    """Return the path, unquoted, and the query of an entry."""
    match entry:
        case Rotation():
            return ("v2", "schedules", entry.schedule.id, "rotations", entry.id), SCHEDULE_BY_ID
        case Override():
            return ("v2", "schedules", entry.schedule.id, "overrides", entry.id), SCHEDULE_BY_ID
        case Escalation():
            return ("v2", "escalations", entry.id), BY_ID
        case ForwardingRule():
            return ("v2", "forwarding-rules", entry.id), BY_ID
        case Membership():
            return ("v2", "teams", entry.id, "members", entry.user.id), TEAM_BY_ID
    return ("v2", "users", entry.id), {}
