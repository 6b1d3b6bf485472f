"""Create, read, list, update and delete in the simulated Opsgenie, with the bodies that real clients send."""

import pytest

from local.opsgenie import Simulation
from tests.support.simulation_client import END, START, Client, user


@pytest.fixture
def client():
    return Client(Simulation({"users": [user("ann"), user("bob")]}))


def test_user_lives_from_post_to_delete(client):
    body = {
        "username": "Zed@Example.com",
        "fullName": "Zed",
        "role": {"name": "Admin"},
        "userAddress": {},
        "tags": ["t"],
    }
    created = client.create("/v2/users", body)
    path = f"/v2/users/{created['id']}"
    shown = client.get(path)

    assert created == {"id": shown["id"], "name": "zed@example.com"}
    assert {k: v for k, v in shown.items() if k not in ("id", "createdAt")} == {
        "username": "zed@example.com",
        "fullName": "Zed",
        "role": {"id": "Admin", "name": "Admin"},
        "blocked": False,
        "verified": False,
        "locale": "en_US",
        "timeZone": "Etc/UTC",
        "tags": ["t"],
    }
    assert client.call("PATCH", path, {"Identifier": "x", "fullName": "Zed Two"}) == (200, {"result": "Updated"})
    assert client.get(path) == {**shown, "fullName": "Zed Two"}
    assert client.call("DELETE", path) == (200, {"result": "Deleted"})
    assert client.call("GET", path)[0] == 404


def test_new_username_reaches_every_reference(client):
    client.create("/v2/teams", {"name": "t", "members": [{"user": {"id": "ann"}}]})
    rule = {"delay": {"timeAmount": 1}, "recipient": {"type": "user", "id": "ann"}}
    client.create("/v2/escalations", {"name": "e", "rules": [rule]})
    client.call("PATCH", "/v2/users/ann", {"username": "Anna@example.com"})

    assert client.get("/v2/teams/t?identifierType=name")["members"][0]["user"]["username"] == "anna@example.com"
    assert client.get("/v2/escalations")[0]["rules"][0]["recipient"]["username"] == "anna@example.com"
    assert client.get("/v2/users/anna@example.com")["id"] == "ann"
    assert client.call("GET", "/v2/users/ann@example.com")[0] == 404


def test_team_gains_and_loses_members(client):
    team = client.create("/v2/teams", {"name": "Ops", "description": "d"})
    by_id, by_name = f"/v2/teams/{team['id']}", "/v2/teams/Ops/members"

    assert client.get(by_id) == {**team, "description": "d"}
    assert client.call("POST", f"{by_name}?teamIdentifierType=name", {"user": {"username": "bob@example.com"}}) == (
        201,
        {"result": "Added", "data": team},
    )
    client.call("POST", f"{by_id}/members", {"user": {"id": "ann"}, "role": "admin"})
    client.call("PATCH", by_id, {"id": team["id"], "name": "Ops"})
    assert client.get(by_id)["members"] == [
        {"user": {"id": "bob", "username": "bob@example.com"}, "role": "user"},
        {"user": {"id": "ann", "username": "ann@example.com"}, "role": "admin"},
    ]
    assert client.call("DELETE", f"{by_name}/Bob%40example.com?teamIdentifierType=name") == (
        200,
        {"result": "Removed", "data": team},
    )
    assert client.get("/v2/users/bob/teams") == []
    assert client.call("DELETE", f"{by_id}/members/ann")[0] == 200
    assert "members" not in client.get(by_id)
    assert client.call("DELETE", "/v2/teams/Ops?identifierType=name") == (200, {"result": "Deleted"})


def test_forwarding_rule_is_found_by_id_and_by_alias(client):
    body = {"fromUser": {"id": "ann"}, "toUser": {"username": "bob@example.com"}, "startDate": START, "endDate": END}
    rule = client.create("/v2/forwarding-rules", {**body, "alias": "holidays"})
    nameless = client.create("/v2/forwarding-rules", body)
    ann, bob = ({"id": name, "username": f"{name}@example.com"} for name in ("ann", "bob"))
    expected = {**rule, "fromUser": ann, "toUser": bob, "startDate": START, "endDate": END}

    assert set(nameless) == {"id"}
    assert client.get("/v2/forwarding-rules/holidays?identifierType=alias") == expected
    turned = {**body, "fromUser": {"id": "bob"}, "toUser": {"id": "ann"}, "IdentifierValue": "holidays"}
    assert client.call("PUT", f"/v2/forwarding-rules/{rule['id']}", turned) == (
        200,
        {"result": "Updated", "data": rule},
    )
    assert client.get("/v2/users/ann/forwarding-rules")[0] == {**expected, "fromUser": bob, "toUser": ann}
    assert client.call("DELETE", f"/v2/forwarding-rules/{rule['id']}?identifierType=id") == (200, {"result": "Deleted"})
    assert [entry["id"] for entry in client.get("/v2/forwarding-rules")] == [nameless["id"]]


