"""Overrides of the simulated site."""

import pytest

from local.jsm import Quirks
from tests.local.jsm.site_client import SiteClient, blind, refusal, site_client, unprocessable
from tests.local.jsm.small_site import HARI, MEERA, NOONE, OVERRIDE, PAST_OVERRIDE, user

PATH = "/v1/schedules/s-1/overrides"
BODY = {name: value for name, value in OVERRIDE.items() if name != "alias"}


def test_list_has_those_that_are_not_over():
    assert site_client().operations("GET", f"{PATH}?size=50") == (200, {"values": [OVERRIDE], "links": {}})


def test_read_answers_one_also_where_it_is_over():
    client = site_client()

    assert client.operations("GET", f"{PATH}/o-1") == (200, OVERRIDE)
    assert client.operations("GET", f"{PATH}/o-0") == (200, PAST_OVERRIDE)
    assert client.operations("GET", f"{PATH}/o-9") == (404, refusal("No override exists with alias [o-9]"))


def test_delete_has_no_body_and_then_is_not_found():
    client = site_client()

    assert client.operations("DELETE", f"{PATH}/o-1") == (204, None)
    assert client.operations("DELETE", f"{PATH}/o-1") == (404, refusal("No override exists with alias [o-1]"))
    assert client.simulation.snapshot()["schedules"][0]["overrides"] == [PAST_OVERRIDE]


@pytest.mark.parametrize(
    ("token", "answer"),
    [
        ("site-token", (404, refusal("No override exists with alias [made-up]"))),
        ("no-delete-token", (401, {"code": 401, "message": "Unauthorized; scope does not match"})),
    ],
)
def test_delete_of_one_that_is_not_there_tells_whether_the_token_may_delete(token, answer):
    client = SiteClient(site_client().simulation, token)

    assert client.operations("DELETE", f"{PATH}/made-up") == answer


def test_put_replaces_all():
    client = site_client()
    changed = {**BODY, "responder": user(MEERA), "rotationIds": None}

    assert client.operations("PUT", f"{PATH}/o-1", changed) == (200, {"alias": "o-1", **changed})
    assert client.operations("PUT", f"{PATH}/o-1", {"responder": user(HARI)}) == unprocessable(
        startDate="may not be empty", endDate="may not be empty"
    )
    assert client.get(f"{PATH}/o-1") == {"alias": "o-1", **changed}


def test_create_gives_an_alias_of_the_server_s():
    client = site_client()
    status, created = client.operations("POST", PATH, {**BODY, "alias": "mine", "responder": NOONE})

    assert (status, created) == (201, {**BODY, "alias": created["alias"], "responder": NOONE})
    assert created["alias"] not in ("mine", "o-1")
    assert client.get(f"{PATH}/{created['alias']}") == created


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_start_in_the_past_is_taken_as_the_quirk_says(method):
    body = {**BODY, "startDate": "2026-11-25T08:00:00Z"}
    path = PATH if method == "POST" else f"{PATH}/o-1"
    status, taken = site_client().operations(method, path, body)
    refused = site_client(Quirks(past_override_start="422")).operations(method, path, body)

    assert (status, taken) == (201 if method == "POST" else 200, {**body, "alias": taken["alias"]})
    assert refused == unprocessable(startDate="must not be in the past")


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"responder": None}, {"responder": "may not be empty"}),
        (
            {"responder": {"type": "team", "id": "t-1"}},
            {"responder": "must be an object whose type is one of ['noone', 'user']"},
        ),
        ({"rotationIds": ["r-9"]}, {"rotationIds": "No schedule rotation exists with id [r-9]"}),
        ({"rotationIds": "r-1"}, {"rotationIds": "No schedule rotation exists with id [r-1]"}),
        ({"endDate": "2026-12-24T00:00:00Z"}, {"endDate": "must be after startDate"}),
    ],
)
def test_override_that_cannot_be_is_refused(fields, refused):
    assert site_client().operations("POST", PATH, {**BODY, **fields}) == unprocessable(**refused)


def test_plain_agent_is_refused():
    assert blind(site_client()).operations("GET", PATH) == (403, refusal("You are not allowed to see this schedule."))
