"""Rotations of the simulated site."""

import pytest

from local.jsm import Quirks
from tests.local.jsm.site_client import blind, refusal, site_client, unprocessable
from tests.local.jsm.small_site import HARI, KOFI, MEERA, NOBODY, NOONE, OVERRIDE, ROTATION, START, small_site, user

PATH = "/v1/schedules/s-1/rotations"
ONE = f"{PATH}/r-1"
TWO_DAYS = [
    {"startDay": day, "startHour": 8, "startMin": 0, "endDay": day, "endHour": 17, "endMin": 30}
    for day in ("wednesday", "monday")
]


def test_list_and_read_answer_whole_rotations():
    client = site_client()

    assert client.operations("GET", f"{PATH}?size=50") == (200, {"values": [ROTATION], "links": {}})
    assert client.operations("GET", ONE) == (200, ROTATION)


def test_unknown_rotation_is_not_found():
    assert site_client().operations("GET", f"{PATH}/r-9") == (
        404,
        refusal("No schedule rotation exists with id [r-9]"),
    )


def test_patch_of_participants_replaces_them_in_order():
    client = site_client()
    participants = [user(MEERA), NOONE, user(KOFI), user(MEERA)]
    changed = {**ROTATION, "participants": participants}

    assert client.operations("PATCH", ONE, changed) == (200, changed)
    assert client.get(ONE) == changed


def test_patch_of_the_name_alone_keeps_the_rest():
    assert site_client().operations("PATCH", ONE, {"name": "Second"}) == (200, {**ROTATION, "name": "Second"})


@pytest.mark.parametrize(("keeps", "length"), [(True, 3), (False, 1)])
def test_patch_keeps_the_length_as_the_quirk_says(keeps, length):
    site = small_site()
    site["schedules"][0]["rotations"][0]["length"] = 3
    client = site_client(Quirks(partial_patch_keeps=keeps), site)

    assert client.operations("PATCH", ONE, {"name": "A"})[1]["length"] == length


def test_empty_participants_are_taken_or_not():
    emptied = {**ROTATION, "participants": []}
    refused = site_client(Quirks(accepts_empty_participants=False)).operations("PATCH", ONE, emptied)

    assert site_client().operations("PATCH", ONE, emptied) == (200, emptied)
    assert refused == unprocessable(participants="may not be empty")


def test_rotation_without_participants_is_created_or_not():
    body = {"name": "Empty", "type": "daily", "startDate": START, "participants": []}
    status, created = site_client().operations("POST", PATH, body)
    refused = site_client(Quirks(accepts_empty_participants=False)).operations("POST", PATH, body)

    assert (status, created) == (201, {**body, "id": created["id"], "length": 1})
    assert refused == unprocessable(participants="may not be empty")


def test_rotation_without_a_name_is_named_by_its_place():
    body = {"type": "daily", "startDate": START, "participants": [user(HARI)]}
    created = site_client().operations("POST", PATH, body)[1]

    assert created == {**body, "id": created["id"], "name": "Rotation 2", "length": 1}


@pytest.mark.parametrize(("quirk", "first"), [("as sent", "wednesday"), ("sorted", "monday")])
def test_restrictions_come_back_in_the_order_of_the_quirk(quirk, first):
    hours = {"type": "weekday-and-time-of-day", "restrictions": TWO_DAYS}
    client = site_client(Quirks(restrictions_order=quirk))
    changed = client.operations("PATCH", ONE, {"timeRestriction": hours})[1]

    assert changed["timeRestriction"]["restrictions"][0]["startDay"] == first


def test_bodies_of_the_vendor_s_terraform_provider_come_back_as_they_were_sent():
    client = site_client()
    sent = {
        "id": "",
        "name": "Nights",
        "startDate": START,
        "endDate": "",
        "type": "daily",
        "length": 1,
        "participants": [{"id": None, "type": "noone"}, {"id": HARI, "type": "user"}],
        "timeRestriction": None,
    }
    status, created = client.operations("POST", PATH, sent)

    assert (status, created) == (201, {**sent, "id": created["id"]})
    assert created["id"] != ""
    assert client.get(f"{PATH}/{created['id']}") == created
    assert client.operations("PATCH", f"{PATH}/{created['id']}", {**sent, "name": "Late"})[1]["name"] == "Late"


