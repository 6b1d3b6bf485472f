"""Schedules of the simulated site."""

import pytest

from local.jsm import Quirks
from tests.local.jsm.site_client import refusal, site_client, unprocessable
from tests.local.jsm.small_site import HARI, ROTATION, START, small_site, user

WITHOUT_ROTATIONS = {
    "id": "s-1",
    "name": "Platform 24x7",
    "description": "",
    "timezone": "Europe/Stockholm",
    "enabled": True,
    "teamId": "t-1",
}
SCHEDULE = {**WITHOUT_ROTATIONS, "rotations": [ROTATION]}


def many(count, *, rotations=1):
    """Make a site with more schedules, which differ in their names."""
    site = small_site()
    for number in range(count - 1):
        inside = [{**ROTATION, "id": f"r-{number}-{place}", "name": f"R{place}"} for place in range(rotations)]
        site["schedules"].append(
            {**SCHEDULE, "id": f"s-x{number}", "name": f"More {number}", "rotations": inside, "overrides": []}
        )
    return site


def test_list_has_rotations_with_expand():
    assert site_client().operations("GET", "/v1/schedules?size=50&offset=0&expand=rotation") == (
        200,
        {"values": [SCHEDULE], "links": {}, "_expands": ["rotation"]},
    )


def test_list_has_no_rotations_without_expand():
    assert site_client().get("/v1/schedules") == {
        "values": [WITHOUT_ROTATIONS],
        "links": {},
        "_expands": ["rotation"],
    }


@pytest.mark.parametrize(("quirk", "inlined"), [("all", 30), ("first 25", 25), ("absent", None)])
def test_expand_inlines_as_the_quirk_says(quirk, inlined):
    client = site_client(Quirks(expand_inlines=quirk), many(2, rotations=30))
    schedule = client.get("/v1/schedules?expand=rotation")["values"][1]

    assert (len(schedule["rotations"]) if "rotations" in schedule else None) == inlined
    assert len(client.get("/v1/schedules/s-x0/rotations?size=50")["values"]) == 30


def test_pages_are_of_25_and_next_is_relative():
    client = site_client(site=many(60))
    first = client.get("/v1/schedules")
    second = client.get(first["links"]["next"])

    assert (len(first["values"]), first["links"]) == (25, {"next": "/v1/schedules?offset=25&size=25"})
    assert (len(second["values"]), second["links"]) == (25, {"next": "/v1/schedules?offset=50&size=25"})
    assert client.get("/v1/schedules?offset=0&size=50&expand=rotation")["links"] == {
        "next": "/v1/schedules?offset=50&size=50&expand=rotation"
    }


@pytest.mark.parametrize(("quirk", "links"), [("absent", {}), ("null", {"next": None}), ("empty", {"next": ""})])
def test_last_page_ends_as_the_quirk_says(quirk, links):
    assert site_client(Quirks(next_when_last=quirk)).get("/v1/schedules")["links"] == links


def test_size_over_50_is_refused_or_cut():
    cut = site_client(Quirks(oversize="cut"), many(60)).get("/v1/schedules?size=51")

    assert site_client().operations("GET", "/v1/schedules?size=51") == unprocessable(size="must be at most 50")
    assert (len(cut["values"]), cut["links"]) == (50, {"next": "/v1/schedules?offset=50&size=50"})


@pytest.mark.parametrize("query", ["size=0", "size=x", "offset=-1"])
def test_page_that_cannot_be_is_refused(query):
    assert site_client().operations("GET", f"/v1/schedules?{query}")[0] == 422


@pytest.mark.parametrize(
    ("query", "found"),
    [("platform%2024X7", 1), ("Plat*", 1), ("Plat", 0), ("24x7*", 0), ("*", 1), ("hari@example.com", 0)],
)
def test_query_filters_names_whole_or_by_prefix(query, found):
    assert len(site_client().get(f"/v1/schedules?query={query}")["values"]) == found


