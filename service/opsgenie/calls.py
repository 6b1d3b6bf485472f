"""How Opsgenie is called: the key, the words that say that a write is done, and which thing an error is about."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import requests
from requests.auth import AuthBase

from service.errors import BadRequestError, Cause, InUseError, ServiceError, UnexpectedResponseError
from service.model import Entry, Escalation, ForwardingRule, Membership, Override, Person, Rotation
from service.odd_entries import OddEntries
from service.opsgenie import parsing
from service.opsgenie.parsing import Json
from service.opsgenie.responses import blockers_in, decipher
from service.settings import Settings
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
    return Api(settings.opsgenie_api_url, GenieKey(settings.access_token), decipher, (settings.access_token,))


class Calls:
    """Calls of any endpoint; each raises what `Transport.request` raises, with what it was about as the cause."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.odd = OddEntries()

    @property
    def now(self) -> datetime:
        """Opsgenie's time, by its last answer; this machine's where it does not tell."""
        return self._transport.server_time or datetime.now(UTC)

    def _update(self, entry: Entry, field: str, listed: list[Json]) -> None:
        """Replace a list of the entry's; where the answer shows the entry, it must be with that list."""
        answer = self._write("PATCH", entry, body={field: listed}, retry=False)
        data = answer.get("data")
        shown = data.get(field) if isinstance(data, dict) else None
        if isinstance(shown, list) and list(map(_who, shown)) != list(map(_who, listed)):
            odd = UnexpectedResponseError("the answer does not show the change", outcome_unknown=True)
            odd.cause = _cause(described(entry), answer)
            raise odd

    def _write(self, method: str, entry: Entry, **options: Any) -> dict[str, Any]:
        path, query = address(entry)
        what = described(entry)
        try:
            answer = self._request(method, what, *path, query=query, **options)
        except InUseError as error:
            refusal: ServiceError = BadRequestError(str(error))
            if isinstance(entry, Person):
                refusal = InUseError(str(error), blockers_in(str(error)))
            refusal.after(error)
            refusal.cause = error.cause
            raise refusal from error
        # Only the documented word says that it is done; a look settles the rest.
        if (word := answer.get("result")) not in DONE[method]:
            shown = "".join(char for char in str(word)[:50] if char.isprintable())
            odd = UnexpectedResponseError(f"the answer is {shown!r}, not that it is done", outcome_unknown=True)
            odd.cause = _cause(what, answer)
            raise odd
        return answer

    def _request(self, method: str, what: str, *path: str, **options: Any) -> dict[str, Any]:
        try:
            return self._transport.request(method, *path, **options)
        except ServiceError as error:
            error.cause = replace(error.cause, what=what)
            raise

    def _get(self, what: str, read: Callable[[Any], T], *path: str, query: Json | None = None) -> T:
        answer = self._request("GET", what, *path, query=query)
        with parsing.parsing(what):
            return read(answer["data"])

    def _list(self, what: str, read: Callable[[Any], T], *path: str, query: Json | None = None) -> list[T]:
        return self._get(what, partial(parsing.each, read), *path, query=query)

    def _others(
        self, what: str, label: str, read: Callable[[Any], T], *path: str, query: Json | None = None
    ) -> list[T]:
        """List what may be other people's too: an odd entry that does not name the leaver is only named."""
        return self._get(what, partial(self.odd.read, label, read), *path, query=query)


def _cause(what: str, answer: Json) -> Cause:
    request_id = answer.get("requestId")
    return Cause(what, request_id=request_id if isinstance(request_id, str) else "")


def _who(entry: Any) -> tuple[Any, Any]:
    """Return whom a participant, or the recipient of a rule, names: by what both sides of a comparison have."""
    known = entry.get("recipient", entry) if isinstance(entry, dict) else {}
    return known.get("type"), known.get("id") or known.get("username")


def described(entry: Entry) -> str:
    """Name an entry as in a sentence."""
    match entry:
        case Rotation():
            return f"the rotation {entry.schedule.name} / {entry.name}"
        case Override():
            return f"the override {entry.id} in {entry.schedule.name}"
        case Membership():
            return f"the membership of the team {entry.name}"
    return f"the {entry.kind.replace('_', ' ')} {entry.name}"


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
