"""Atlassian teams of the simulated site."""

import pytest

from local.jsm import Quirks
from local.jsm.people import CLOUD_ID, ORGANIZATION_ID
from tests.local.jsm.site_client import SiteClient, site_client
from tests.local.jsm.small_site import HARI, OWNER

SITE = f"?siteId={CLOUD_ID}"
PERMISSIONS = ("ADD_MEMBERS", "REMOVE_MEMBERS", "UPDATE_TEAM", "DELETE_TEAM")
ALLOWED, REFUSED = dict.fromkeys(PERMISSIONS, True), dict.fromkeys(PERMISSIONS, False)
PLATFORM = {
    "teamId": "t-1",
    "displayName": "Platform",
    "description": "",
    "organizationId": ORGANIZATION_ID,
    "teamType": "OPEN",
    "state": "ACTIVE",
    "externalReference": None,
    "userPermissions": ALLOWED,
}
GROUP = {"id": "g-1", "source": "ATLASSIAN_GROUP"}
GONE = (410, {"code": "TEAM_DELETED", "message": "Team has been deleted"})


def client_of(quirks=None, **fields):
    """Make a client of the site whose first team is changed."""
    client = site_client(quirks)
    with client.simulation.edit() as site:
        site["teams"][0].update(fields)
    return client


def test_team_is_whole():
    assert site_client().teams("GET", f"/t-1{SITE}") == (200, PLATFORM)


@pytest.mark.parametrize(
    ("fields", "permissions"),
    [
        ({"teamType": "OPEN"}, ALLOWED),
        ({"teamType": "MEMBER_INVITE"}, REFUSED),
        ({"teamType": "MEMBER_INVITE", "members": [OWNER]}, ALLOWED),
        ({"teamType": "EXTERNAL", "externalReference": GROUP, "members": [OWNER]}, REFUSED),
        ({"externalReference": {"id": "h-1", "source": "HRIS"}}, REFUSED),
        ({"teamType": "ORG_ADMIN_MANAGED", "members": [OWNER]}, REFUSED),
    ],
)
def test_permissions_are_the_caller_s(fields, permissions):
    assert client_of(**fields).teams("GET", "/t-1") == (
        200,
        {**PLATFORM, **shown(fields), "userPermissions": permissions},
    )


def shown(fields):
    """Leave out what a team does not show."""
    return {name: value for name, value in fields.items() if name != "members"}


@pytest.mark.parametrize("team_type", ["MEMBER_INVITE", "ORG_ADMIN_MANAGED"])
def test_organization_admin_may_change_teams_of_others(team_type):
    client = client_of(teamType=team_type)
    with client.simulation.edit() as site:
        site["people"][3]["platformRoles"] = ["atlassian/org-admin"]

    assert client.teams("GET", "/t-1")[1]["userPermissions"] == ALLOWED


def test_archived_team_says_so_and_a_deleted_one_is_gone():
    assert client_of(state="ARCHIVED").teams("GET", "/t-1") == (200, {**PLATFORM, "state": "ARCHIVED"})
    assert client_of(state="DELETED").teams("GET", "/t-1") == GONE
    assert client_of(state="DELETED").teams("POST", "/t-1/members", {"first": 50}) == GONE
    assert client_of(state="DELETED").teams("POST", "/t-1/members/remove", {"members": []}) == GONE


def test_both_addresses_answer_the_same():
    other = site_client().ask("GET", f"/public/teams/v1/org/{ORGANIZATION_ID}/teams/t-1{SITE}")

    assert other == (200, PLATFORM)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/t-1", None),
        ("POST", "/t-1/members", {"first": 50}),
        ("POST", "/t-1/members/add", {"members": []}),
        ("POST", "/t-1/members/remove", {"members": []}),
        ("POST", "/", {"displayName": "New"}),
        ("PATCH", "/t-1", {}),
        ("DELETE", "/t-1", None),
    ],
)
def test_site_id_is_required_as_the_quirk_says(method, path, body):
    refused = (
        400,
        {"code": "SITE_ID_REQUIRED_FOR_TEAM_API", "message": "A siteId is required for this team API"},
    )

    assert site_client().teams(method, path, body)[0] in (200, 201, 204)
    assert site_client(Quirks(site_id_required=True)).teams(method, path, body) == refused
    assert site_client(Quirks(site_id_required=True)).teams(method, f"{path}{SITE}", body)[0] in (200, 201, 204)


@pytest.mark.parametrize(
    ("quirk", "answer"),
    [("taken", (200, PLATFORM)), ("401", (401, {"code": 401, "message": "Unauthorized; scope does not match"}))],
)
def test_scoped_token_is_taken_as_the_quirk_says(quirk, answer):
    simulation = site_client(Quirks(scoped_token_on_teams=quirk)).simulation

    assert SiteClient(simulation, "read-token").teams("GET", "/t-1") == answer
    assert SiteClient(simulation, "site-token").teams("GET", "/t-1") == (200, PLATFORM)


def test_read_token_may_not_write():
    client = SiteClient(site_client().simulation, "read-token")

    assert client.teams("POST", "/t-1/members", {"first": 50})[0] == 200
    assert client.teams("POST", "/t-1/members/remove", {"members": [{"accountId": HARI}]}) == (
        401,
        {"code": 401, "message": "Unauthorized; scope does not match"},
    )


def test_creator_is_a_member_of_a_new_team():
    client = site_client()
    body = {
        "displayName": "New",
        "description": "",
        "teamType": "MEMBER_INVITE",
        "organizationId": ORGANIZATION_ID,
        "siteId": None,
        "teamId": "",
        "userPermissions": None,
    }
    status, created = client.teams("POST", "/", body)

    assert (status, created) == (
        201,
        {**PLATFORM, "teamId": created["teamId"], "displayName": "New", "teamType": "MEMBER_INVITE"},
    )
    assert client.teams("POST", f"/{created['teamId']}/members", {"first": 50})[1]["results"] == [{"accountId": OWNER}]


def test_team_is_changed_and_deleted():
    client = site_client()

    assert client.teams("PATCH", "/t-1", {"displayName": "Base"}) == (200, {**PLATFORM, "displayName": "Base"})
    assert client.teams("DELETE", "/t-1") == (204, None)
    assert client.teams("GET", "/t-1") == GONE
    assert client.get("/v1/teams") == {"platformTeams": [{"teamId": "t-2", "teamName": "Data"}]}


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/t-1"), ("DELETE", "/t-1")])
def test_team_managed_elsewhere_is_not_changed(method, path):
    assert client_of(teamType="EXTERNAL").teams(method, path, {"displayName": "A"})[0] == 403


def test_team_that_cannot_be_is_refused():
    assert site_client().teams("POST", "/", {"description": "A"}) == (
        400,
        {"code": 400, "message": "displayName may not be empty"},
    )
    assert site_client().teams("PATCH", "/t-1", {"teamType": "CLOSED"}) == (
        400,
        {
            "code": "BAD_REQUEST",
            "message": "teamType must be one of ['OPEN', 'MEMBER_INVITE', 'EXTERNAL', 'ORG_ADMIN_MANAGED']",
        },
    )
