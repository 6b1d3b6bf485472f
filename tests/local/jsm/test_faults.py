"""Faults of the simulated site that are ordered."""

import pytest

from local.jsm.faults import ERRORS
from local.simulator.faults import ConnectionDropped
from tests.local.jsm.site_client import refusal, site_client, unprocessable
from tests.local.jsm.small_site import ROTATION

ONE = "/v1/schedules/s-1/rotations/r-1"
RENAMED = {**ROTATION, "name": "A"}
FAULTY = {
    "401": (401, {"code": 401, "message": "Unauthorized"}),
    "401+scope": (401, {"code": 401, "message": "Unauthorized; scope does not match"}),
    "402": (402, refusal("The feature [fault] is not available in your plan.")),
    "403": (403, refusal("You are not allowed to do this.")),
    "403+operations": (403, {"code": 40301, "message": "Account does not have access to Opsgenie."}),
    "403+plan": (403, refusal("The feature [fault] is not available in your plan.")),
    "404": (404, refusal("No entity exists with id [fault]")),
    "405": (405, refusal("Request method 'PATCH' is not supported")),
    "409": (409, refusal("An entity with name [fault] already exists.")),
    "410": (410, {"code": "TEAM_DELETED", "message": "Team has been deleted"}),
    "422": unprocessable(fault="was ordered"),
    "500": (500, {"code": 500, "message": "Internal Server Error"}),
    "503": (503, {"code": 503, "message": "Service Unavailable"}),
}


@pytest.mark.parametrize("fault", sorted(ERRORS))
def test_fault_that_is_ordered_changes_nothing(fault):
    client = site_client()
    before = client.simulation.snapshot()
    client.simulation.faults.order(fault, "PATCH")

    assert client.operations("PATCH", ONE, RENAMED) == FAULTY[fault]
    assert client.simulation.snapshot() == before


@pytest.mark.parametrize(
    ("fault", "answer", "name"),
    [
        ("null", (200, None), "Primary"),
        ("bare", (200, {}), "Primary"),
        ("202", (202, {}), "Primary"),
        ("202+done", (202, {}), "A"),
        ("202+later", (202, {}), "Primary"),
        ("unchanged", (200, ROTATION), "Primary"),
    ],
)
def test_odd_answers_do_what_their_names_say(fault, answer, name):
    client = site_client()
    client.simulation.faults.order(fault, "PATCH")
    status, body = client.unshortened("PATCH", ONE, RENAMED)

    assert (status, {} if body == {"requestId": "fault"} else body) == answer
    assert client.simulation.snapshot()["schedules"][0]["rotations"][0]["name"] == name


@pytest.mark.parametrize("fault", ["202+later", "lost+later"])
def test_late_write_is_done_after_the_next_requests(fault):
    client = site_client()
    client.simulation.faults.order(fault, "PATCH")
    try:
        client.unshortened("PATCH", ONE, RENAMED)
    except ConnectionDropped:
        assert fault == "lost+later"
    names = [client.get(ONE)["name"] for _ in range(4)]

    assert names == ["Primary", "Primary", "A", "A"]
