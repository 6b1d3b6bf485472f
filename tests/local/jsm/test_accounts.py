"""Ends of accounts on the simulated site, and their undoing."""

import pytest

from local.jsm import Quirks
from tests.local.jsm.site_client import DIRECTORY, ORGANIZATION, organization_client, site_client
from tests.local.jsm.small_site import FORWARDING, HARI, KOFI, MEERA, NOBODY, NOONE, OWNER, RULE, user
from tests.local.jsm.test_organizations import SEARCH, client_of

ONE = f"{DIRECTORY}/users/{HARI}"
MEMBERSHIPS = f"{DIRECTORY}/groups/g-1/memberships"
NOT_FOUND = (404, {"code": 404, "message": "User not found"})


def status(client):
    """Tell hari's status."""
    (row,) = client.ask("POST", SEARCH, {"emails": ["hari@example.com"]})[1]["data"]
    return row["status"]


def test_suspension_is_idempotent_and_can_be_undone():
    client = client_of()
    before = client.simulation.snapshot()

    assert [client.ask("POST", f"{ONE}/suspend", {}) for _ in range(2)] == [(204, None)] * 2
    assert status(client) == "suspended"
    assert [client.ask("POST", f"{ONE}/restore", {}) for _ in range(2)] == [(204, None)] * 2
    assert client.simulation.snapshot() == before


def test_suspended_person_is_found_by_the_organization_and_not_by_jira():
    client = site_client()
    organization_client(client.simulation).ask("POST", f"{ONE}/suspend", {})

    assert client.ask("GET", "/rest/api/3/user/search?query=hari%40example.com") == (200, [])
    assert status(organization_client(client.simulation)) == "suspended"


@pytest.mark.parametrize(
    ("quirk", "answer"), [("415", (415, {"code": 415, "message": "Unsupported Media Type"})), ("204", (204, None))]
)
def test_suspension_without_a_body_is_as_the_quirk_says(quirk, answer):
    assert client_of(Quirks(suspend_bodyless=quirk)).ask("POST", f"{ONE}/suspend") == answer


@pytest.mark.parametrize(
    ("quirk", "answer"),
    [
        ("403", (403, {"code": 403, "message": "An organization admin cannot be suspended"})),
        ("400", (400, {"code": 400, "message": "An organization admin cannot be suspended"})),
        ("204", (204, None)),
    ],
)
def test_organization_admin_is_suspended_as_the_quirk_says(quirk, answer):
    client = client_of(Quirks(suspend_org_admin=quirk))
    with client.simulation.edit() as site:
        site["people"][0]["platformRoles"] = ["atlassian/org-admin"]

    assert client.ask("POST", f"{ONE}/suspend", {}) == answer
    assert status(client) == ("suspended" if quirk == "204" else "active")


@pytest.mark.parametrize(("method", "path"), [("POST", "/suspend"), ("POST", "/restore"), ("DELETE", "")])
def test_unknown_person_is_not_found(method, path):
    body: dict[str, str] | None = {} if method == "POST" else None

    assert client_of().ask(method, f"{DIRECTORY}/users/{NOBODY}{path}", body) == NOT_FOUND


@pytest.mark.parametrize("clears", [False, True])
@pytest.mark.parametrize(("method", "path"), [("POST", "/suspend"), ("DELETE", "")])
def test_end_clears_operations_as_the_quirk_says(method, path, clears):
    client = client_of(Quirks(ends_clear_operations=clears))
    other = {**FORWARDING, "id": "f-2", "fromUserId": MEERA, "toUserId": KOFI}
    with client.simulation.edit() as site:
        site["escalations"][0]["rules"].append({**RULE, "recipient": user(MEERA)})
        site["forwardingRules"].append(other)
    before = client.simulation.snapshot()
    client.ask(method, f"{ONE}{path}", {} if method == "POST" else None)
    after = client.simulation.snapshot()
    kept = ("schedules", "escalations", "forwardingRules", "teams")

    if not clears:
        assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
        return
    assert after["schedules"][0]["rotations"][0]["participants"] == [
        {"type": "team", "id": "t-2"},
        {"type": "escalation", "id": "e-1"},
        NOONE,
    ]
    assert (after["schedules"][0]["overrides"], after["forwardingRules"]) == ([], [other])
    assert after["escalations"][0]["rules"] == [{**RULE, "recipient": user(MEERA)}]
    assert after["teams"][0]["members"] == [MEERA]


