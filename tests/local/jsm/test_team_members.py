"""Members of the teams of the simulated site."""

import pytest

from local.jsm import Quirks
from local.jsm.people import CLOUD_ID
from tests.local.jsm.site_client import site_client
from tests.local.jsm.small_site import HARI, KOFI, MEERA, NOBODY
from tests.local.jsm.test_teams import client_of

SITE = f"?siteId={CLOUD_ID}"


def members(client, team="t-1", body=None):
    """List the members of a page, by account id."""
    status, answer = client.teams("POST", f"/{team}/members{SITE}", body or {"first": 50})
    assert status == 200, answer
    return [result["accountId"] for result in answer["results"]]


def change(client, what, *account_ids, team="t-1"):
    """Add or remove members."""
    body = {"members": [{"accountId": account_id} for account_id in account_ids]}
    return client.teams("POST", f"/{team}/members/{what}{SITE}", body)


def error(account_id, code, message):
    """Make the answer that tells of one who could not be removed."""
    return 200, {"errors": [{"accountId": account_id, "code": code, "message": message}]}


def test_members_are_read_by_post_page_by_page():
    client = client_of(members=[f"712020:{n}" for n in range(70)])
    first = client.teams("POST", f"/t-1/members{SITE}", {"first": 50})
    second = client.teams("POST", f"/t-1/members{SITE}", {"first": 50, "after": "50"})

    assert first[1]["pageInfo"] == {"endCursor": "50", "hasNextPage": True}
    assert second == (
        200,
        {
            "results": [{"accountId": f"712020:{n}"} for n in range(50, 70)],
            "pageInfo": {"endCursor": "70", "hasNextPage": False},
        },
    )
    assert len(members(client, body={"first": 1000})) == 50
    assert client.simulation.snapshot() == client_of(members=[f"712020:{n}" for n in range(70)]).simulation.snapshot()


@pytest.mark.parametrize("body", [{"first": "x"}, {"first": 0}, {"first": 5, "after": "x"}])
def test_page_that_cannot_be_is_refused(body):
    assert site_client().teams("POST", "/t-1/members", body) == (
        400,
        {"code": "BAD_REQUEST", "message": "first must be a number, and after a cursor"},
    )


def test_removal_is_a_200_with_errors():
    client = site_client()

    assert change(client, "remove", HARI) == (200, {"errors": []})
    assert members(client) == [MEERA]


def test_removal_takes_the_role_of_an_admin_along():
    client = site_client()
    change(client, "remove", MEERA)

    assert client.simulation.snapshot()["teams"][0]["admins"] == []


@pytest.mark.parametrize(
    ("quirk", "answer"),
    [
        ("errors", error(KOFI, "NOT_A_MEMBER", "Not a member of the team")),
        ("200", (200, {"errors": []})),
        ("404", (404, {"code": "NOT_A_MEMBER", "message": "Not a member of the team"})),
    ],
)
def test_removing_somebody_who_is_no_member_is_as_the_quirk_says(quirk, answer):
    assert change(site_client(Quirks(not_a_member=quirk)), "remove", KOFI) == answer


@pytest.mark.parametrize(
    ("stays", "answer", "left"),
    [
        (False, (200, {"errors": []}), []),
        (True, error(KOFI, "LAST_MEMBER", "A team cannot be without members"), [KOFI]),
    ],
)
def test_last_member_stays_as_the_quirk_says(stays, answer, left):
    client = site_client(Quirks(last_member_stays=stays))

    assert change(client, "remove", KOFI, team="t-2") == answer
    assert members(client, "t-2") == left


@pytest.mark.parametrize(
    ("quirk", "fields", "answer"),
    [
        (
            "errors",
            {"teamType": "EXTERNAL"},
            error(HARI, "EXTERNALLY_MANAGED", "The members of this team are managed elsewhere"),
        ),
        (
            "errors",
            {"teamType": "MEMBER_INVITE"},
            error(HARI, "NOT_PERMITTED", "You may not change the members of this team"),
        ),
        (
            "403",
            {"teamType": "EXTERNAL"},
            (403, {"code": "FORBIDDEN", "message": "The members of this team cannot be changed"}),
        ),
    ],
)
def test_team_of_others_refuses_as_the_quirk_says(quirk, fields, answer):
    client = client_of(Quirks(external_team=quirk), **fields)

    assert change(client, "remove", HARI) == answer
    assert members(client) == [HARI, MEERA]


@pytest.mark.parametrize(("lag", "looks"), [(0, [1, 1, 1, 1]), (3, [2, 2, 2, 1])])
def test_somebody_removed_is_listed_as_long_as_the_quirk_says(lag, looks):
    client = site_client(Quirks(teams_lag=lag))
    change(client, "remove", HARI)

    assert [len(members(client)) for _ in range(4)] == looks
    assert "leaving" not in client.simulation.snapshot()["teams"][0]


def test_adding_tells_who_was_added_and_who_was_not():
    client = site_client()

    assert change(client, "add", KOFI, NOBODY, HARI) == (
        200,
        {
            "members": [{"accountId": KOFI}, {"accountId": HARI}],
            "errors": [{"accountId": NOBODY, "code": "USER_NOT_FOUND", "message": "No such user"}],
        },
    )
    assert members(client) == [HARI, MEERA, KOFI]


def test_body_without_members_is_refused():
    assert site_client().teams("POST", "/t-1/members/remove", {}) == (
        400,
        {"code": "BAD_REQUEST", "message": "members must be a list"},
    )