def test_time_of_day_has_one_restriction_without_days():
    hours = {"type": "time-of-day", "restriction": {"startHour": 18, "startMin": 0, "endHour": 8, "endMin": 0}}

    assert site_client().operations("PATCH", ONE, {"timeRestriction": hours})[1]["timeRestriction"] == hours


def test_taken_name_is_a_conflict():
    client = site_client()
    body = {"name": "Primary", "type": "daily", "startDate": START, "participants": [user(HARI)]}
    taken = (409, refusal("Schedule rotation with name [Primary] already exists."))
    other = client.operations("POST", PATH, {**body, "name": "Second"})[1]

    assert client.operations("POST", PATH, body) == taken
    assert client.operations("PATCH", f"{PATH}/{other['id']}", {"name": "Primary"}) == taken
    assert client.get(f"{PATH}/{other['id']}") == other


@pytest.mark.parametrize("quirk", ["as sent", "sorted"])
def test_restrictions_without_days_come_back_as_they_were_sent(quirk):
    nights = [{"startHour": hour, "startMin": 0, "endHour": hour + 1, "endMin": 0} for hour in (3, 1)]
    hours = {"type": "time-of-day", "restrictions": nights}
    status, changed = site_client(Quirks(restrictions_order=quirk)).operations("PATCH", ONE, {"timeRestriction": hours})

    assert (status, sorted(changed["timeRestriction"]["restrictions"], key=str)) == (200, sorted(nights, key=str))


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"participants": [user(NOBODY)]}, {"participants": f"No user exists with id [{NOBODY}]"}),
        ({"participants": [{"type": "team", "id": None}]}, {"participants": "No team exists with id [None]"}),
        (
            {"participants": [{"type": "none"}]},
            {"participants": "must be an object whose type is one of ['escalation', 'noone', 'team', 'user']"},
        ),
        ({"startDate": "soon"}, {"startDate": "must be a date like 2026-11-25T09:00:00Z"}),
        ({"endDate": "soon"}, {"endDate": "must be a date like 2026-11-25T09:00:00Z"}),
        ({"length": 0}, {"type": "must be hourly, daily or weekly, with a length of at least 1"}),
        ({"type": "monthly"}, {"type": "must be hourly, daily or weekly, with a length of at least 1"}),
        (
            {"timeRestriction": {"type": "never"}},
            {"timeRestriction": "needs a known type, and hours (and days) to start and to end"},
        ),
    ],
)
def test_rotation_that_cannot_be_is_refused(fields, refused):
    client = site_client()

    assert client.operations("PATCH", ONE, {**ROTATION, **fields}) == unprocessable(**refused)
    assert client.get(ONE) == ROTATION


def test_delete_takes_overrides_of_the_rotation_alone_along():
    client = site_client()
    whole = {**OVERRIDE, "alias": "o-2", "rotationIds": None}
    both = {**OVERRIDE, "alias": "o-3", "rotationIds": ["r-1", "r-2"]}
    with client.simulation.edit() as site:
        site["schedules"][0]["overrides"] = [OVERRIDE, whole, both]

    assert client.operations("DELETE", ONE) == (204, None)
    assert client.operations("DELETE", ONE) == (404, refusal("No schedule rotation exists with id [r-1]"))
    assert client.simulation.snapshot()["schedules"][0]["overrides"] == [whole, {**both, "rotationIds": ["r-2"]}]


def test_plain_agent_is_refused():
    client = blind(site_client())
    unseen = (403, refusal("You are not allowed to see this schedule."))

    assert client.operations("GET", PATH) == unseen
    assert client.operations("PATCH", ONE, ROTATION) == unseen
