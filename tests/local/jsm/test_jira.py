"""Jira's users on the simulated site."""

import pytest

from local.jsm import Simulation
from local.jsm.people import HOST, SEATS, person
from tests.local.jsm.site_client import NOW, SiteClient, blind, site_client
from tests.local.jsm.small_site import HARI, KOFI, NOBODY, OWNER, SELIN

API = "/rest/api/3"
HARI_SHOWN = {
    "self": f"https://{HOST}/rest/api/3/user?accountId={HARI}",
    "accountId": HARI,
    "accountType": "atlassian",
    "emailAddress": "hari@example.com",
    "displayName": "Hari Rao",
    "active": True,
    "timeZone": "Etc/UTC",
    "locale": "en_US",
}
UNKNOWN = {
    "errorMessages": ["Specified user does not exist or you do not have required permissions"],
    "errors": {},
}


def found(client, query):
    """List who is found, by account id."""
    status, users = client.ask("GET", f"{API}/user/search?{query}")
    assert status == 200, users
    return [user["accountId"] for user in users]


def test_search_answers_a_bare_array():
    assert site_client().ask("GET", f"{API}/user/search?query=hari%40example.com&maxResults=50") == (200, [HARI_SHOWN])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("query=HARI", [HARI]),
        ("query=rao", [HARI]),
        ("query=ari", []),
        (f"accountId={KOFI}", [KOFI]),
        ("username=kofi", [KOFI]),
    ],
)
def test_search_matches_what_names_and_addresses_begin_with(query, expected):
    assert found(site_client(), query) == expected


def test_search_finds_longer_addresses_too_and_the_first_may_be_another():
    client = SiteClient(Simulation(now=lambda: NOW))
    every = client.ask("GET", f"{API}/user/search?query=hari%40example.com&maxResults=50")[1]
    first = client.ask("GET", f"{API}/user/search?maxResults=1&query=hari%40example.com")[1]

    assert [(user["displayName"], user["accountType"], user.get("emailAddress")) for user in every] == [
        ("Hari (customer)", "customer", "hari@example.com.example.com"),
        ("Hari Prasad", "atlassian", "hari@example.com"),
        ("hari@example.com (mirror)", "app", "mirror@bots.example.com"),
    ]
    assert first == every[:1]


@pytest.mark.parametrize(
    "ended", [{"membershipStatus": "suspended"}, {"membershipStatus": "no_membership"}, {"accountStatus": "inactive"}]
)
def test_search_finds_active_people_only_and_a_read_finds_all(ended):
    client = site_client()
    with client.simulation.edit() as site:
        site["people"][0].update(ended)

    assert found(client, "query=hari") == []
    assert client.ask("GET", f"{API}/user?accountId={HARI}") == (200, {**HARI_SHOWN, "active": False})


def test_search_has_pages_and_the_first_thousand():
    client = site_client()
    with client.simulation.edit() as site:
        site["people"] += [person(f"712020:{n}", f"zoe{n}@example.com", f"Zoe {n:04}") for n in range(1010)]

    assert len(found(client, "query=zoe")) == 50
    assert found(client, "query=zoe&startAt=998&maxResults=50") == ["712020:998", "712020:999"]


def test_address_may_be_hidden_but_not_from_oneself():
    client = site_client()
    with client.simulation.edit() as site:
        site["people"][0]["emailVisible"] = site["people"][3]["emailVisible"] = False
    (hidden,) = client.ask("GET", f"{API}/user/search?query=hari%40example.com")[1]

    assert hidden == {name: value for name, value in HARI_SHOWN.items() if name != "emailAddress"}
    assert client.ask("GET", f"{API}/myself")[1]["emailAddress"] == "offboarding@example.com"


def test_without_the_permission_a_search_finds_nobody_and_a_read_is_refused():
    client = blind(site_client())

    assert found(client, "query=hari") == []
    assert client.ask("GET", f"{API}/user?accountId={SELIN}") == (
        403,
        {"errorMessages": ["You do not have permission to browse users."], "errors": {}},
    )


