"""Members of Atlassian teams: a read by POST, and a removal whose 200 may be a refusal."""

from typing import Any
from unittest import mock

import pytest
import requests
import responses

from local.jsm.people import CLOUD_ID
from service.errors import BadRequestError, Cause, NotFoundError, UnexpectedResponseError
from tests.support.site_samples import TEAM, TEAMS, sent, teams

MEMBERS = f"{TEAMS}/t-1/members?siteId={CLOUD_ID}"


def page(*members: str, after: str = "") -> dict[str, Any]:
    return {
        "results": [{"accountId": member} for member in members],
        "pageInfo": {"endCursor": after or "50", "hasNextPage": bool(after)},
    }


def test_members_are_read_page_by_page(mocked: responses.RequestsMock) -> None:
    mocked.post(MEMBERS, json=page("a", "b", after="50"))
    mocked.post(MEMBERS, json=page("b", "c"))

    assert teams().members(TEAM) == ["a", "b", "c"]
    assert sent(mocked) == [
        ("POST", MEMBERS, b'{"first": 50}'),
        ("POST", MEMBERS, b'{"first": 50, "after": "50"}'),
    ]


def test_pages_that_lead_back_are_refused(mocked: responses.RequestsMock) -> None:
    mocked.post(MEMBERS, json=page("a", after="50"))

    with pytest.raises(
        UnexpectedResponseError, match=r"^the pages of the members of the team Platform lead back to an"
    ):
        teams().members(TEAM)


def test_read_by_post_that_fails_changed_nothing(mocked: responses.RequestsMock) -> None:
    mocked.post(MEMBERS, body="<html>")

    with pytest.raises(UnexpectedResponseError) as raised:
        teams().members(TEAM)
    assert not raised.value.outcome_unknown


def test_deleted_team_is_gone(mocked: responses.RequestsMock) -> None:
    mocked.post(MEMBERS, json={"code": "TEAM_DELETED", "message": "Team has been deleted"}, status=410)

    with pytest.raises(NotFoundError):
        teams().members(TEAM)


MAY = {"REMOVE_MEMBERS": True}
DETAILS: list[tuple[dict[str, Any], str]] = [
    ({"teamType": "OPEN", "externalReference": None, "userPermissions": MAY}, ""),
    ({"teamType": "MEMBER_INVITE"}, ""),
    ({"teamType": "EXTERNAL", "userPermissions": MAY}, "its members come from elsewhere"),
    ({"teamType": "ORG_ADMIN_MANAGED", "userPermissions": MAY}, "only organization admins change its members"),
    (
        {"teamType": "OPEN", "externalReference": {"id": "g", "source": "ATLASSIAN_GROUP"}},
        "its members come from elsewhere (ATLASSIAN_GROUP)",
    ),
    ({"externalReference": {"id": "g"}}, "its members come from elsewhere"),
    ({"userPermissions": {"REMOVE_MEMBERS": False}}, "the token's owner may not remove its members"),
]


@pytest.mark.parametrize(("details", "why"), DETAILS)
def test_who_says_who_is_in_a_team(mocked: responses.RequestsMock, details: dict[str, Any], why: str) -> None:
    mocked.get(f"{TEAMS}/t-1?siteId={CLOUD_ID}", json={"teamId": "t-1", "displayName": "Shown", **details})

    assert teams().managed_elsewhere(TEAM) == ("Shown", why)


def remove(mocked: responses.RequestsMock, answer: Any) -> None:
    mocked.post(f"{TEAMS}/t-1/members/remove?siteId={CLOUD_ID}", json=answer)
    teams().remove(TEAM, "712020:hari")


def test_removal_without_errors_is_done(mocked: responses.RequestsMock) -> None:
    remove(mocked, {"errors": []})

    assert sent(mocked)[0][2] == b'{"members": [{"accountId": "712020:hari"}]}'


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ({"accountId": "712020:hari", "code": "X", "message": "No"}, "No (X)"),
        ({"code": "X"}, "X"),
        ({"message": "No"}, "No"),
        ({}, "no reason is given"),
    ],
)
def test_errors_in_a_200_are_a_refusal(mocked: responses.RequestsMock, error: Any, why: str) -> None:
    with pytest.raises(BadRequestError) as raised:
        remove(mocked, {"errors": [error]})
    assert str(raised.value) == f"the member is not removed: {why}"
    assert raised.value.cause == Cause("the membership of the team Platform")


def test_200_without_errors_does_not_say_that_it_is_done(mocked: responses.RequestsMock) -> None:
    with pytest.raises(UnexpectedResponseError, match=r"^the answer does not say that it is done$") as raised:
        remove(mocked, {})
    assert raised.value.outcome_unknown
    assert raised.value.cause == Cause("the membership of the team Platform")


def test_refusal_after_a_lost_answer_may_mean_that_it_was_done(
    mocked: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenacity.nap.time", mock.Mock())
    url = f"{TEAMS}/t-1/members/remove?siteId={CLOUD_ID}"
    mocked.post(url, body=requests.ConnectionError("lost"))
    mocked.post(url, json={"errors": [{"code": "NOT_A_MEMBER"}]})

    with pytest.raises(BadRequestError) as raised:
        teams().remove(TEAM, "712020:hari")
    assert raised.value.outcome_unknown
