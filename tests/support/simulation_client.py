"""A client of the simulated Opsgenie for its own tests."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote

from local.opsgenie import Quirks, Simulation, create_app

Json = dict[str, Any]


START, END = "2026-01-05T08:00:00Z", "2026-02-02T08:00:00Z"


class Client:
    """Call the simulated Opsgenie as its owner would, and leave out of the answers what differs each time."""

    def __init__(self, simulation: Simulation, key: str = "local-key") -> None:
        self.http = create_app(simulation).test_client()
        self.headers = {"Authorization": f"GenieKey {key}"}

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Json]:
        """Give the status and the body without `took` and `requestId`."""
        data = None if body is None else json.dumps(body)
        answer = self.http.open(path, method=method, headers=self.headers, data=data)
        shown = json.loads(answer.get_data())
        assert shown.pop("requestId") == answer.headers["X-Request-Id"]
        assert shown.pop("took") == float(answer.headers["X-Response-Time"]) > 0
        return answer.status_code, shown

    def get(self, path: str) -> Any:
        """Give the data of a read that works."""
        status, body = self.call("GET", path)
        assert status == 200, body
        return body["data"]

    def calendar(self, identifier: str) -> list[tuple[datetime, datetime, str]]:
        """Give somebody's calendar: start, end and summary of each event."""
        path = at("/v2/schedules/on-calls/{}.ics", identifier)
        answer = self.http.get(path, headers=self.headers)
        assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8"), answer.data
        return events(answer.text)

    def create(self, path: str, body: Json) -> Json:
        """Create something; give what the answer says about it."""
        status, answer = self.call("POST", path, body)
        assert (status, answer["result"]) == (201, "Created"), answer
        data: Json = answer["data"]
        return data


def events(text: str) -> list[tuple[datetime, datetime, str]]:
    """Read the events of an iCalendar: start, end and summary."""
    fields: dict[str, list[str]] = {}
    for line in text.replace("\r\n ", "").split("\r\n"):
        name, _, value = line.partition(":")
        fields.setdefault(name, []).append(value)
    edges = ([datetime.fromisoformat(value) for value in fields.get(name, [])] for name in ("DTSTART", "DTEND"))
    return list(zip(*edges, fields.get("SUMMARY", []), strict=True))


def user(name: str) -> Json:
    """Make a user for the data of an account; the id is the name."""
    role = {"id": "User", "name": "User"}
    return {
        "id": name,
        "username": f"{name}@example.com",
        "fullName": name.title(),
        "role": role,
        "blocked": False,
        "verified": True,
        "userContacts": [],
    }


def of_type(kind: str, name: str) -> Json:
    """Refer to a user, team, schedule or escalation whose id is its name."""
    return {"type": kind, "id": name, **({"username": f"{name}@example.com"} if kind == "user" else {"name": name})}


def at(path: str, *parts: str) -> str:
    """Put quoted parts into a path's gaps."""
    return path.format(*(quote(part, safe="") for part in parts))


def ref(name: str) -> Json:
    """Refer to a user where no type is given."""
    return {"id": name, "username": f"{name}@example.com"}


def small_account() -> Json:
    """Ann, Bob and Cid, with one of everything around them."""
    rotation = {"id": "r1", "name": "Days", "startDate": START, "type": "daily", "length": 1}
    rule = {"condition": "if-not-acked", "notifyType": "default", "delay": {"timeAmount": 5, "timeUnit": "minutes"}}
    return {
        "name": "Small",
        "users": [user("ann"), user("bob"), user("cid")],
        "teams": [{"id": "ops", "name": "ops", "members": [{"user": ref("ann"), "role": "admin"}], "routingRules": []}],
        "schedules": [
            {
                "id": "s1",
                "name": "Round / clock",
                "timezone": "Etc/UTC",
                "enabled": True,
                "rotations": [{**rotation, "participants": [of_type("user", "ann"), of_type("user", "bob")]}],
                "overrides": [{"alias": "o1", "user": of_type("user", "cid"), "startDate": START, "endDate": END}],
            }
        ],
        "escalations": [{"id": "e1", "name": "Ladder", "rules": [{**rule, "recipient": of_type("user", "ann")}]}],
        "forwardingRules": [
            {"id": "f1", "fromUser": ref("cid"), "toUser": ref("ann"), "startDate": START, "endDate": END}
        ],
        "integrations": [
            {
                "id": "i1",
                "name": "API",
                "type": "API",
                "enabled": True,
                "responders": [of_type("user", "ann")],
                "actions": {"create": [{"name": "Create Alert", "recipients": [of_type("user", "ann")]}]},
            }
        ],
        "policies": [
            {"id": "p1", "type": "alert", "name": "P", "enabled": True, "responders": [of_type("user", "ann")]}
        ],
    }


def client_of(quirks: Quirks | None = None) -> tuple[Client, Simulation]:
    """Make the small account and a client of it."""
    simulation = Simulation(small_account(), quirks=quirks)
    return Client(simulation), simulation
