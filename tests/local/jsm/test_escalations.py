"""Escalations and routing rules of the simulated site."""

import pytest

from local.jsm import Quirks
from tests.local.jsm.site_client import blind, refusal, site_client, unprocessable
from tests.local.jsm.small_site import ESCALATION, MEERA, NOBODY, ROUTING, RULE, small_site, user

PATH = "/v1/teams/t-1/escalations"
ONE = f"{PATH}/e-1"
RULES = "/v1/teams/t-1/routing-rules"


def test_list_and_read_answer_whole_escalations():
    client = site_client()

    assert client.operations("GET", f"{PATH}?size=100") == (200, {"values": [ESCALATION], "links": {}})
    assert client.operations("GET", ONE) == (200, ESCALATION)


def test_pages_are_of_20_and_at_most_100():
    site = small_site()
    site["escalations"] += [{**site["escalations"][0], "id": f"e-x{n}", "name": f"E{n}"} for n in range(120)]
    client = site_client(site=site)

    assert client.get(PATH)["links"] == {"next": f"{PATH}?offset=20&size=20"}
    assert len(client.get(f"{PATH}?size=100")["values"]) == 100
    assert client.operations("GET", f"{PATH}?size=101") == unprocessable(size="must be at most 100")


def test_escalation_is_reached_by_its_own_team_only():
    client = site_client()

    assert client.get("/v1/teams/t-2/escalations") == {"values": [], "links": {}}
    assert client.operations("GET", "/v1/teams/t-2/escalations/e-1") == (
        404,
        refusal("No escalation exists with id [e-1]"),
    )
    assert client.operations("GET", "/v1/teams/t-9/escalations") == (404, refusal("No team exists with id [t-9]"))


def test_escalation_without_team_is_in_no_list():
    site = small_site()
    site["escalations"][0]["teamId"] = ""

    assert site_client(site=site).get(PATH)["values"] == []


def test_patch_of_rules_replaces_them():
    client = site_client()
    changed = {**ESCALATION, "rules": [{**RULE, "recipient": user(MEERA)}, {**RULE, "delay": 0}]}

    assert client.operations("PATCH", ONE, changed) == (200, changed)
    assert client.get(ONE) == changed


def test_patch_of_the_name_alone_keeps_the_rules():
    assert site_client().operations("PATCH", ONE, {"name": "Ladder"}) == (200, {**ESCALATION, "name": "Ladder"})


@pytest.mark.parametrize(("keeps", "enabled", "repeat"), [(True, False, True), (False, True, False)])
def test_patch_keeps_enabled_and_repeat_as_the_quirk_says(keeps, enabled, repeat):
    site = small_site()
    site["escalations"][0]["enabled"] = False
    changed = site_client(Quirks(partial_patch_keeps=keeps), site).operations("PATCH", ONE, {"rules": [RULE]})[1]

    assert (changed["enabled"], "repeat" in changed) == (enabled, repeat)


def test_empty_rules_are_refused_or_taken():
    emptied = {**ESCALATION, "rules": []}

    assert site_client().operations("PATCH", ONE, emptied) == unprocessable(rules="may not be empty")
    assert site_client(Quirks(accepts_empty_rules=True)).operations("PATCH", ONE, emptied) == (200, emptied)


def test_delay_of_zero_is_taken_or_refused():
    at_once = {**ESCALATION, "rules": [{**RULE, "delay": 0}]}
    refused = site_client(Quirks(refuses_delay_zero=True)).operations("PATCH", ONE, at_once)

    assert site_client().operations("PATCH", ONE, at_once) == (200, at_once)
    assert refused == unprocessable(**{"rules.delay": "must be a number of minutes, at least 1"})


@pytest.mark.parametrize(
    ("rule", "refused"),
    [
        (
            {"recipient": user(MEERA), "delay": 5},
            {"rules.condition": "may not be empty", "rules.notifyType": "may not be empty"},
        ),
        (
            {**RULE, "delay": {"timeAmount": 5, "timeUnit": "minutes"}},
            {"rules.delay": "must be a number of minutes, at least 0"},
        ),
        ({**RULE, "condition": "always"}, {"rules.condition": "must be one of ['if-not-acked', 'if-not-closed']"}),
        (
            {**RULE, "notifyType": "everybody"},
            {"rules.notifyType": "must be one of ['default', 'next', 'previous', 'users', 'admins', 'random', 'all']"},
        ),
        ({**RULE, "recipient": user(NOBODY)}, {"rules.recipient": f"No user exists with id [{NOBODY}]"}),
        (
            {**RULE, "recipient": {"type": "escalation", "id": "e-1"}},
            {"rules.recipient": "must be an object whose type is one of ['schedule', 'team', 'user']"},
        ),
    ],
)
def test_rule_that_cannot_be_is_refused(rule, refused):
    assert site_client().operations("PATCH", ONE, {"rules": [rule]}) == unprocessable(**refused)


def test_create_and_delete():
    client = site_client()
    body = {
        "id": "",
        "name": "Late",
        "rules": [{**RULE, "recipient": {"type": "schedule", "id": "s-1"}}],
        "repeat": None,
    }
    status, created = client.operations("POST", PATH, body)

    assert (status, created) == (201, {**body, "id": created["id"], "description": "", "enabled": True})
    assert client.operations("DELETE", f"{PATH}/{created['id']}") == (204, None)
    assert client.operations("GET", f"{PATH}/{created['id']}")[0] == 404


def test_plain_agent_is_refused():
    assert blind(site_client()).operations("GET", PATH) == (403, refusal("You are not allowed to see this team."))


def test_routing_rules_are_whole_and_notify_no_person():
    client = site_client()
    body = {"name": "Nights", "notify": {"type": "schedule", "id": "s-1"}, "timeRestriction": None}
    status, created = client.operations("POST", RULES, body)

    assert client.operations("GET", f"{RULES}?size=100")[1]["values"] == [ROUTING, created]
    assert (status, created) == (
        201,
        {**body, "id": created["id"], "isDefault": False, "order": 0, "criteria": {"type": "match-all"}},
    )
    assert client.operations("POST", RULES, {"notify": user(MEERA)}) == unprocessable(
        notify="must be an object whose type is one of ['escalation', 'schedule']"
    )


def test_routing_rule_is_changed_moved_and_deleted():
    client = site_client()
    other = client.operations("POST", RULES, {"name": "Nights", "notify": {"type": "none"}})[1]["id"]
    renamed = client.operations("PATCH", f"{RULES}/rr-1", {"name": "Rest"})
    changed = client.operations("PATCH", f"{RULES}/rr-1", {"name": ROUTING["name"], "notify": {"type": "none"}})
    moved = client.operations("PATCH", f"{RULES}/{other}/change-order", {"toIndex": 0})

    assert renamed == (200, {**ROUTING, "name": "Rest"})
    assert changed == (200, {**ROUTING, "notify": {"type": "none"}})
    assert (moved[0], [(rule["id"], rule["order"]) for rule in client.get(RULES)["values"]]) == (
        200,
        [(other, 0), ("rr-1", 1)],
    )
    assert client.operations("GET", f"{RULES}/rr-1")[0] == 200
    assert client.operations("DELETE", f"{RULES}/{other}") == (204, None)
    assert client.operations("DELETE", f"{RULES}/rr-1") == unprocessable(
        id="the default routing rule cannot be deleted"
    )
