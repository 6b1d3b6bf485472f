"""The people of the organization of the simulated site."""

import pytest

from local.jsm import Quirks, Simulation
from local.jsm.people import DIRECTORY_ID, person
from tests.local.jsm.site_client import DIRECTORY, NOW, ORGANIZATION, organization_client, quoted
from tests.local.jsm.small_site import HARI, KOFI, NOBODY, small_site

SEARCH = f"{ORGANIZATION}/directories/-/users/search"
ROW = {
    "accountId": HARI,
    "accountType": "atlassian",
    "status": "active",
    "accountStatus": "active",
    "membershipStatus": "active",
    "claimStatus": "managed",
    "managementSource": "invited",
    "name": "Hari Rao",
    "nickname": "hari",
    "email": "hari@example.com",
    "emailVerified": True,
    "addedToOrg": "2025-01-01T09:00:00Z",
}
EXPANDED = {**ROW, "platformRoles": [], "counts": {"resources": 3}}
EXPAND = ["platformRoles", "counts.resources"]


def client_of(quirks=None, site=None):
    """Make a client of the organization of a site."""
    return organization_client(Simulation(site or small_site(), quirks=quirks, now=lambda: NOW))


def found(client, **body):
    """List who is found, by account id."""
    status, answer = client.ask("POST", SEARCH, body)
    assert status == 200, answer
    return [row["accountId"] for row in answer["data"]]


def test_search_by_addresses_is_whole():
    body = {"emails": ["hari@example.com"], "limit": 50, "expand": EXPAND}

    assert client_of().ask("POST", SEARCH, body) == (200, {"data": [EXPANDED], "links": {"next": None}})


def test_full_page_that_is_the_last_has_no_next():
    assert client_of().ask("POST", SEARCH, {"emails": ["hari@example.com"], "limit": 1}) == (
        200,
        {"data": [ROW], "links": {"next": None}},
    )


def test_search_shows_roles_and_counts_only_expanded():
    assert client_of().ask("POST", SEARCH, {"emails": ["hari@example.com"]})[1]["data"] == [ROW]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"emails": ["HARI@example.com", "kofi@example.com"]}, [HARI, KOFI]),
        ({"emails": ["hari@example"]}, []),
        ({"emails": []}, []),
        ({"searchTerm": "asante"}, [KOFI]),
    ],
)
def test_search_matches_whole_addresses_or_a_term(body, expected):
    assert found(client_of(), **body) == expected


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"emails": ["a@example.com"], "searchTerm": "a"}, "emails and searchTerm cannot be used together"),
        ({"emails": "a@example.com"}, "emails must be a list of addresses"),
        ({"expand": "platformRoles"}, "expand must be a list"),
        ({"limit": 51}, "limit must be a number from 1 to 50"),
        ({"cursor": [7]}, "cursor is not one that was answered"),
        ({"cursor": "x"}, "cursor is not one that was answered"),
    ],
)
def test_search_that_cannot_be_is_refused(body, message):
    assert client_of().ask("POST", SEARCH, body) == (400, {"code": 400, "message": message})


def test_search_is_paged_by_a_cursor():
    site = small_site()
    site["people"] += [person(f"712020:{n}", f"zoe{n}@example.com", f"Zoe {n}") for n in range(60)]
    client = client_of(site=site)
    first = client.ask("POST", SEARCH, {"searchTerm": "zoe"})[1]
    second = client.ask("POST", SEARCH, {"searchTerm": "zoe", "cursor": first["links"]["next"]})[1]

    assert (len(first["data"]), len(second["data"]), second["links"]) == (50, 10, {"next": None})


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"membershipStatus": "suspended"}, "suspended"),
        ({"accountStatus": "inactive"}, "deactivated"),
        ({"accountStatus": "closed", "membershipStatus": "suspended"}, "for_deletion"),
        ({"membershipStatus": "no_membership"}, "not_invited"),
    ],
)
def test_status_is_made_of_both(fields, status):
    site = small_site()
    site["people"][0].update(fields)

    assert client_of(site=site).ask("POST", SEARCH, {"emails": ["hari@example.com"]}) == (
        200,
        {"data": [{**ROW, **fields, "status": status}], "links": {"next": None}},
    )


def test_directories_are_paged_by_a_cursor():
    site = small_site()
    site["directories"] += [{"directoryId": f"d-{n}", "name": f"Directory {n}"} for n in range(50)]
    client = client_of(site=site)
    first = client.ask("GET", f"{ORGANIZATION}/directories")[1]
    second = client.ask("GET", f"{ORGANIZATION}/directories?cursor={quoted(first['links']['next'])}")

    assert len(first["data"]) == 50
    assert second == (200, {"data": [{"directoryId": "d-49", "name": "Directory 49"}], "links": {}})


@pytest.mark.parametrize("limit", ["0", "51", "x"])
def test_limit_of_the_older_search_is_from_1_to_50(limit):
    assert client_of().ask("GET", f"{DIRECTORY}/users?searchTerm=hari&limit={limit}") == (
        400,
        {"code": 400, "message": "limit must be a number from 1 to 50"},
    )


def test_row_of_a_directory_and_the_older_search():
    client = client_of()

    assert client.ask("GET", f"{DIRECTORY}/users/{HARI}") == (200, {"data": ROW})
    assert client.ask("GET", f"{DIRECTORY}/users/{HARI}?expand=platformRoles,counts.resources") == (
        200,
        {"data": EXPANDED},
    )
    assert client.ask("GET", f"{DIRECTORY}/users?searchTerm=hari&limit=10") == (
        200,
        {"data": [ROW], "links": {"next": None}},
    )
    assert client.ask("GET", f"{DIRECTORY}/users/{NOBODY}") == (404, {"code": 404, "message": "User not found"})


def test_directories_that_hold_a_person_are_listed_and_no_row_names_them():
    other = {"directoryId": "d-2", "name": "Contractors"}
    site = small_site()
    site["directories"].append(other)
    site["people"][2]["directories"] = ["d-2"]
    client = client_of(site=site)
    default = {"directoryId": DIRECTORY_ID, "name": "Default"}

    assert client.ask("GET", f"{ORGANIZATION}/directories?accountId={HARI}") == (
        200,
        {"data": [default], "links": {}},
    )
    assert client.ask("GET", f"{ORGANIZATION}/directories?accountId={KOFI}")[1]["data"] == [other]
    assert client.ask("GET", f"{ORGANIZATION}/directories?accountId={NOBODY}")[1]["data"] == []
    assert client.ask("GET", f"{ORGANIZATION}/directories")[1]["data"] == [default, other]
    assert client.ask("GET", f"{DIRECTORY}/users/{KOFI}")[0] == 404
    assert client.ask("GET", f"{ORGANIZATION}/directories/d-9/users/{KOFI}") == (
        404,
        {"code": 404, "message": "Directory not found"},
    )


@pytest.mark.parametrize("path", [f"{ORGANIZATION}/directories", f"{DIRECTORY}/users/{HARI}"])
def test_original_user_management_is_not_there_as_the_quirk_says(path):
    not_there = (404, {"code": 404, "message": "Not Found"})

    assert client_of(Quirks(user_management="original")).ask("GET", path) == not_there
    assert client_of(Quirks(user_management="original")).ask("GET", "/admin/v1/orgs")[0] == 200


def test_no_call_gives_the_organization():
    assert client_of().ask("GET", "/admin/v1/orgs") == (200, {"data": [], "links": {}})
