"""What third-party clients were recorded to send, in their order and their odd forms, on the sample site."""

from typing import Any

import pytest

from local.jsm import Simulation, sample_site
from local.jsm.people import CLOUD_ID, ORGANIZATION_ID
from tests.local.jsm.site_client import DIRECTORY, NOW, ORGANIZATION, SiteClient, organization_client

START = "2026-12-01T08:00:00Z"


@pytest.fixture
def client() -> SiteClient:
    """The owner of a token on the sample site."""
    return SiteClient(Simulation(now=lambda: NOW))


def ok(answer: tuple[int, Any], status: int = 200) -> Any:
    """Give the body of an answer that has to be of a status."""
    assert answer[0] == status, answer
    return answer[1]


def test_terraform_provider_creates_changes_and_destroys(client):
    before = client.simulation.snapshot()
    (user, *_) = ok(client.ask("GET", "/rest/api/3/user/search?maxResults=1&query=nora@example.com"))
    account_id = user["accountId"]
    ok(client.ask("GET", f"/rest/api/3/user/?accountId={account_id}&expand=groups,applicationRoles"))
    new = {
        "description": "",
        "displayName": "Made by Terraform",
        "organizationId": ORGANIZATION_ID,
        "siteId": None,
        "teamId": "",
        "teamType": "OPEN",
        "userPermissions": None,
    }
    team = ok(client.teams("POST", "/", new), 201)["teamId"]
    (creator,) = ok(client.teams("POST", f"/{team}/members", {"first": 50}))["results"]
    added = ok(client.teams("POST", f"/{team}/members/add", {"members": [{"accountId": account_id}]}))
    enable = {"platformTeamId": team, "adminAccountIds": [account_id], "inviteUsernames": []}
    ok(client.operations("POST", f"/v1/teams/{team}/enable-ops", enable))
    removed = ok(client.teams("POST", f"/{team}/members/remove", {"members": [creator]}))
    schedule = {"id": "", "name": "T", "description": "", "timezone": "Europe/Paris", "enabled": True, "teamId": team}
    schedule = ok(client.operations("POST", "/v1/schedules", schedule), 201)
    path = f"/v1/schedules/{schedule['id']}"
    rotation = {
        "id": "",
        "name": "Days",
        "startDate": START,
        "endDate": "",
        "type": "weekly",
        "length": 1,
        "participants": [{"id": account_id, "type": "user"}, {"id": None, "type": "noone"}],
        "timeRestriction": None,
    }
    rotation = ok(client.operations("POST", f"{path}/rotations", rotation), 201)
    rule = {
        "condition": "if-not-acked",
        "notifyType": "default",
        "delay": 5,
        "recipient": {"id": account_id, "type": "user"},
    }
    escalation = {"id": "", "name": "T", "description": "", "rules": [rule], "enabled": True, "repeat": None}
    escalation = ok(client.operations("POST", f"/v1/teams/{team}/escalations", escalation), 201)
    routing = {"id": "", "name": "T", "order": 1, "notify": {"type": "escalation", "id": escalation["id"]}}
    routing = ok(client.operations("POST", f"/v1/teams/{team}/routing-rules", routing), 201)

    assert (added["errors"], removed["errors"]) == ([], [])
    assert ok(client.operations("GET", f"/v1/schedules?query={schedule['name']}"))["values"][0]["id"] == schedule["id"]
    assert ok(client.operations("GET", f"{path}/rotations/{rotation['id']}")) == rotation
    assert ok(client.operations("GET", f"/v1/teams/{team}/escalations/{escalation['id']}")) == escalation
    assert ok(client.operations("GET", f"/v1/teams/{team}/routing-rules/{routing['id']}")) == routing
    emptied = {**rotation, "participants": []}
    assert ok(client.operations("PATCH", f"{path}/rotations/{rotation['id']}", emptied)) == emptied
    # Destroyed in the other order; what Operations made for the team goes with it here by hand.
    ok(client.operations("DELETE", f"/v1/teams/{team}/routing-rules/{routing['id']}"), 204)
    for one in ok(client.operations("GET", f"/v1/teams/{team}/escalations"))["values"]:
        ok(client.operations("DELETE", f"/v1/teams/{team}/escalations/{one['id']}"), 204)
    ok(client.operations("DELETE", f"{path}/rotations/{rotation['id']}"), 204)
    for one in ok(client.operations("GET", "/v1/schedules?size=50"))["values"]:
        if one["teamId"] == team:
            ok(client.operations("DELETE", f"/v1/schedules/{one['id']}"), 204)
    ok(client.teams("DELETE", f"/{team}?siteId={CLOUD_ID}"), 204)
    assert client.teams("GET", f"/{team}?siteId={CLOUD_ID}")[0] == 410
    with client.simulation.edit() as site:
        site["teams"] = [one for one in site["teams"] if one["teamId"] != team]
    assert client.simulation.snapshot() == before


