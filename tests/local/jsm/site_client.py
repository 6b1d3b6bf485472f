"""A small simulated site, and a client of it for its own tests."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from local.jsm import Quirks, Simulation, create_app
from local.jsm.people import CLOUD_ID, DIRECTORY_ID, HOST, ORGANIZATION_ID, SEATS, person
from local.jsm.sample_site import TOKEN_OWNER

Json = dict[str, Any]

HARI, MEERA, KOFI, OWNER, SELIN, ANDERS = (
    f"712020:00000000-0000-4000-8000-0000000000{number}" for number in (10, 11, 12, 20, 21, 22)
)
NOW = datetime(2026, 11, 25, 9, 15, tzinfo=UTC)
NOBODY = "712020:00000000-0000-4000-8000-000000000099"
OPERATIONS = f"/jsm/ops/api/{CLOUD_ID}"
TEAMS = f"/gateway/api/public/teams/v1/org/{ORGANIZATION_ID}"
ORGANIZATION = f"/admin/v2/orgs/{ORGANIZATION_ID}"
DIRECTORY = f"{ORGANIZATION}/directories/{DIRECTORY_ID}"
GRAPH = "/gateway/api/graphql"
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


def team(team_id: str, name: str, members: list[str], **fields: Any) -> Json:
    """Make a team of the site."""
    return {
        "teamId": team_id,
        "displayName": name,
        "description": "",
        "organizationId": ORGANIZATION_ID,
        "teamType": "OPEN",
        "state": "ACTIVE",
        "externalReference": None,
        "operations": True,
        "members": members,
        "admins": [],
        "routingRules": [],
        **fields,
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


class SiteClient:
    """Call the simulated site as the owner of a token, or with a key of the organization."""

    def __init__(self, simulation: Simulation, token: str = "site-token", email: str = TOKEN_OWNER) -> None:
        self.simulation = simulation
        self.http = create_app(simulation).test_client()
        self.headers = basic(email, token)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Give the status and the body, None for an empty one, without `took` and `requestId`."""
        data = None if body is None else json.dumps(body)
        answer = self.http.open(path, method=method, headers=self.headers, data=data)
        text = answer.get_data(as_text=True)
        if answer.mimetype != "application/json":
            return answer.status_code, text or None
        shown = json.loads(text)
        if isinstance(shown, dict) and "requestId" in shown:
            assert (shown.pop("requestId") != "", shown.pop("took")) == (True, 0.001)
        return answer.status_code, shown

    def operations(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask Operations."""
        return self.ask(method, f"{OPERATIONS}{path}", body)

    def teams(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask Teams."""
        return self.ask(method, f"{TEAMS}/teams{path}", body)

    def get(self, path: str) -> Any:
        """Give the answer of a read of Operations that works."""
        status, body = self.operations("GET", path)
        assert status == 200, body
        return body


def basic(email: str, token: str) -> dict[str, str]:
    """Make the header of somebody's token."""
    return {"Authorization": f"Basic {base64.b64encode(f'{email}:{token}'.encode()).decode()}"}


def site_client(quirks: Quirks | None = None, site: Json | None = None) -> SiteClient:
    """Make the small site and a client of it that may do everything."""
    return SiteClient(Simulation(site or small_site(), quirks=quirks, now=lambda: NOW))


def blind(client: SiteClient) -> SiteClient:
    """Ask the same site as a plain agent."""
    return SiteClient(client.simulation, "blind-token", "selin.kaya@example.com")


def organization_client(simulation: Simulation, key: str = "org-key") -> SiteClient:
    """Ask a site with a key of its organization."""
    client = SiteClient(simulation)
    client.headers = {"Authorization": f"Bearer {key}"}
    return client


def refusal(message: str, **fields: str) -> Json:
    """Make the body of a refusal of Operations; the names of fields have a space behind them."""
    return {"message": message, **({"errors": {f"{name} ": why for name, why in fields.items()}} if fields else {})}


def unprocessable(**fields: str) -> tuple[int, Json]:
    """Make the answer to fields that cannot be accepted."""
    return 422, refusal("Request body is not processable. Please check the errors.", **fields)


def quoted(text: str) -> str:
    """Quote everything that may be quoted."""
    return quote(text, safe="")
