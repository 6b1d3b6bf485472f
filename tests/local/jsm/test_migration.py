"""The migration of an Opsgenie account to a site, and the sample site."""

import re

from local.jsm import Simulation, migrated, sample_site
from local.jsm.people import stable_id
from local.jsm.site import Site
from local.opsgenie import sample_account
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


def test_sample_site_is_the_sample_account_and_more():
    account, site = sample_account(), sample_site()
    people = [person["email"] for person in site["people"]]

    assert people[: len(account["users"])] == [user["username"] for user in account["users"]]
    assert len(people) == len(set(people)) == len(account["users"]) + 7
    for kind, key in (("schedules", "id"), ("escalations", "id"), ("forwardingRules", "id")):
        assert [item[key] for item in site[kind]] == [item["id"] for item in account[kind]]
    assert [team["teamId"] for team in site["teams"]][: len(account["teams"])] == [t["id"] for t in account["teams"]]
    assert [(t["displayName"], t["teamType"], t["state"]) for t in site["teams"][len(account["teams"]) :]] == [
        ("Field engineers", "EXTERNAL", "ACTIVE"),
        ("Guild", "MEMBER_INVITE", "ACTIVE"),
        ("Board", "ORG_ADMIN_MANAGED", "ACTIVE"),
        ("Old desk", "OPEN", "DELETED"),
        ("Winter desk", "OPEN", "ARCHIVED"),
    ]


def test_account_ids_are_of_both_forms():
    ids = [person["accountId"] for person in sample_site()["people"]]
    older = [one for one in ids if re.fullmatch("[0-9a-f]{24}", one)]
    newer = [one for one in ids if re.fullmatch("712020:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one)]

    assert len(older) + len(newer) == len(set(ids)) == 128
    assert len(older) == 11


def test_people_stand_where_they_stood():
    site = sample_site()
    hari, meera, tomas, ines, nora = (
        next(person["accountId"] for person in site["people"] if person["email"] == f"{name}@example.com")
        for name in ("hari", "meera", "tomas", "ines", "nora")
    )
    text = str({name: site[name] for name in ("schedules", "escalations", "forwardingRules", "policies", "teams")})
    rotations = [rotation for schedule in site["schedules"] for rotation in schedule["rotations"]]

    assert sum(hari in str(rotation["participants"]) for rotation in rotations) == 4
    assert sum(meera in str(rotation["participants"]) for rotation in rotations) == 1
    assert [e["name"] for e in site["escalations"] if tomas in str(e["rules"])] == ["Ledger close"]
    assert (ines in text, ines in str(site["integrations"])) == (False, True)
    assert nora not in text + str(site["integrations"])


def test_site_is_read_back_without_a_difference():
    site = sample_site()

    assert Site(site).data() == site
    assert Simulation().snapshot() == site


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
