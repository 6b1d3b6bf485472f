"""Who may ask the simulated site, and what."""

import re

import pytest

from local.jsm import Simulation
from local.jsm.apis import APIS, EDGE
from local.jsm.callers import GRANULAR_USER_READ, Token
from local.jsm.people import CLOUD_ID, ORGANIZATION_ID
from local.jsm.sample_site import TOKEN_OWNER
from tests.local.jsm.site_client import (
    DIRECTORY,
    GRAPH,
    NOW,
    OPERATIONS,
    ORGANIZATION,
    TEAMS,
    SiteClient,
    basic,
    blind,
    organization_client,
    refusal,
    site_client,
)
from tests.local.jsm.small_site import HARI, OWNER, ROTATION, small_site

UNAUTHORIZED = (401, {"code": 401, "message": "Unauthorized"})
NO_SCOPE = (401, {"code": 401, "message": "Unauthorized; scope does not match"})
SEARCH = f"{ORGANIZATION}/directories/-/users/search"
LOGS = "/v1/logs?startTime=2026-11-25T09:15:00Z&endTime=2026-11-25T09:15:01Z&limit=1000"

EVERY_API = [
    ("GET", f"{OPERATIONS}/v1/schedules"),
    ("GET", "/rest/api/3/myself"),
    ("GET", "/rest/api/2/myself"),
    ("GET", f"/ex/jira/{CLOUD_ID}/rest/api/3/myself"),
    ("GET", f"{TEAMS}/teams/t-1"),
    ("GET", f"/public/teams/v1/org/{ORGANIZATION_ID}/teams/t-1"),
    ("POST", GRAPH),
    ("POST", SEARCH),
    ("GET", f"/users/{HARI}/manage"),
]
OF_PEOPLE, OF_ORGANIZATION = EVERY_API[:7], EVERY_API[7:]


@pytest.mark.parametrize(("method", "path"), EVERY_API)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic(TOKEN_OWNER, "wrong"),
        basic("hari@example.com", "site-token"),
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic %"},
    ],
    ids=["none", "wrong", "of somebody else", "wrong key", "nonsense"],
)
def test_wrong_credential_is_refused(headers, method, path):
    client = site_client()
    client.headers = headers

    assert client.ask(method, path, {} if method == "POST" else None) == UNAUTHORIZED


@pytest.mark.parametrize(
    "path",
    sorted(
        {
            (route.method, f"{base}{route.path}")
            for api in APIS
            if api is not EDGE
            for base in api.bases
            for route in api.routes
        }
    ),
    ids=" ".join,
)
def test_every_endpoint_at_every_address_needs_a_credential(path):
    client = site_client()
    client.headers = {}

    assert client.ask(path[0], re.sub("<[^>]*>", "x", path[1])) == UNAUTHORIZED


@pytest.mark.parametrize(("method", "path"), OF_ORGANIZATION)
def test_site_token_is_refused_by_the_organization(method, path):
    assert site_client().ask(method, path, {} if method == "POST" else None) == UNAUTHORIZED


@pytest.mark.parametrize(("method", "path"), OF_PEOPLE)
def test_organization_key_is_refused_by_the_site(method, path):
    client = organization_client(site_client().simulation)

    assert client.ask(method, path, {} if method == "POST" else None) == UNAUTHORIZED


@pytest.mark.parametrize("token", ["site-token", "nonsense"])
def test_address_of_operations_for_oauth_refuses_basic(token):
    client = SiteClient(site_client().simulation, token)

    assert client.ask("GET", f"/ex/jira/{CLOUD_ID}/jsm/ops/api/v1/schedules") == UNAUTHORIZED


@pytest.mark.parametrize(
    ("token", "method", "path", "body", "status"),
    [
        ("read-token", "GET", "/v1/schedules", None, 200),
        ("read-token", "GET", "/v1/alerts?size=1", None, 200),
        ("read-token", "PATCH", "/v1/schedules/s-1/rotations/r-1", ROTATION, 401),
        ("read-token", "POST", "/v1/schedules", {"name": "A"}, 401),
        ("read-token", "PUT", "/v1/schedules/s-1/overrides/o-1", {}, 401),
        ("read-token", "DELETE", "/v1/forwarding-rules/f-1", None, 401),
        ("no-delete-token", "PATCH", "/v1/schedules/s-1/rotations/r-1", ROTATION, 200),
        ("no-delete-token", "DELETE", "/v1/schedules/s-1/overrides/o-1", None, 401),
        ("no-delete-token", "DELETE", "/v1/forwarding-rules/f-1", None, 401),
        ("site-token", "DELETE", "/v1/forwarding-rules/f-1", None, 204),
    ],
)
def test_missing_scope_is_a_401_with_its_words(token, method, path, body, status):
    answer = SiteClient(site_client().simulation, token).operations(method, path, body)

    assert answer == NO_SCOPE if status == 401 else answer[0] == status


