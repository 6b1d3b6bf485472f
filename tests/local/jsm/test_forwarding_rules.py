"""Forwarding rules of the simulated site."""

import pytest

from local.jsm import Quirks
from tests.local.jsm.site_client import blind, refusal, site_client, unprocessable
from tests.local.jsm.small_site import FORWARDING, HARI, KOFI, MEERA, NOBODY, OWNER, SELIN

PATH = "/v1/forwarding-rules"
BODY = {name: value for name, value in FORWARDING.items() if name != "id"}


def with_own(client, account_id):
    """Give somebody a rule."""
    rule = {**FORWARDING, "id": "f-2", "fromUserId": account_id}
    with client.simulation.edit() as site:
        site["forwardingRules"].append(rule)
    return rule


def test_list_has_all_with_show_all_and_else_the_caller_s_own():
    client = site_client()
    own = with_own(client, OWNER)

    assert client.operations("GET", f"{PATH}?showAll=true&size=100") == (
        200,
        {"values": [FORWARDING, own], "links": {}},
    )
    assert client.operations("GET", PATH) == (200, {"values": [own], "links": {}})


@pytest.mark.parametrize(
    ("quirk", "answer"),
    [
        ("own", (200, {"values": [{**FORWARDING, "id": "f-2", "fromUserId": SELIN}], "links": {}})),
        ("403", (403, refusal("You are not allowed to see all forwarding rules."))),
    ],
)
def test_show_all_of_a_plain_agent_is_as_the_quirk_says(quirk, answer):
    client = site_client(Quirks(show_all_needs_admin=quirk))
    with_own(client, SELIN)

    assert blind(client).operations("GET", f"{PATH}?showAll=true") == answer


def test_read_delete_and_not_found():
    client = site_client()

    assert client.operations("GET", f"{PATH}/f-1") == (200, FORWARDING)
    assert client.operations("DELETE", f"{PATH}/f-1") == (204, None)
    assert client.operations("DELETE", f"{PATH}/f-1") == (404, refusal("No forwarding rule exists with id [f-1]"))


def test_create_gives_a_new_id_and_put_replaces():
    client = site_client()
    status, created = client.operations("POST", PATH, BODY)
    changed = {**BODY, "toUserId": KOFI}

    assert (status, created) == (201, {**BODY, "id": created["id"]})
    assert created["id"] != "f-1"
    assert client.operations("PUT", f"{PATH}/f-1", changed) == (200, {"id": "f-1", **changed})


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"toUserId": HARI}, unprocessable(toUserId="must be somebody else than fromUserId")),
        ({"toUserId": NOBODY}, (404, refusal(f"No user exists with id [{NOBODY}]"))),
        ({"startDate": None}, unprocessable(startDate="may not be empty")),
    ],
)
def test_rule_that_cannot_be_is_refused(fields, answer):
    assert site_client().operations("POST", PATH, {**BODY, **fields}) == answer


def test_plain_agent_forwards_only_for_themselves():
    client = blind(site_client())
    refused = (403, refusal("You are not allowed to change this forwarding rule."))

    assert client.operations("GET", f"{PATH}/f-1") == (
        403,
        refusal("You are not allowed to see this forwarding rule."),
    )
    assert client.operations("POST", PATH, BODY) == refused
    assert client.operations("POST", PATH, {**BODY, "fromUserId": SELIN, "toUserId": MEERA})[0] == 201


@pytest.mark.parametrize(("method", "path"), [("GET", PATH), ("DELETE", f"{PATH}/f-1"), ("POST", PATH)])
def test_plan_without_forwarding_rules_refuses_them(method, path):
    client = site_client(Quirks(forwarding_plan="402"))

    assert client.operations(method, path, BODY if method == "POST" else None) == (
        402,
        refusal("The feature [forwarding rules] is not available in your plan."),
    )