def test_routing_rule_keeps_its_escalation_from_being_deleted(client):
    team = client.create("/v2/teams", {"name": "Ops"})
    client.create("/v2/escalations", {"name": "E", "rules": [{"recipient": {"type": "team", "name": "Ops"}}]})
    path = f"/v2/teams/{team['id']}/routing-rules"
    rule = client.create(path, {"name": "R", "notify": {"type": "escalation", "name": "E"}})

    assert [(entry["name"], entry["isDefault"]) for entry in client.get(path)] == [
        ("Default Routing Rule", True),
        ("R", False),
    ]
    assert client.call("DELETE", "/v2/escalations/E?identifierType=name")[1]["message"] == (
        "Escalation cannot be modified. Please remove it from routing rules: [Ops : R]"
    )
    assert client.call("DELETE", f"/v2/teams/{team['id']}")[1]["message"] == (
        "Team cannot be modified. Please remove it from escalations: [E]"
    )
    assert client.call("PATCH", f"{path}/{rule['id']}", {"notify": {"type": "none"}})[0] == 200
    assert client.call("DELETE", "/v2/escalations/E?identifierType=name")[0] == 200
    assert client.call("DELETE", f"{path}/{rule['id']}")[0] == 200


def test_routing_rule_notifies_a_schedule_or_an_escalation_or_nobody(client):
    team = client.create("/v2/teams", {"name": "Ops"})
    schedule = client.create("/v2/schedules", {"name": "S"})
    escalation = client.create(
        "/v2/escalations", {"name": "E", "rules": [{"recipient": {"type": "user", "id": "ann"}}]}
    )
    named = "/v2/teams/Ops/routing-rules{}?teamIdentifierType=name"
    rule = client.create(named.format(""), {"name": "R", "notify": {"type": "schedule", "name": "S"}})
    path = f"/v2/teams/{team['id']}/routing-rules/{rule['id']}"
    whole = {**rule, "isDefault": False, "order": 0, "criteria": {"type": "match-all"}}

    assert client.get(path) == {
        "_parent": team,
        **whole,
        "notify": {"type": "schedule", "id": schedule["id"], "name": "S"},
    }
    assert client.call("DELETE", f"/v2/schedules/{schedule['id']}") == (
        428,
        {"message": "Schedule cannot be modified. Please remove it from routing rules: [Ops : R]"},
    )
    for given, kept in [
        ({"type": "escalation", "id": escalation["id"]}, {"type": "escalation", **escalation}),
        ({"type": "none"}, {"type": "none"}),
    ]:
        assert client.call("PATCH", named.format(f"/{rule['id']}"), {"notify": given}) == (
            200,
            {"result": "Updated", "data": rule},
        )
        assert client.get(named.format(""))[1] == {**whole, "notify": kept}
    assert client.call("PATCH", path, {"notify": {"type": "user", "id": "ann"}})[0] == 422
    assert client.call("DELETE", path) == (200, {"result": "Deleted"})
    assert client.call("GET", path)[0] == 404


def test_routing_rules_change_their_order(client):
    team = client.create("/v2/teams", {"name": "Ops"})
    path = f"/v2/teams/{team['id']}/routing-rules"
    rules = [client.create(path, {"name": name, "notify": {"type": "none"}}) for name in ("A", "B")]

    assert client.call("POST", f"{path}/{rules[1]['id']}/change-order", {"order": 0}) == (
        200,
        {"result": "Updated", "data": rules[1]},
    )
    assert [(rule["name"], rule["order"]) for rule in client.get(path)] == [
        ("B", 0),
        ("Default Routing Rule", 1),
        ("A", 2),
    ]
    for wrong in ({"order": 3}, {"order": -1}, {}):
        assert client.call("POST", f"{path}/{rules[1]['id']}/change-order", wrong)[1]["errors"] == {
            "order": "must be a number from 0 to 2"
        }


def test_owner_team_goes_without_asking(client):
    team = client.create("/v2/teams", {"name": "Ops"})
    schedule = client.create("/v2/schedules", {"name": "S", "ownerTeam": {"id": team["id"]}})

    assert client.get(f"/v2/schedules/{schedule['id']}")["ownerTeam"] == team
    assert client.call("DELETE", f"/v2/teams/{team['id']}")[0] == 200
    assert "ownerTeam" not in client.get(f"/v2/schedules/{schedule['id']}")


def test_integration_shows_its_actions_apart():
    client = Client(Simulation())
    listed = client.get("/v2/integrations?teamName=Payments")
    path = f"/v2/integrations/{listed[0]['id']}"

    assert [entry["name"] for entry in listed] == ["Payments API"]
    assert client.get(path) == {**listed[0], "responders": client.get(path)["responders"]}
    assert [entry["username"] for entry in client.get(f"{path}/actions")["create"][0]["recipients"]] == [
        "ines@example.com"
    ]
    assert client.call("PUT", path, {"enabled": False})[0] == 200
    assert client.get(path)["enabled"] is False
    assert client.call("DELETE", path)[0] == 200
    assert client.call("DELETE", "/v2/users/ines@example.com")[0] == 200


def test_contact_can_be_switched_off(client):
    body = {"method": "sms", "to": "1-5550001111"}
    contact = client.create("/v2/users/ann/contacts", body)

    assert client.get("/v2/users/ann/contacts") == [{**contact, **body, "status": {"enabled": True}}]
    assert client.call("PATCH", f"/v2/users/ann/contacts/{contact['id']}", {"enabled": False})[0] == 200
    assert client.get("/v2/users/ann?expand=contact")["userContacts"] == [
        {**contact, "contactMethod": "sms", "to": "1-5550001111", "enabled": False}
    ]
    assert client.call("DELETE", f"/v2/users/ann/contacts/{contact['id']}")[0] == 200


def test_small_reads():
    client = Client(Simulation())

    assert client.get("/v2/account") == {
        "name": "Example",
        "userCount": 121,
        "plan": {"maxUserCount": 1500, "name": "Enterprise", "isYearly": True},
    }
    assert [policy["name"] for policy in client.get("/v2/policies/alert")] == ["Night noise"]
    assert client.get("/v2/policies/notification") == []
