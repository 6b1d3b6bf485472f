"""Teams of Operations on the simulated site, and switching Operations on."""

import pytest

from local.jsm import Quirks
from tests.local.jsm.site_client import SiteClient, blind, refusal, site_client, unprocessable
from tests.local.jsm.small_site import HARI, KOFI, NOBODY, ROUTING, RULE, SELIN


def test_list_has_the_key_platform_teams_and_no_pages():
    assert site_client().operations("GET", "/v1/teams") == (
        200,
        {"platformTeams": [{"teamId": "t-1", "teamName": "Platform"}, {"teamId": "t-2", "teamName": "Data"}]},
    )


def test_plain_agent_sees_their_own_teams_only():
    client = site_client()
    with client.simulation.edit() as site:
        site["teams"][1]["members"].append(SELIN)

    assert blind(client).get("/v1/teams") == {"platformTeams": [{"teamId": "t-2", "teamName": "Data"}]}


def test_teams_without_operations_and_deleted_ones_are_left_out():
    client = site_client()
    with client.simulation.edit() as site:
        site["teams"][0]["operations"] = False
        site["teams"][1]["state"] = "DELETED"

    assert client.get("/v1/teams") == {"platformTeams": []}


def test_one_team_is_answered_although_no_document_has_it():
    assert site_client().operations("GET", "/v1/teams/t-1") == (200, {"teamId": "t-1", "teamName": "Platform"})
    assert site_client().operations("GET", "/v1/teams/t-9") == (404, refusal("No team exists with id [t-9]"))


def test_roles_are_a_bare_array_that_does_not_tell_who_has_them():
    assert site_client().operations("GET", "/v1/teams/t-1/roles") == (
        200,
        [{"id": "t-1-admin", "name": "admin", "rights": []}, {"id": "t-1-user", "name": "user", "rights": []}],
    )


def enable(client, team, admins=(HARI,)):
    """Switch Operations on, as the vendor's Terraform provider does."""
    body = {"platformTeamId": team, "adminAccountIds": list(admins), "inviteUsernames": []}
    return client.operations("POST", f"/v1/teams/{team}/enable-ops", body)


def test_enable_ops_makes_a_schedule_an_escalation_and_a_routing_rule():
    client = site_client()
    team = client.teams("POST", "/", {"displayName": "New", "teamType": "OPEN"})[1]["teamId"]
    before = client.operations("GET", f"/v1/teams/{team}/escalations")
    answer = enable(client, team)
    schedule = client.get("/v1/schedules")["values"][-1]
    (escalation,) = client.get(f"/v1/teams/{team}/escalations")["values"]
    (rule,) = client.get(f"/v1/teams/{team}/routing-rules")["values"]

    assert before == (404, refusal(f"No team exists with id [{team}]"))
    assert answer == (200, {"platformTeamId": team, "adminAccountIds": [HARI]})
    assert schedule == {
        "id": schedule["id"],
        "name": "New_schedule",
        "description": "",
        "timezone": "Etc/UTC",
        "enabled": True,
        "teamId": team,
    }
    to_schedule = {**RULE, "delay": 1, "recipient": {"type": "schedule", "id": schedule["id"]}}
    assert escalation == {
        "id": escalation["id"],
        "name": "New_escalation",
        "description": "",
        "enabled": True,
        "rules": [to_schedule],
    }
    assert rule == {**ROUTING, "id": rule["id"], "notify": {"type": "escalation", "id": escalation["id"]}}


def test_enable_ops_on_a_team_that_has_them_adds_admins_only():
    client = site_client()
    before = client.simulation.snapshot()

    assert enable(client, "t-2", [KOFI])[0] == 200
    before["teams"][1]["admins"] = [KOFI]
    assert client.simulation.snapshot() == before


@pytest.mark.parametrize(
    ("admins", "refused"),
    [
        ([], {"adminAccountIds": "may not be empty"}),
        ([NOBODY], {"adminAccountIds": f"No user exists with id [{NOBODY}]"}),
    ],
)
def test_enable_ops_needs_an_admin(admins, refused):
    assert enable(site_client(), "t-2", admins) == unprocessable(**refused)


def test_enable_ops_asks_for_the_scope_to_read_only_and_for_an_admin():
    client = site_client()

    assert enable(SiteClient(client.simulation, "read-token"), "t-2", [KOFI])[0] == 200
    assert enable(blind(client), "t-2", [KOFI]) == (403, refusal("You are not allowed to enable Operations."))


def test_team_just_made_is_unknown_to_operations_for_a_while():
    client = site_client(Quirks(new_team_lag=2))
    team = client.teams("POST", "/", {"displayName": "New"})[1]["teamId"]

    assert [enable(client, team)[0] for _ in range(3)] == [404, 404, 200]
    assert client.simulation.snapshot()["teams"][-1]["operations"] is True