def test_read_has_rotations():
    assert site_client().operations("GET", "/v1/schedules/s-1") == (200, SCHEDULE)


def test_unknown_schedule_is_not_found():
    assert site_client().operations("GET", "/v1/schedules/s-9") == (404, refusal("No schedule exists with id [s-9]"))


def test_create_answers_the_whole_with_ids_of_rotations():
    client = site_client()
    rotation = {"name": "Days", "type": "daily", "startDate": START, "participants": [user(HARI)]}
    status, created = client.operations(
        "POST", "/v1/schedules", {"id": "", "name": "New", "teamId": "t-1", "rotations": [rotation]}
    )
    ids = created["id"], created["rotations"][0]["id"]

    assert (status, created) == (
        201,
        {
            "id": ids[0],
            "name": "New",
            "description": "",
            "timezone": "Etc/UTC",
            "enabled": True,
            "teamId": "t-1",
            "rotations": [{"id": ids[1], "length": 1, **rotation}],
        },
    )
    assert "" not in ids
    assert client.get(f"/v1/schedules/{ids[0]}") == created


def test_taken_name_is_a_conflict():
    client = site_client(site=many(2))
    taken = (409, refusal("Schedule with name [Platform 24x7] already exists."))

    assert client.operations("POST", "/v1/schedules", {"name": "Platform 24x7"}) == taken
    assert client.operations("PATCH", "/v1/schedules/s-x0", {"name": "Platform 24x7"}) == taken
    assert client.get("/v1/schedules/s-x0")["name"] == "More 0"


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({}, unprocessable(name="may not be empty")),
        ({"name": "A", "enabled": "yes"}, unprocessable(enabled="must be of type bool")),
        ({"name": "A", "teamId": "t-9"}, (404, refusal("No team exists with id [t-9]"))),
        ({"name": "A", "rotations": [7]}, unprocessable(rotations="must be a list of objects")),
    ],
)
def test_schedule_that_cannot_be_is_refused(body, answer):
    assert site_client().operations("POST", "/v1/schedules", body) == answer


def test_team_without_operations_can_own_no_schedule():
    site = small_site()
    site["teams"][1]["operations"] = False

    assert site_client(site=site).operations("POST", "/v1/schedules", {"name": "A", "teamId": "t-2"}) == (
        unprocessable(teamId="Operations are not enabled for the team [t-2]")
    )


def test_update_of_one_field_keeps_the_rest():
    client = site_client()

    assert client.operations("PATCH", "/v1/schedules/s-1", {"description": "Nights, too"}) == (
        200,
        {**SCHEDULE, "description": "Nights, too"},
    )
    assert len(client.simulation.snapshot()["schedules"][0]["overrides"]) == 2


@pytest.mark.parametrize(("keeps", "enabled"), [(True, False), (False, True)])
def test_update_keeps_enabled_as_the_quirk_says(keeps, enabled):
    site = small_site()
    site["schedules"][0]["enabled"] = False
    client = site_client(Quirks(partial_patch_keeps=keeps), site)

    assert client.operations("PATCH", "/v1/schedules/s-1", {"name": "A"})[1]["enabled"] is enabled


def test_rotations_in_an_update_of_a_schedule_are_new_ones():
    client = site_client()
    status, changed = client.operations("PATCH", "/v1/schedules/s-1", {"rotations": [ROTATION]})

    assert (status, len(changed["rotations"])) == (200, 1)
    assert changed["rotations"][0]["id"] != "r-1"


def test_delete_has_no_body():
    client = site_client()

    assert client.operations("DELETE", "/v1/schedules/s-1") == (204, None)
    assert client.operations("DELETE", "/v1/schedules/s-1")[0] == 404
    assert client.simulation.snapshot()["schedules"] == []


def test_schedule_without_team_is_global():
    client = site_client()
    created = client.operations("POST", "/v1/schedules", {"name": "Global", "enabled": False})[1]

    assert (created["teamId"], created["enabled"]) == ("", False)
