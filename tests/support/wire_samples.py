"""Samples for the service's client on a mocked wire: its transport, entries and their JSON."""

import json
import re
from typing import Any

import responses

from service.deadline import Deadline
from service.model import (
    Delay,
    Escalation,
    ForwardingRule,
    Membership,
    Named,
    Override,
    Participant,
    Person,
    Rotation,
    Rule,
)
from service.opsgenie.calls import api
from service.settings import Settings
from service.transport.call import Transport
from service.vendors import open_session

URL = "https://opsgenie.test"
KEY = "0a1b2c3d-secret-4e5f"
ANYTHING = re.compile(".*")
HARI = Person("u/1", "hari@example.com")
HARI_JSON = {"id": "u/1", "username": "hari@example.com"}
SCHEDULE = Named("s/1", "Payments")
ROTATION = Rotation("r/1", "Days", SCHEDULE, (Participant("user", "u/1", "hari@example.com"), Participant("none")))
ROTATION_JSON = {"id": "r/1", "name": "Days", "participants": [{"type": "user", **HARI_JSON}, {"type": "none"}]}
ESCALATION_JSON: dict[str, Any] = {
    "id": "e/1",
    "name": "Ladder",
    "rules": [
        {
            "condition": "if-not-acked",
            "notifyType": "default",
            "delay": {"timeAmount": 5, "timeUnit": "minutes"},
            "recipient": {"type": "team", "id": "t/1", "name": "Data"},
        },
        {"recipient": {"type": "user", "id": "u/1"}},
    ],
}
ESCALATION = Escalation(
    "e/1",
    "Ladder",
    (
        Rule("if-not-acked", "default", Delay(5, "minutes"), Participant("team", "t/1", name="Data")),
        Rule("", "", Delay(0, "minutes"), Participant("user", "u/1")),
    ),
)
FORWARDING_JSON = {
    "id": "f/1",
    "alias": "leave",
    "fromUser": HARI_JSON,
    "toUser": {"id": "u/2"},
    "startDate": "2026-11-01T00:00:00Z",
    "endDate": "2026-12-01T00:00:00Z",
}
FORWARDING = ForwardingRule(
    "f/1", "leave", Named("u/1", "hari@example.com"), Named("u/2", ""), "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"
)
OVERRIDE_JSON = {
    "alias": "o/1",
    "user": {"type": "user", "username": "hari@example.com"},
    "startDate": "2026-11-01T00:00:00Z",
    "endDate": "2026-12-01T00:00:00Z",
    "rotations": [{"id": "r/1", "name": "Days"}, {"id": "r/2"}],
}
OVERRIDE = Override(
    "o/1",
    SCHEDULE,
    Named("", "hari@example.com"),
    "2026-11-01T00:00:00Z",
    "2026-12-01T00:00:00Z",
    (Named("r/1", "Days"), Named("r/2", "r/2")),
)
MEMBERSHIP = Membership("t/1", "Data", Named("u/1", "hari@example.com"), "admin")


def transport(*, url: str = URL, seconds: float = 20.0) -> Transport:
    """Make a transport with a session of its own."""
    settings = Settings(KEY, url)
    return Transport(open_session(settings), api(settings), Deadline(seconds))


def sent(wire: responses.RequestsMock) -> list[tuple[Any, ...]]:
    """Return what was sent: method, path with query, and body."""
    requests = [call.request for call in wire.calls]
    return [
        (request.method, (request.url or "").removeprefix(URL), json.loads(request.body) if request.body else None)
        for request in requests
    ]
