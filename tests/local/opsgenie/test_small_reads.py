"""What the simulated Opsgenie shows of things that keep nobody on call."""

import pytest

from local.opsgenie import Simulation
from tests.support.simulation_client import Client, client_of, small_account, user

CONTACTS = [
    {"id": "c1", "to": "ann@example.com", "contactMethod": "email", "enabled": True},
    {"id": "c2", "to": "1-5550001111", "contactMethod": "sms", "enabled": False},
]


@pytest.fixture
def client():
    ann = {**user("ann"), "userContacts": CONTACTS}
    search = {"id": "q1", "name": "Mine", "description": "", "query": "status: open"}
    return Client(Simulation({"users": [ann, {**user("bob"), "savedSearches": [search]}]}))


def test_a_user_has_notification_rules_for_their_contacts(client):
    rules = client.get("/v2/users/ann@example.com/notification-rules")
    first = f"/v2/users/ann/notification-rules/{rules[0]['id']}"
    steps = client.get(f"{first}/steps")

    assert [{**rule, "id": ""} for rule in rules] == [
        {"id": "", "name": "New Alert", "actionType": "create-alert", "order": 0, "enabled": True},
        {"id": "", "name": "Schedule Start", "actionType": "schedule-start", "order": 0, "enabled": True},
    ]
    assert [{**step, "id": ""} for step in steps] == [
        {
            "_parent": {"id": rules[0]["id"], "name": "New Alert"},
            "id": "",
            "sendAfter": {"timeAmount": minutes, "timeUnit": "minutes"},
            "contact": {"method": method, "to": to},
            "enabled": enabled,
        }
        for minutes, method, to, enabled in [(0, "email", "ann@example.com", True), (5, "sms", "1-5550001111", False)]
    ]
    bare = [{key: value for key, value in step.items() if key != "_parent"} for step in steps]
    assert client.get(first) == {**rules[0], "criteria": {"type": "match-all"}, "steps": bare}
    assert client.get(f"{first}/steps/{steps[1]['id']}") == steps[1]
    assert client.get(f"/v2/users/ann/notification-rules/{rules[1]['id']}")["notificationTime"] == ["just-before"]
    assert client.get("/v2/users/ann/notification-rules") == rules


def test_a_user_who_has_notification_rules_of_their_own_has_those():
    own = {"id": "n1", "name": "Night", "actionType": "create-alert", "order": 0, "enabled": False, "steps": []}
    client = Client(Simulation({"users": [{**user("ann"), "notificationRules": [own]}]}))

    assert client.get("/v2/users/ann/notification-rules/n1") == own
    assert "notificationRules" not in client.get("/v2/users/ann")
    assert "notificationRules" not in client.get("/v2/users")[0]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("zoe/notification-rules", "No user exists with identifier [zoe]"),
        ("ann/notification-rules/x", "No notification rule exists with id [x]"),
        ("ann/notification-rules/x/steps", "No notification rule exists with id [x]"),
        ("bob/saved-searches/x", "No saved search exists with id [x]"),
    ],
)
def test_what_is_not_there_is_a_404(client, path, message):
    assert client.call("GET", f"/v2/users/{path}") == (404, {"message": message})


def test_saved_searches_are_listed_by_user_and_all_together(client):
    whole = {"id": "q1", "name": "Mine", "description": "", "query": "status: open", "ownerId": "bob"}

    assert client.get("/v2/users/bob/saved-searches") == [{"id": "q1", "name": "Mine"}]
    assert client.get("/v2/users/saved-searches") == [{"id": "q1", "name": "Mine"}]
    assert client.get("/v2/users/bob/saved-searches/q1") == whole
    assert client.get("/v2/users/saved-searches/Mine?identifierType=name") == whole
    assert client.get("/v2/users/ann/saved-searches") == []
    assert "savedSearches" not in client.get("/v2/users/bob")


def test_heartbeats_and_services_belong_to_teams():
    client = Client(Simulation())
    teams = {team["name"]: team["id"] for team in client.get("/v2/teams")}
    heartbeat = {
        "name": "Nightly backup",
        "description": "The backup of the clusters reports when it is done.",
        "interval": 1,
        "intervalUnit": "days",
        "enabled": True,
        "expired": False,
        "ownerTeam": {"id": teams["Platform"], "name": "Platform"},
        "alertMessage": "Nightly backup is expired",
        "alertTags": [],
        "alertPriority": "P3",
    }
    (service,) = client.get("/v1/services")

    assert client.get("/v2/heartbeats") == {"heartbeats": [heartbeat]}
    assert client.get("/v2/heartbeats/Nightly%20backup") == heartbeat
    assert client.call("GET", "/v2/heartbeats/x") == (404, {"message": "No heartbeat exists with name [x]"})
    assert {**service, "id": ""} == {
        "id": "",
        "name": "Checkout",
        "description": "Where customers pay.",
        "teamId": teams["Payments"],
        "visibility": "TEAM_MEMBERS",
        "tags": [],
    }
    assert client.get(f"/v1/services/{service['id']}") == service
    assert client.call("GET", "/v1/services?limit=1")[1]["paging"] == {
        "first": "http://localhost/v1/services?limit=1&offset=0",
        "last": "http://localhost/v1/services?limit=1&offset=0",
    }
    assert client.get("/v1/services?offset=1") == []


def test_a_heartbeat_follows_its_team():
    client = Client(Simulation())
    client.call("PATCH", "/v2/teams/Platform?identifierType=name", {"name": "Ground"})

    assert client.get("/v2/heartbeats/Nightly%20backup")["ownerTeam"]["name"] == "Ground"


def test_an_account_without_heartbeats_and_services_has_empty_lists():
    client, simulation = client_of()

    assert client.get("/v2/heartbeats") == {"heartbeats": []}
    assert client.get("/v1/services") == []
    assert simulation.snapshot() == small_account()