@pytest.mark.parametrize(
    ("scopes", "read", "search"),
    [
        ({"read:jira-user"}, 200, 200),
        (GRANULAR_USER_READ, 200, 200),
        (GRANULAR_USER_READ - {"read:user.property:jira"}, 200, 401),
        (GRANULAR_USER_READ - {"read:avatar:jira"}, 401, 401),
        (set(), 401, 401),
    ],
)
def test_jira_takes_the_classic_scope_or_all_granular_ones(scopes, read, search):
    tokens = {"scoped": Token(TOKEN_OWNER, frozenset(scopes))}
    client = SiteClient(Simulation(small_site(), tokens=tokens, now=lambda: NOW), "scoped")

    assert client.ask("GET", "/rest/api/3/myself")[0] == read
    assert client.ask("GET", "/rest/api/3/user/search?query=hari")[0] == search


@pytest.mark.parametrize(
    ("key", "method", "path", "status"),
    [
        ("org-key", "POST", SEARCH, 200),
        ("scoped-org-key", "POST", SEARCH, 200),
        ("read-org-key", "POST", SEARCH, 200),
        ("read-org-key", "POST", f"{DIRECTORY}/users/{HARI}/suspend", 401),
        ("scoped-org-key", "POST", f"{DIRECTORY}/users/{HARI}/suspend", 204),
        ("org-key", "GET", f"/users/{HARI}/manage", 200),
        ("scoped-org-key", "GET", f"/users/{HARI}/manage", 403),
    ],
)
def test_keys_of_the_organization_have_scopes(key, method, path, status):
    answer = organization_client(site_client().simulation, key).ask(method, path, {} if method == "POST" else None)

    assert answer[0] == status
    assert status != 401 or answer == NO_SCOPE


@pytest.mark.parametrize("path", ["/v1/schedules", "/v1/teams", "/v1/alerts", LOGS, "/v1/forwarding-rules"])
def test_site_or_person_without_operations_is_refused_on_every_path(path):
    client = site_client()
    no_access = (403, {"code": 40301, "message": "Account does not have access to Opsgenie."})
    with client.simulation.edit() as site:
        site["groups"][0]["members"].remove(OWNER)
    of_person = client.operations("GET", path)
    with client.simulation.edit() as site:
        site["groups"][0]["members"].append(OWNER)
        site["operations"] = False

    assert (of_person, client.operations("GET", path)) == (no_access, no_access)


def test_token_ends_with_its_account():
    client = site_client()
    with client.simulation.edit() as site:
        site["people"][3]["membershipStatus"] = "suspended"

    assert client.operations("GET", "/v1/teams") == UNAUTHORIZED


def test_other_site_and_other_organization_are_not_found():
    client = site_client()
    organization = organization_client(client.simulation)

    assert client.ask("GET", "/jsm/ops/api/other/v1/teams") == (404, refusal("No site exists with this cloudId"))
    assert client.ask("GET", "/gateway/api/public/teams/v1/org/other/teams/t-1")[0] == 404
    assert organization.ask("POST", "/admin/v2/orgs/other/directories/-/users/search", {})[0] == 404


def test_blind_token_sees_nothing_and_no_error_where_lists_are():
    client = blind(site_client())

    assert client.get("/v1/schedules")["values"] == []
    assert client.get("/v1/teams") == {"platformTeams": []}
    assert client.get("/v1/forwarding-rules?showAll=true")["values"] == []
    assert client.ask("GET", "/rest/api/3/user/search?query=hari%40example.com") == (200, [])
    assert client.operations("GET", f"/v1/schedules/on-calls/{HARI}.ics")[0] == 403
    assert client.operations("GET", LOGS) == UNAUTHORIZED
