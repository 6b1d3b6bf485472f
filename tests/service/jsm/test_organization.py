"""Finding people in the organization, and the end of their accounts."""

from typing import Any

import pytest
import responses

from service.errors import BlockedError, NotFoundError, UnexpectedResponseError
from service.jsm.organization import NO_DIRECTORIES
from service.model import Blocker, Person
from tests.support.site_samples import DIRECTORIES, HARI, organization, sent

ROW = {"accountId": "712020:hari", "accountType": "atlassian", "status": "active", "name": "Hari Rao",
       "email": "hari@example.com", "platformRoles": [], "counts": {"resources": 3}}  # fmt: skip
APP = {"accountId": "712020:app", "accountType": "app"}
USER = f"{DIRECTORIES}/d-1/users/712020:hari"


def find(mocked: responses.RequestsMock, *rows: Any) -> Person:
    mocked.post(f"{DIRECTORIES}/-/users/search", json={"data": list(rows), "links": {"next": None}})
    return organization().find("hari@example.com")


def test_finds_an_account_by_its_address(mocked: responses.RequestsMock) -> None:
    assert find(mocked, {**ROW, "accountType": "customer"}, ROW) == Person(
        "712020:hari", "hari@example.com", "Hari Rao"
    )
    body = b'{"emails": ["hari@example.com"], "limit": 50, "expand": ["platformRoles", "counts.resources"]}'
    assert sent(mocked) == [("POST", f"{DIRECTORIES}/-/users/search", body)]
    assert mocked.calls[0].request.headers["Authorization"] == "Bearer org-key"


@pytest.mark.parametrize("name", ["status", "accountStatus", "membershipStatus"])
def test_account_that_is_not_active_is_found_as_blocked(mocked: responses.RequestsMock, name: str) -> None:
    """Each of them may be left out."""
    row = {key: value for key, value in ROW.items() if key != "status"}

    assert find(mocked, {**row, name: "suspended"}).blocked


def test_account_whose_address_is_hidden_is_a_blocker(mocked: responses.RequestsMock) -> None:
    """It may be the leaver: that there is no such account would not be true."""
    reason = "the organization finds an account, and does not show the key its address"

    with pytest.raises(BlockedError) as raised:
        find(mocked, APP, {"accountId": "712020:hari"})
    assert raised.value.blockers == (
        Blocker("address", "hari@example.com", reason, ("give JSM_ORG_KEY a key that may read users",)),
    )


@pytest.mark.parametrize(
    "rows", [[], [{"accountId": "712020:app", "accountType": "app"}], [{**ROW, "email": "hari@example.co"}]]
)
def test_other_rows_are_not_the_account(mocked: responses.RequestsMock, rows: list[Any]) -> None:
    with pytest.raises(NotFoundError, match=r"^the organization has no account with the address hari@example\.com$"):
        find(mocked, *rows)


def test_two_accounts_with_the_address_are_refused(mocked: responses.RequestsMock) -> None:
    with pytest.raises(UnexpectedResponseError, match=r"several accounts have the address hari@example\.com$"):
        find(mocked, ROW, {**ROW, "accountId": "712020:twin"})


def test_unknown_organization_is_no_unknown_user(mocked: responses.RequestsMock) -> None:
    mocked.post(f"{DIRECTORIES}/-/users/search", json={"message": "Not Found"}, status=404)

    with pytest.raises(UnexpectedResponseError) as raised:
        organization().find("hari@example.com")
    assert str(raised.value) == NO_DIRECTORIES


def test_account_that_is_listed_twice_is_one(mocked: responses.RequestsMock) -> None:
    assert find(mocked, ROW, {**ROW, "platformRoles": None}).id == "712020:hari"


def test_pages_of_directories_that_lead_back_are_refused(mocked: responses.RequestsMock) -> None:
    for cursor in ("c2", "c3", "c2"):
        mocked.get(DIRECTORIES, json={"data": [], "links": {"next": cursor}})

    with pytest.raises(UnexpectedResponseError, match=r"^the pages of the directories of hari@example\.com lead back"):
        organization().directories(HARI)


@pytest.mark.parametrize("following", ["c2", f"{DIRECTORIES}?cursor=c2&accountId=x"])
def test_directories_are_read_page_by_page(mocked: responses.RequestsMock, following: str) -> None:
    mocked.get(DIRECTORIES, json={"data": [{"directoryId": "d-1"}], "links": {"next": following}})
    mocked.get(DIRECTORIES, json={"data": [{"directoryId": "d-2"}], "links": {}})

    assert organization().directories(HARI) == ["d-1", "d-2"]
    assert [str(call.request.url).partition("?")[2] for call in mocked.calls] == [
        "accountId=712020%3Ahari",
        "accountId=712020%3Ahari&cursor=c2",
    ]


@pytest.mark.parametrize(
    ("membership", "by", "ended"),
    [
        ("active", "suspend", False),
        ("suspended", "suspend", True),
        ("suspended", "remove", False),
        ("no_membership", "remove", True),
        (None, "remove", False),
    ],
)
def test_end_is_what_a_directory_shows(
    mocked: responses.RequestsMock, membership: str | None, by: str, ended: bool
) -> None:
    mocked.get(USER, json={"data": {**ROW, "membershipStatus": membership}})

    assert organization().is_ended(HARI, "d-1", by=by) is ended


def test_account_that_a_directory_does_not_have_is_ended(mocked: responses.RequestsMock) -> None:
    mocked.get(USER, json={"message": "User not found"}, status=404)

    assert organization().is_ended(HARI, "d-1", by="suspend")


def test_suspension_has_a_body_and_removal_none(mocked: responses.RequestsMock) -> None:
    mocked.post(f"{USER}/suspend", status=204)
    mocked.delete(USER, status=204)

    organization().suspend(HARI, "d-1")
    organization().remove(HARI, "d-1")

    assert sent(mocked) == [("POST", f"{USER}/suspend", b"{}"), ("DELETE", USER, None)]


def test_another_answer_than_204_does_not_say_that_it_is_done(mocked: responses.RequestsMock) -> None:
    mocked.delete(USER, json={})

    with pytest.raises(UnexpectedResponseError, match=r"^the answer does not say that it is done$") as raised:
        organization().remove(HARI, "d-1")
    assert (raised.value.outcome_unknown, raised.value.cause.what) == (True, "the user hari@example.com")