def test_removal_takes_the_seat_and_an_invitation_does_not_give_it_back():
    client = client_of(Quirks(removal_lag=0))
    client.ask("DELETE", ONE)
    invited = client.ask("POST", f"{ORGANIZATION}/users/invite", {"emails": ["Hari@example.com", "zoe@example.com"]})
    (hari, zoe) = invited[1]["data"]

    before = client.simulation.snapshot()

    assert client.ask("POST", f"{ORGANIZATION}/users/invite", {"emails": ["meera@example.com"]}) == (
        200,
        {"data": [{"accountId": MEERA, "email": "meera@example.com"}]},
    )
    assert client.simulation.snapshot() == before
    assert (invited[0], hari) == (200, {"accountId": HARI, "email": "hari@example.com"})
    assert zoe["email"] == "zoe@example.com"
    assert status(client) == "active"
    assert HARI not in client.simulation.snapshot()["groups"][0]["members"]


@pytest.mark.parametrize(
    ("quirks", "body", "answer"),
    [
        (
            Quirks(invitations="402"),
            {"emails": ["zoe@example.com"]},
            (402, {"code": 402, "message": "The feature [invitations] is not available in your plan."}),
        ),
        (Quirks(), {}, (400, {"code": 400, "message": "emails must be a list of addresses"})),
    ],
)
def test_invitation_is_refused(quirks, body, answer):
    assert client_of(quirks).ask("POST", f"{ORGANIZATION}/users/invite", body) == answer


def test_seat_is_taken_and_given_back():
    client = site_client()
    organization = organization_client(client.simulation)

    assert organization.ask("DELETE", f"{MEMBERSHIPS}/{OWNER}") == (204, None)
    assert client.operations("GET", "/v1/teams")[0] == 403
    assert organization.ask("DELETE", f"{MEMBERSHIPS}/{OWNER}") == (
        404,
        {"code": 404, "message": "Membership not found"},
    )
    assert [organization.ask("POST", MEMBERSHIPS, {"accountId": OWNER}) for _ in range(2)] == [(204, None)] * 2
    assert client.operations("GET", "/v1/teams")[0] == 200
    assert organization.ask("POST", MEMBERSHIPS, {"accountId": NOBODY}) == NOT_FOUND
    assert organization.ask("DELETE", f"{DIRECTORY}/groups/g-9/memberships/{OWNER}") == (
        404,
        {"code": 404, "message": "Group not found"},
    )


def test_managed_account_is_deactivated_and_activated():
    client = client_of()
    manage = f"/users/{HARI}/manage"

    assert client.ask("POST", f"{manage}/lifecycle/disable", {"message": "Has left"}) == (204, None)
    assert status(client) == "deactivated"
    assert client.ask("POST", f"{manage}/lifecycle/enable") == (204, None)
    assert status(client) == "active"


def test_managed_account_is_shown_also_after_the_removal():
    client = client_of(Quirks(removal_lag=0))
    client.ask("DELETE", ONE)
    allowed = {"allowed": True}

    assert client.ask("GET", f"/users/{HARI}/manage") == (
        200,
        {"lifecycle.enablement": allowed, "profile": allowed, "profile.read": allowed},
    )
    assert client.ask("GET", f"/users/{HARI}/manage/profile") == (
        200,
        {
            "account": {
                "account_id": HARI,
                "account_status": "active",
                "name": "Hari Rao",
                "nickname": "hari",
                "email": "hari@example.com",
                "locale": "en_US",
            }
        },
    )


def test_account_that_is_not_managed_cannot_be_deactivated():
    client = client_of()
    with client.simulation.edit() as site:
        site["people"][0]["claimStatus"] = "unmanaged"

    assert client.ask("POST", f"/users/{HARI}/manage/lifecycle/disable", {}) == (
        403,
        {"code": 403, "message": "The account is not managed by the organization"},
    )
