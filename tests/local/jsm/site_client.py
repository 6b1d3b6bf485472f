"""A client of the simulated site for its own tests."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from local.jsm import Quirks, Simulation, create_app
from local.jsm.people import CLOUD_ID, DIRECTORY_ID, ORGANIZATION_ID
from local.jsm.sample_site import TOKEN_OWNER
from tests.local.jsm.small_site import Json, small_site

NOW = datetime(2026, 11, 25, 9, 15, tzinfo=UTC)
ADMIN = "site-token"
OPERATIONS = f"/jsm/ops/api/{CLOUD_ID}"
TEAMS = f"/gateway/api/public/teams/v1/org/{ORGANIZATION_ID}"
ORGANIZATION = f"/admin/v2/orgs/{ORGANIZATION_ID}"
DIRECTORY = f"{ORGANIZATION}/directories/{DIRECTORY_ID}"
GRAPH = "/gateway/api/graphql"


class SiteClient:
    """Call the simulated site as the owner of a token, or with a key of the organization."""

    def __init__(self, simulation: Simulation, token: str = ADMIN, email: str = TOKEN_OWNER) -> None:
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

    def unshortened(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Ask Operations; give the body just as it is."""
        answer = self.http.open(f"{OPERATIONS}{path}", method=method, headers=self.headers, data=json.dumps(body))
        return answer.status_code, json.loads(answer.get_data())

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