@pytest.mark.parametrize("has", [True, False])
def test_my_permissions_tell_whether_users_can_be_browsed(has):
    client = site_client() if has else blind(site_client())

    assert client.ask("GET", f"{API}/mypermissions?permissions=USER_PICKER") == (
        200,
        {
            "permissions": {
                "USER_PICKER": {
                    "id": "27",
                    "key": "USER_PICKER",
                    "name": "Browse users and groups",
                    "type": "GLOBAL",
                    "description": "View and select users or groups from the user picker.",
                    "havePermission": has,
                }
            }
        },
    )


def test_read_answers_one_with_a_slash_and_expanded():
    client = site_client()
    expanded = client.ask("GET", f"{API}/user/?accountId={HARI}&expand=groups,applicationRoles")

    assert client.ask("GET", f"{API}/user?accountId={HARI}") == (200, HARI_SHOWN)
    assert expanded == (
        200,
        {
            **HARI_SHOWN,
            "groups": {"size": 1, "items": [{"name": SEATS, "groupId": "g-1"}]},
            "applicationRoles": {"size": 0, "items": []},
        },
    )
    assert client.ask("GET", f"{API}/user?accountId={NOBODY}") == (404, UNKNOWN)


def test_bulk_has_ten_unless_told_otherwise():
    client = site_client()
    with client.simulation.edit() as site:
        site["people"] += [person(f"712020:{n}", f"zoe{n}@example.com", f"Zoe {n}") for n in range(12)]
    wanted = "&".join(f"accountId=712020:{n}" for n in range(12))
    ten = client.ask("GET", f"{API}/user/bulk?{wanted}")[1]

    assert (len(ten["values"]), ten["isLast"], ten["total"]) == (10, False, 12)
    assert client.ask("GET", f"{API}/user/bulk?accountId={HARI}&accountId={NOBODY}&maxResults=50") == (
        200,
        {"maxResults": 50, "startAt": 0, "total": 1, "isLast": True, "values": [HARI_SHOWN]},
    )
    assert len(client.ask("GET", f"{API}/user/bulk?{wanted}&startAt=10")[1]["values"]) == 2
    assert client.ask("GET", f"{API}/user/bulk?{wanted}&maxResults=12")[1]["isLast"] is True


def test_myself_is_whose_token_it_is_at_each_address():
    client = site_client()
    paths = (f"{API}/myself", "/rest/api/2/myself", f"/ex/jira/{client.simulation.store.cloud_id}/rest/api/3/myself")

    assert [client.ask("GET", path)[1]["accountId"] for path in paths] == [OWNER] * 3


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("user/search", "The query parameter 'query', 'accountId' or 'property' must be set."),
        ("user/bulk", "The query parameter 'accountId' must be set."),
        ("mypermissions", "The permissions query parameter is required."),
    ],
)
def test_query_that_cannot_be_is_refused(path, message):
    assert site_client().ask("GET", f"{API}/{path}") == (400, {"errorMessages": [message], "errors": {}})


@pytest.mark.parametrize("path", ["user/search?query=a&", f"user/bulk?accountId={HARI}&"])
@pytest.mark.parametrize("query", ["maxResults=x", "startAt=-1"])
def test_number_that_cannot_be_is_refused(path, query):
    name = query.partition("=")[0]

    assert site_client().ask("GET", f"{API}/{path}{query}") == (
        400,
        {"errorMessages": [f"{name} must be a number, at least 0"], "errors": {name: "must be a number, at least 0"}},
    )


def test_tenant_info_needs_no_credential():
    client = site_client()
    client.headers = {}

    assert client.ask("GET", "/_edge/tenant_info") == (200, {"cloudId": "11111111-2222-3333-4444-555555555555"})
