"""Accounts for the tests of turns and calendars: rotations of whole weeks that begin on one Monday."""

from datetime import UTC, datetime, timedelta
from typing import Any

from local.opsgenie import Quirks, Simulation
from tests.support.simulation_client import Client, of_type, user

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ANN, BOB, CID = (of_type("user", name) for name in ("ann", "bob", "cid"))
DAY = timedelta(days=1)


def monday(days: float) -> datetime:
    return datetime(2026, 11, 23, tzinfo=UTC) + days * DAY


def moment(days: float) -> str:
    return monday(days).strftime("%Y-%m-%dT%H:%M:%SZ")


def rotation(*participants: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Make a rotation of whole weeks that began on this Monday at midnight."""
    start = {"id": "r", "name": "r", "startDate": moment(0), "type": "weekly", "length": 1, "endDate": moment(28)}
    return {**start, "participants": list(participants), **fields}


def schedule(name: str, *rotations: dict[str, Any], overrides: Any = (), **fields: Any) -> dict[str, Any]:
    known = {"id": name, "name": name.title(), "timezone": "Etc/UTC", "enabled": True}
    return {**known, "rotations": list(rotations), "overrides": list(overrides), **fields}


def override(days: float, until: float, who: dict[str, Any]) -> dict[str, Any]:
    return {"alias": f"o{days}", "user": who, "startDate": moment(days), "endDate": moment(until)}


def account(*schedules: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Make an account whose team is Ann and Bob, and whose escalation calls Cid, the team and the first schedule."""
    rules = [
        {"notifyType": "default", "delay": {"timeAmount": 0}, "recipient": recipient}
        for recipient in (CID, of_type("team", "t"), of_type("schedule", "first"))
    ]
    return {
        "users": [user(name) for name in ("ann", "bob", "cid", "dee")],
        "teams": [{"id": "t", "name": "t", "members": [{"user": ANN}, {"user": BOB}]}],
        "escalations": [{"id": "e", "name": "e", "rules": rules}],
        "schedules": list(schedules),
        **fields,
    }


def client(data: dict[str, Any], **quirks: Any) -> Client:
    return Client(Simulation(data, quirks=Quirks(**quirks), now=lambda: NOW))
