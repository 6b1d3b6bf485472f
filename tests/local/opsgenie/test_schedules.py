"""Schedules and escalations in the simulated Opsgenie, with the bodies that real clients send."""

import pytest

from local.opsgenie import Simulation
from tests.support.simulation_client import END, START, Client, of_type, user


@pytest.fixture
def client():
    return Client(Simulation({"users": [user("ann"), user("bob")]}))


def test_rotation_patch_keeps_omitted_fields_and_participant_order(client):
    team = client.create("/v2/teams", {"name": "Ops"})
    schedule = client.create("/v2/schedules", {"name": "S", "ownerTeam": {"name": "Ops"}})
    path = f"/v2/schedules/{schedule['id']}/rotations"
    given = [
        {"type": "user", "username": "BOB@example.com", "id": ""},
        {"type": "none", "username": ""},
        {"type": "team", "name": "Ops", "username": ""},
        {"type": "user", "id": "ann", "username": ""},
        {"type": "user", "id": "bob", "username": ""},
    ]
    restriction = {"startDay": "monday", "startHour": 8, "startMin": 0, "endDay": "friday", "endHour": 18, "endMin": 30}
    times = {"type": "weekday-and-time-of-day", "restrictions": [restriction], "restriction": {}}
    body = {"startDate": "2026-01-05T10:00:00+02:00", "type": "weekly", "timeRestriction": times, "participants": given}
    rotation = client.create(path, body)
    expected = {
        **rotation,
        "startDate": START,
        "type": "weekly",
        "length": 1,
        "timeRestriction": {"type": times["type"], "restrictions": [restriction]},
        "participants": [
            of_type("user", "bob"),
            {"type": "none"},
            {"type": "team", **team},
            of_type("user", "ann"),
            of_type("user", "bob"),
        ],
    }

    assert client.get(path) == [expected]
    assert client.call("PATCH", f"{path}/{rotation['id']}", {"RotationId": "x", "participants": given[:2]}) == (
        200,
        {"result": "Updated", "data": rotation},
    )
    assert client.get("/v2/schedules?expand=rotation")[0]["rotations"] == [
        {**expected, "participants": expected["participants"][:2]}
    ]
    assert client.get("/v2/schedules?expand=True") == [{**client.get("/v2/schedules")[0], "rotations": []}]
    assert client.call("DELETE", f"{path}/{rotation['id']}") == (200, {"result": "Deleted"})


def test_override_is_created_changed_and_deleted_by_alias(client):
    rotation = {"name": "r", "type": "daily", "startDate": START, "participants": [{"type": "user", "id": "ann"}]}
    schedule = client.create("/v2/schedules", {"name": "S", "rotations": [rotation]})
    path = f"/v2/schedules/{schedule['id']}/overrides"
    only = {key: client.get(f"/v2/schedules/{schedule['id']}")["rotations"][0][key] for key in ("id", "name")}
    body = {"user": {"type": "user", "username": "bob@example.com"}, "startDate": START, "endDate": END}
    made = client.create(
        "/v2/schedules/S/overrides?scheduleIdentifierType=name", {**body, "rotations": [{"name": "r"}]}
    )
    named = client.create(path, {**body, "alias": "mine"})
    expected = {"_parent": schedule, "user": of_type("user", "bob"), "startDate": START, "endDate": END}

    assert client.get(path) == [{**expected, **made, "rotations": [only]}, {**expected, "alias": "mine"}]
    assert client.call("POST", path, {**body, "alias": "mine"})[0] == 409
    assert client.call("PUT", f"{path}/mine", {**body, "Alias": "x", "user": {"id": "ann"}}) == (
        200,
        {"result": "Updated", "data": named},
    )
    assert client.get(f"{path}/mine") == {**expected, "alias": "mine", "user": of_type("user", "ann")}
    assert client.call("DELETE", f"{path}/mine") == (200, {"result": "Deleted"})
    # An override of one rotation is deleted with it, so as not to cover the whole schedule.
    client.call("DELETE", f"/v2/schedules/{schedule['id']}/rotations/{only['id']}")
    assert client.get(path) == []


def test_replacing_rotations_deletes_overrides_of_one_rotation(client):
    rotation = {"name": "r", "type": "daily", "startDate": START, "participants": [{"type": "user", "id": "ann"}]}
    schedule = client.create("/v2/schedules", {"name": "S", "rotations": [rotation]})
    path = f"/v2/schedules/{schedule['id']}"
    body = {"user": {"type": "user", "id": "bob"}, "startDate": START, "endDate": END}
    client.create(f"{path}/overrides", {**body, "alias": "of one", "rotations": [{"name": "r"}]})
    client.create(f"{path}/overrides", {**body, "alias": "of all"})

    assert client.call("PATCH", path, {"description": "d"})[0] == 200
    assert [override["alias"] for override in client.get(f"{path}/overrides")] == ["of one", "of all"]
    assert client.call("PATCH", path, {"name": "T", "rotations": [rotation]})[0] == 200
    assert [override["alias"] for override in client.get(f"{path}/overrides")] == ["of all"]


def test_escalation_returns_its_rules_and_no_empty_repeat(client):
    schedule = client.create("/v2/schedules", {"name": "S"})
    rules = [
        {
            "condition": "if-not-closed",
            "notifyType": "all",
            "delay": {"timeAmount": 5},
            "recipient": {"type": "schedule", "name": "S", "username": ""},
        },
        {"recipient": {"type": "user", "username": "bob@example.com"}},
    ]
    escalation = client.create("/v2/escalations", {"name": "E", "rules": rules, "repeat": {}})
    path = f"/v2/escalations/{escalation['id']}"
    first = {
        "condition": "if-not-closed",
        "notifyType": "all",
        "delay": {"timeAmount": 5, "timeUnit": "minutes"},
        "recipient": {"type": "schedule", "id": schedule["id"], "name": "S"},
    }
    second = {
        "condition": "if-not-acked",
        "notifyType": "default",
        "delay": {"timeAmount": 0, "timeUnit": "minutes"},
        "recipient": of_type("user", "bob"),
    }

    assert client.get("/v2/escalations/E?identifierType=name") == {**escalation, "rules": [first, second]}
    assert client.call("PATCH", f"{path}?identifierType=id", {"IdentifierType": "id", "rules": rules[:1]}) == (
        200,
        {"result": "Updated", "data": escalation},
    )
    assert client.get(path) == {**escalation, "rules": [first]}
    assert client.call("DELETE", f"/v2/schedules/{schedule['id']}") == (
        428,
        {"message": "Schedule cannot be modified. Please remove it from escalations: [E]"},
    )
    assert client.call("DELETE", path) == (200, {"result": "Deleted"})
    assert client.call("DELETE", f"/v2/schedules/{schedule['id']}")[0] == 200
