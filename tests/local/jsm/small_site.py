"""The data of a small simulated site, after the documented examples."""

import json
from typing import Any

from local.jsm.people import CLOUD_ID, DIRECTORY_ID, HOST, ORGANIZATION_ID, SEATS, person, team
from local.jsm.sample_site import TOKEN_OWNER

Json = dict[str, Any]

HARI, MEERA, KOFI, OWNER, SELIN, ANDERS = (
    f"712020:00000000-0000-4000-8000-0000000000{number}" for number in (10, 11, 12, 20, 21, 22)
)
NOBODY = "712020:00000000-0000-4000-8000-000000000099"
START, END = "2025-09-01T08:00:00Z", "2027-01-01T00:00:00Z"
WEEKDAYS = {
    "type": "weekday-and-time-of-day",
    "restrictions": [
        {"startDay": "monday", "startHour": 8, "startMin": 0, "endDay": "friday", "endHour": 17, "endMin": 30}
    ],
}


def user(account_id: str) -> Json:
    """Refer to a person."""
    return {"type": "user", "id": account_id}


NOONE: Json = {"type": "noone", "id": None}
ROTATION: Json = {
    "id": "r-1",
    "name": "Primary",
    "startDate": START,
    "endDate": END,
    "type": "weekly",
    "length": 1,
    "participants": [user(HARI), {"type": "team", "id": "t-2"}, {"type": "escalation", "id": "e-1"}, NOONE],
    "timeRestriction": WEEKDAYS,
}
RULE: Json = {"condition": "if-not-acked", "notifyType": "default", "delay": 5, "recipient": user(HARI)}
REPEAT = {"waitInterval": 10, "count": 2, "resetRecipientStates": True, "closeAlertAfterAll": False}
ESCALATION: Json = {
    "id": "e-1",
    "name": "Platform escalation",
    "description": "",
    "enabled": True,
    "rules": [RULE],
    "repeat": REPEAT,
}
OVERRIDE: Json = {
    "alias": "o-1",
    "responder": user(HARI),
    "startDate": "2026-12-24T00:00:00Z",
    "endDate": "2026-12-27T00:00:00Z",
    "rotationIds": ["r-1"],
}
PAST_OVERRIDE: Json = {
    **OVERRIDE,
    "alias": "o-0",
    "startDate": "2026-07-01T00:00:00Z",
    "endDate": "2026-07-08T00:00:00Z",
}
FORWARDING: Json = {
    "id": "f-1",
    "fromUserId": HARI,
    "toUserId": MEERA,
    "startDate": "2026-12-30T00:00:00Z",
    "endDate": "2026-12-31T00:00:00Z",
}
ROUTING: Json = {
    "id": "rr-1",
    "name": "Default Routing Rule",
    "isDefault": True,
    "order": 0,
    "criteria": {"type": "match-all"},
    "notify": {"type": "escalation", "id": "e-1"},
}


def small_site() -> Json:
    """Hari, Meera and Kofi, with one of everything around them, and those whose tokens are known."""
    people = [
        person(HARI, "hari@example.com", "Hari Rao"),
        person(MEERA, "meera@example.com", "Meera Krishnan"),
        person(KOFI, "kofi@example.com", "Kofi Asante"),
        person(OWNER, TOKEN_OWNER, "Off-boarding", operationsRole="product-admin"),
        person(SELIN, "selin.kaya@example.com", "Selin Kaya", browsesUsers=False),
        person(ANDERS, "anders.lindqvist@example.com", "Anders Lindqvist", operationsRole="operations-admin"),
    ]
    schedule = {
        "id": "s-1",
        "name": "Platform 24x7",
        "description": "",
        "timezone": "Europe/Stockholm",
        "enabled": True,
    }
    return json.loads(  # type: ignore[no-any-return]
        json.dumps(
            {
                "host": HOST,
                "cloudId": CLOUD_ID,
                "organizationId": ORGANIZATION_ID,
                "operations": True,
                "people": people,
                "directories": [{"directoryId": DIRECTORY_ID, "name": "Default"}],
                "groups": [{"groupId": "g-1", "name": SEATS, "members": [one["accountId"] for one in people]}],
                "teams": [
                    team("t-1", "Platform", [HARI, MEERA], admins=[MEERA], routingRules=[ROUTING]),
                    team("t-2", "Data", [KOFI]),
                ],
                "schedules": [
                    {**schedule, "teamId": "t-1", "rotations": [ROTATION], "overrides": [PAST_OVERRIDE, OVERRIDE]}
                ],
                "escalations": [{**ESCALATION, "teamId": "t-1"}],
                "forwardingRules": [FORWARDING],
            }
        )
    )
