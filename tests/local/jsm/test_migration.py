"""The migration of an Opsgenie account to a site, and the sample site."""

import pytest

from local.jsm import Simulation, migrated, sample_site
from local.jsm.people import stable_id
from tests.local.jsm.site_client import NOW, SiteClient
from tests.support.simulation_client import END, START, of_type, small_account

ANN, BOB, CID = (f"712020:{name}" for name in ("ann", "bob", "cid"))


def test_migrated_account_has_the_same_ids_and_people_have_account_ids():
    account = small_account()
    account["users"][1]["role"] = {"id": "Admin", "name": "Admin"}
    account["users"][2].update(role={"id": "Owner", "name": "Owner"}, blocked=True)
    account["escalations"][0]["rules"][0]["delay"] = {"timeAmount": 2, "timeUnit": "hours"}
    account["schedules"][0]["rotations"][0]["participants"].append({"type": "none"})
    site = migrated(account)
    ann = {"type": "user", "id": ANN}

    assert [(p["accountId"], p["email"], p["operationsRole"], p["membershipStatus"]) for p in site["people"]] == [
        (ANN, "ann@example.com", "agent", "active"),
        (BOB, "bob@example.com", "operations-admin", "active"),
        (CID, "cid@example.com", "product-admin", "suspended"),
    ]
    assert [(t["teamId"], t["members"], t["admins"]) for t in site["teams"]] == [("ops", [ANN], [ANN])]
    assert site["schedules"] == [
        {
            "id": "s1",
            "name": "Round / clock",
            "description": "",
            "timezone": "Etc/UTC",
            "enabled": True,
            "teamId": "",
            "rotations": [
                {
                    "id": "r1",
                    "name": "Days",
                    "startDate": START,
                    "type": "daily",
                    "length": 1,
                    "participants": [ann, {"type": "user", "id": BOB}, {"type": "noone", "id": None}],
                }
            ],
            "overrides": [
                {
                    "alias": stable_id("s1/o1"),
                    "responder": {"type": "user", "id": CID},
                    "startDate": START,
                    "endDate": END,
                    "rotationIds": None,
                }
            ],
        }
    ]
    assert site["escalations"] == [
        {
            "id": "e1",
            "name": "Ladder",
            "description": "",
            "enabled": True,
            "teamId": "",
            "rules": [{"condition": "if-not-acked", "notifyType": "default", "delay": 120, "recipient": ann}],
        }
    ]
    assert site["forwardingRules"] == [
        {"id": "f1", "fromUserId": CID, "toUserId": ANN, "startDate": START, "endDate": END}
    ]
    assert site["integrations"][0]["actions"][0]["fieldMappings"] == {"responders": [ann]}
    assert site["policies"][0]["responders"] == [ann]


@pytest.mark.parametrize(
    ("delay", "minutes"),
    [
        ({"timeAmount": 0}, 0),
        ({"timeAmount": 5, "timeUnit": "minutes"}, 5),
        ({"timeAmount": 2, "timeUnit": "hours"}, 120),
        ({"timeAmount": 1, "timeUnit": "days"}, 1440),
    ],
)
def test_delay_becomes_a_number_of_minutes(delay, minutes):
    account = small_account()
    account["escalations"][0]["rules"][0]["delay"] = delay

    assert migrated(account)["escalations"][0]["rules"][0]["delay"] == minutes


def test_owner_teams_and_other_references_stay():
    account = small_account()
    account["schedules"][0]["ownerTeam"] = {"id": "ops", "name": "ops"}
    account["schedules"][0]["rotations"][0]["participants"] = [of_type("team", "ops"), of_type("escalation", "e1")]
    account["schedules"][0]["overrides"][0]["rotations"] = [{"id": "r1", "name": "Days"}]
    account["teams"][0]["routingRules"] = [
        {"id": "d", "notify": of_type("schedule", "s1")},
        {"id": "n", "notify": {"type": "none"}},
    ]
    site = migrated(account)
    (schedule,) = site["schedules"]

    assert schedule["teamId"] == "ops"
    assert schedule["rotations"][0]["participants"] == [
        {"type": "team", "id": "ops"},
        {"type": "escalation", "id": "e1"},
    ]
    assert schedule["overrides"][0]["rotationIds"] == ["r1"]
    assert [rule["notify"] for rule in site["teams"][0]["routingRules"]] == [
        {"type": "schedule", "id": "s1"},
        {"type": "none"},
    ]


def test_what_is_written_back_as_it_was_read_changes_nothing():
    client = SiteClient(Simulation(now=lambda: NOW))
    for schedule in every(client, "/v1/schedules?size=2&expand=rotation"):
        path = f"/v1/schedules/{schedule['id']}"
        body = {name: value for name, value in schedule.items() if name not in ("id", "rotations")}
        assert client.operations("PATCH", path, body) == (200, schedule)
        for rotation in schedule["rotations"]:
            assert client.operations("PATCH", f"{path}/rotations/{rotation['id']}", rotation) == (200, rotation)
        for override in every(client, f"{path}/overrides"):
            assert client.operations("PUT", f"{path}/overrides/{override['alias']}", override) == (200, override)
    for team in client.get("/v1/teams")["platformTeams"]:
        path = f"/v1/teams/{team['teamId']}"
        for kind in ("escalations", "routing-rules"):
            for item in every(client, f"{path}/{kind}"):
                assert client.operations("PATCH", f"{path}/{kind}/{item['id']}", item) == (200, item)
    for rule in every(client, "/v1/forwarding-rules?showAll=true&size=1"):
        assert client.operations("PUT", f"/v1/forwarding-rules/{rule['id']}", rule) == (200, rule)

    assert client.simulation.snapshot() == sample_site()


def every(client, path):
    """Read all pages."""
    found = []
    while path:
        answer = client.get(path)
        found += answer["values"]
        path = answer["links"].get("next")
    return found