def test_terraform_provider_changes_what_there_is(client):
    schedule = ok(client.operations("GET", "/v1/schedules?size=50&expand=rotation"))["values"][0]
    team = f"/v1/teams/{schedule['teamId']}"
    paths = [
        f"/v1/schedules/{schedule['id']}",
        f"/v1/schedules/{schedule['id']}/rotations/{schedule['rotations'][0]['id']}",
    ]
    paths += [
        f"{team}/{kind}/{ok(client.operations('GET', f'{team}/{kind}'))['values'][0]['id']}"
        for kind in ("escalations", "routing-rules")
    ]
    shown = ok(client.teams("GET", f"/{schedule['teamId']}?siteId={CLOUD_ID}"))

    for path in paths:
        changed = {**ok(client.operations("GET", path)), "name": "Changed"}
        # The rotations of a schedule are a resource of their own.
        sent = {name: value for name, value in changed.items() if name != "rotations"}
        assert ok(client.operations("PATCH", path, sent)) == changed
    renamed = {**shown, "displayName": "Changed", "siteId": None, "userPermissions": None}
    assert ok(client.teams("PATCH", f"/{schedule['teamId']}", renamed)) == {**shown, "displayName": "Changed"}


def test_renkei_reads_who_is_on_call_and_stands_in(client):
    ok(client.ask("GET", "/_edge/tenant_info"))
    owner = ok(client.ask("GET", "/rest/api/3/myself"))["accountId"]
    participants = [{"type": "user", "id": owner}]
    rotation = {"name": "A", "type": "daily", "startDate": "2026-11-01T00:00:00Z", "participants": participants}
    team = ok(client.operations("GET", "/v1/teams"))["platformTeams"][0]["teamId"]
    body = {"name": "R", "timezone": "Etc/UTC", "teamId": team, "rotations": [rotation]}
    created = ok(client.operations("POST", "/v1/schedules", body), 201)
    path = f"/v1/schedules/{created['id']}"
    listed = ok(client.operations("GET", "/v1/schedules?size=20&expand=rotation"))["values"][-1]
    renamed = ok(client.operations("PATCH", f"{path}/rotations/{created['rotations'][0]['id']}", {"name": "B"}))
    times = {"startDate": START, "endDate": "2026-12-02T08:00:00Z"}
    override = ok(client.operations("POST", f"{path}/overrides", {"responder": participants[0], **times}), 201)

    assert listed == created
    assert renamed == {**created["rotations"][0], "name": "B"}
    assert ok(client.operations("GET", f"{path}/on-calls?flat=true")) == {"onCallUsers": [owner]}
    assert ok(client.operations("GET", f"{path}/overrides"))["values"] == [override]
    assert client.operations("DELETE", f"{path}/overrides/{override['alias']}") == (204, None)
    assert ok(client.operations("GET", f"/v1/teams/{team}/escalations"))["values"] != []


def test_ct_starts_up_and_asks_who_is_on_call(client):
    ok(client.ask("GET", "/_edge/tenant_info"))
    alerts = ok(client.operations("GET", "/v1/alerts?size=1"))
    schedules = ok(client.operations("GET", "/v1/schedules?size=1"))
    (schedule,) = schedules["values"]

    assert alerts["values"] == []
    assert schedules["links"] == {"next": "/v1/schedules?offset=1&size=1"}
    assert len(ok(client.operations("GET", f"/v1/schedules/{schedule['id']}/on-calls?flat=true"))["onCallUsers"]) == 2
    assert ok(client.operations("GET", f"/v1/teams/{schedule['teamId']}"))["teamName"] == "Platform"


def test_atlassian_python_api_finds_and_deactivates(client):
    organization = organization_client(client.simulation)
    found = ok(organization.ask("POST", f"{ORGANIZATION}/directories/-/users/search", {"emails": ["nora@example.com"]}))
    account_id = found["data"][0]["accountId"]
    ok(organization.ask("GET", f"{ORGANIZATION}/directories?accountId={account_id}"))
    ok(organization.ask("GET", f"{DIRECTORY}/users/{account_id}"))

    assert organization.ask("POST", f"/users/{account_id}/manage/lifecycle/disable", {"message": "x"}) == (204, None)
    assert organization.ask("POST", f"/users/{account_id}/manage/lifecycle/enable", {}) == (204, None)
    assert ok(client.ask("GET", "/rest/api/2/myself"))["active"] is True
    assert ok(client.ask("GET", "/rest/api/2/user/search?query=nora"))[0]["accountId"] == account_id
    assert client.simulation.snapshot() == sample_site()


def test_jira_js_finds_and_reads_people(client):
    found = ok(client.ask("GET", "/rest/api/3/user/search?query=hari%40example.com&maxResults=50"))
    (hari,) = [user for user in found if user["emailAddress"] == "hari@example.com"]
    encoded = hari["accountId"].replace(":", "%3A")

    assert ok(client.ask("GET", f"/rest/api/3/user?accountId={encoded}")) == hari
    assert ok(client.ask("GET", "/rest/api/3/myself"))["emailAddress"] == "offboarding@example.com"
    assert client.ask("GET", "/rest/api/3/user?accountId=nobody")[0] == 404
