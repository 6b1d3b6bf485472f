"""Policies, integrations, syncs and the caller's own pages of the simulated site."""

import pytest

from local.jsm import Quirks
from tests.local.jsm.site_client import blind, refusal, site_client, unprocessable
from tests.local.jsm.small_site import HARI, OWNER, small_site, user

WINDOW = "startTime=2026-11-25T09:15:00Z&endTime=2026-11-25T09:15:01Z"
POLICY = {"id": "p-1", "type": "alert", "name": "Noise", "enabled": True, "order": 0}
QUIET = {"id": "p-2", "type": "notification", "name": "Quiet", "enabled": True, "order": 1}
INTEGRATION = {"id": "i-1", "name": "API", "type": "API", "enabled": True, "teamId": "t-1"}
ACTION = {"id": "a-1", "type": "create", "name": "Create", "enabled": True}
WITH_RESPONDERS = {**ACTION, "fieldMappings": {"responders": [user(HARI)]}}


def client_of(quirks=None):
    """Make a client of a site with one of each."""
    site = small_site()
    site["policies"] = [
        {**POLICY, "teamId": "", "responders": [user(HARI)]},
        {**QUIET, "teamId": "", "responders": []},
        {**POLICY, "id": "p-3", "teamId": "t-1", "responders": [user(HARI)]},
    ]
    holder = {"responders": [], "actions": [WITH_RESPONDERS]}
    site["integrations"] = [{**INTEGRATION, **holder}]
    site["syncs"] = [{**INTEGRATION, "id": "y-1", **holder}]
    return site_client(quirks, site)


def test_policies_show_responders_only_one_by_one():
    client = client_of()

    assert client.operations("GET", "/v1/alerts/policies") == (200, {"values": [POLICY, QUIET], "links": {}})
    assert client.get("/v1/alerts/policies?type=alert")["values"] == [POLICY]
    assert client.get("/v1/alerts/policies/p-1") == {**POLICY, "teamId": "", "responders": [user(HARI)]}
    assert client.get("/v1/teams/t-1/policies?type=alert")["values"] == [{**POLICY, "id": "p-3"}]
    assert client.get("/v1/teams/t-1/policies/p-3")["responders"] == [user(HARI)]
    assert client.operations("GET", "/v1/alerts/policies/p-3") == (404, refusal("No policy exists with id [p-3]"))


@pytest.mark.parametrize(
    ("path", "feature"),
    [
        ("/v1/alerts/policies", "alert policies"),
        ("/v1/alerts/policies/p-1", "alert policies"),
        ("/v1/teams/t-1/policies?type=alert", "alert policies"),
        ("/v1/teams/t-1/roles", "team roles"),
    ],
)
def test_policies_and_roles_are_refused_as_the_quirk_says(path, feature):
    assert client_of().operations("GET", path)[0] == 200
    assert client_of(Quirks(policies_plan="403")).operations("GET", path) == (
        403,
        refusal(f"The feature [{feature}] is not available in your plan."),
    )


@pytest.mark.parametrize(("kind", "holder"), [("integrations", "i-1"), ("syncs", "y-1")])
def test_actions_show_responders_only_one_by_one(kind, holder):
    client = client_of()
    shown = {**INTEGRATION, "id": holder}

    assert client.operations("GET", f"/v1/{kind}") == (200, {"values": [shown], "links": {}})
    assert client.get(f"/v1/{kind}/{holder}") == shown
    assert client.get(f"/v1/{kind}/{holder}/actions") == {"values": [ACTION], "links": {}}
    assert client.get(f"/v1/{kind}/{holder}/actions/a-1") == WITH_RESPONDERS
    assert client.operations("GET", f"/v1/{kind}/{holder}/actions/a-9")[0] == 404


@pytest.mark.parametrize("path", ["/v1/alerts/policies", "/v1/integrations", "/v1/syncs"])
def test_plain_agent_is_refused(path):
    assert blind(client_of()).operations("GET", path) == (
        403,
        refusal(f"You are not allowed to see {path.rpartition('/')[2]}."),
    )


def logs(quirk, role):
    """Ask for logs in a role."""
    client = site_client(Quirks(logs_need=quirk))
    with client.simulation.edit() as site:
        site["people"][3]["operationsRole"] = role
    return client.operations("GET", f"/v1/logs?{WINDOW}&limit=1000")


@pytest.mark.parametrize(
    ("quirk", "role", "status"),
    [
        ("product admin", "product-admin", 200),
        ("product admin", "operations-admin", 401),
        ("product admin", "agent", 401),
        ("any admin", "operations-admin", 200),
        ("any admin", "agent", 401),
        ("plan", "product-admin", 403),
    ],
)
def test_logs_need_what_the_quirk_says(quirk, role, status):
    answers = {
        200: {"values": [], "links": {}},
        401: {"code": 401, "message": "Unauthorized"},
        403: refusal("The feature [audit logs] is not available in your plan."),
    }

    assert logs(quirk, role) == (status, answers[status])


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("limit=1000", {"startTime": "may not be empty", "endTime": "may not be empty"}),
        (
            "startTime=soon&endTime=soon",
            dict.fromkeys(("startTime", "endTime"), "must be a date like 2026-11-25T09:00:00Z"),
        ),
        (f"{WINDOW}&limit=999", {"limit": "must be a number, at least 1000"}),
        (f"{WINDOW}&limit=5001", {"limit": "must be from 1000 to 5000"}),
    ],
)
def test_logs_need_both_times_and_a_limit(query, refused):
    assert site_client().operations("GET", f"/v1/logs?{query}") == unprocessable(**refused)


@pytest.mark.parametrize("limit", [1000, 5000])
def test_logs_are_limited_to_1000_at_least_and_5000_at_most(limit):
    assert site_client().operations("GET", f"/v1/logs?{WINDOW}&limit={limit}") == (200, {"values": [], "links": {}})


def test_alerts_are_listed_and_read():
    site = small_site()
    alert = {"id": "x-1", "message": "Disk full", "status": "open"}
    site["alerts"] = [alert]
    client = site_client(site=site)

    assert client.operations("GET", "/v1/alerts?size=1") == (200, {"values": [alert], "links": {}, "count": 1})
    assert client.operations("GET", "/v1/alerts/x-1") == (200, alert)
    assert client.operations("GET", "/v1/alerts/x-9") == (404, refusal("No alert exists with id [x-9]"))


def test_contacts_and_notification_rules_are_the_caller_s_own():
    client = site_client()
    contact = {"id": f"{OWNER}-email", "method": "email", "to": "offboarding@example.com", "enabled": True}

    assert client.operations("GET", "/v1/users/contacts") == (200, {"values": [contact], "links": {}})
    assert client.operations("GET", "/v1/notification-rules") == (200, {"values": [], "links": {}})
