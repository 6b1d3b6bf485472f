"""Requests that the simulated Opsgenie refuses: keys, addresses, bodies."""

import pytest

from local.opsgenie import Quirks, Simulation
from tests.support.simulation_client import START, Client, client_of, small_account, user

PERSON = {"type": "user", "username": "bob@example.com"}
ROTATION = {"type": "daily", "startDate": START, "participants": [PERSON]}


@pytest.mark.parametrize(
    ("key", "method", "path", "status", "body"),
    [
        ("wrong", "GET", "/v2/users/ann", 401, {"message": "Could not authenticate"}),
        ("read-only", "GET", "/v2/users/ann/teams", 200, {"data": [{"id": "ops", "name": "ops"}]}),
        (
            "read-only",
            "DELETE",
            "/v2/users/bob",
            403,
            {"code": 40301, "message": "API Key is not granted with delete access."},
        ),
        (
            "read-only",
            "PATCH",
            "/v2/users/bob",
            403,
            {"code": 40301, "message": "API Key is not granted with write access."},
        ),
        (
            "no-config",
            "GET",
            "/v2/users/bob",
            403,
            {"code": 40301, "message": "API Key is not granted with configuration access."},
        ),
        ("no-config", "GET", "/v1/maintenance", 200, {"data": []}),
    ],
)
def test_key_rights_are_enforced(key, method, path, status, body):
    keys = {"read-only": frozenset({"read", "configuration"}), "no-config": frozenset({"read"})}

    assert Client(Simulation(small_account(), keys=keys), key).call(method, path) == (status, body)


def test_request_without_a_key_is_refused():
    client, _ = client_of()
    client.headers = {}

    assert client.call("GET", "/v2/nonsense") == (401, {"message": "Could not authenticate"})


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "errors"),
    [
        ("POST", "/v2/users", {}, 422, {"username", "fullName", "role"}),
        ("POST", "/v2/users", {**user("x"), "username": "ANN@example.com"}, 409, set()),
        ("POST", "/v2/schedules", {"name": "Round / clock"}, 409, set()),
        ("POST", "/v2/schedules/s1/rotations", {**ROTATION, "participants": []}, 422, {"participants"}),
        (
            "POST",
            "/v2/schedules/s1/rotations",
            {**ROTATION, "participants": [{"type": "user", "id": "x"}]},
            422,
            {"participants"},
        ),
        ("POST", "/v2/schedules/s1/rotations", {**ROTATION, "startDate": "soon"}, 422, {"startDate"}),
        (
            "POST",
            "/v2/schedules/s1/rotations",
            {**ROTATION, "timeRestriction": {"type": "time-of-day"}},
            422,
            {"timeRestriction"},
        ),
        ("PATCH", "/v2/schedules/s1/rotations/r1", {"participants": []}, 422, {"participants"}),
        ("PATCH", "/v2/schedules/s1/rotations/r1", {"length": "long"}, 422, {"length"}),
        ("PATCH", "/v2/escalations/e1", {"rules": []}, 422, {"rules"}),
        ("PATCH", "/v2/escalations/e1", {"rules": [{"recipient": {"type": "none"}}]}, 422, {"recipient"}),
        ("POST", "/v2/teams", {"name": "t", "members": [{"user": {"username": "x"}}]}, 422, {"user"}),
        (
            "PUT",
            "/v2/schedules/s1/overrides/o1",
            {"user": {"username": "bob@example.com"}},
            422,
            {"startDate", "endDate"},
        ),
        ("DELETE", "/v2/teams/ops/members/bob", None, 404, set()),
        ("GET", "/v2/users/ann/nonsense", None, 404, set()),
        ("GET", "/v2/users//teams", None, 404, set()),
        ("GET", "/v2/schedules/s1?identifierType=alias", None, 422, {"identifierType"}),
        ("PUT", "/v2/users/ann", {}, 405, set()),
        ("PATCH", "/v2/users/ann", [], 400, set()),
    ],
)
def test_invalid_request_is_refused_and_changes_nothing(method, path, body, status, errors):
    client, simulation = client_of()
    answer = client.call(method, path, body)

    assert (answer[0], set(answer[1].get("errors", {}))) == (status, errors)
    assert simulation.snapshot() == small_account()


def test_lists_can_be_emptied_when_the_quirks_allow():
    client, _ = client_of(Quirks(accepts_empty_participants=True, accepts_empty_rules=True))

    assert client.call("PATCH", "/v2/schedules/s1/rotations/r1", {"participants": []})[0] == 200
    assert client.call("PATCH", "/v2/escalations/e1", {"rules": []})[0] == 200


@pytest.mark.parametrize("status", [404, 422])
def test_removing_a_non_member_gets_the_quirks_status(status):
    client, simulation = client_of(Quirks(not_a_member=status))
    answer = client.call("DELETE", "/v2/teams/ops/members/bob")

    assert answer == (status, {"message": "No team member exists with identifier [bob]"})
    assert simulation.snapshot() == small_account()


@pytest.mark.parametrize(("status", "role"), [(201, "user"), (409, "admin"), (422, "admin")])
def test_adding_a_member_again_gets_the_quirks_status(status, role):
    client, _ = client_of(Quirks(already_a_member=status))

    assert client.call("POST", "/v2/teams/ops/members", {"user": {"id": "ann"}, "role": "user"})[0] == status
    assert [member["role"] for member in client.get("/v2/teams/ops")["members"]] == [role]


def test_body_that_is_not_json_is_refused():
    client, _ = client_of()
    answer = client.http.patch("/v2/users/ann", headers=client.headers, data="{")

    assert answer.status_code == 400
    assert b"Request body is not a valid JSON object." in answer.data
