"""Finding people in Jira, whose search takes what begins with an address for that address."""

from typing import Any

import pytest
import responses

from service.errors import BlockedError, NotFoundError, UnauthorizedError, UnexpectedResponseError
from service.model import Person
from tests.support.site_samples import JIRA, directory

ROW = {"accountId": "712020:hari", "accountType": "atlassian", "active": True, "displayName": "Hari Rao",
       "emailAddress": "Hari@example.com", "timeZone": "Etc/UTC"}  # fmt: skip
LONGER = {**ROW, "accountId": "712020:other", "emailAddress": "hari@example.com.example.com"}
APP = {**ROW, "accountId": "712020:app", "accountType": "app"}


def find(mocked: responses.RequestsMock, *pages: list[Any], username: str = "hari@example.com") -> Person:
    for page in pages:
        mocked.get(f"{JIRA}/user/search", json=page)
    return directory().find(username, "712020:own")


def test_finds_the_whole_address_only(mocked: responses.RequestsMock) -> None:
    found = find(mocked, [LONGER, APP, ROW])

    assert found == Person("712020:hari", "Hari@example.com", "Hari Rao", profile={"timeZone": "Etc/UTC"})
    assert "query=hari%40example.com&maxResults=50&startAt=0" in str(mocked.calls[0].request.url)


def test_finds_on_a_later_page(mocked: responses.RequestsMock) -> None:
    assert find(mocked, [LONGER] * 50, [ROW]).id == "712020:hari"


def test_address_beyond_ascii_is_compared_without_case(mocked: responses.RequestsMock) -> None:
    row = {**ROW, "emailAddress": "JÖRG@example.com"}

    assert find(mocked, [row], username="jörg@example.com").id == "712020:hari"


def test_two_accounts_with_the_address_are_refused(mocked: responses.RequestsMock) -> None:
    with pytest.raises(UnexpectedResponseError, match=r"several accounts have the address hari@example\.com$"):
        find(mocked, [ROW, {**ROW, "accountId": "712020:twin"}])


def test_search_without_an_end_is_refused(mocked: responses.RequestsMock) -> None:
    with pytest.raises(UnexpectedResponseError, match=r"^Jira finds 1000 accounts for hari@example\.com, and shows no"):
        find(mocked, *[[LONGER] * 50] * 20)


def test_hidden_address_is_refused(mocked: responses.RequestsMock) -> None:
    hidden = {name: value for name, value in ROW.items() if name != "emailAddress"}

    with pytest.raises(BlockedError) as raised:
        find(mocked, [LONGER, hidden])
    assert [(one.kind, one.remedies) for one in raised.value.blockers] == [
        ("address", ("give JSM_ORG_KEY a key of the organization",))
    ]


def test_only_other_addresses_are_not_found(mocked: responses.RequestsMock) -> None:
    with pytest.raises(NotFoundError):
        find(mocked, [LONGER])


@pytest.mark.parametrize(("status", "kind"), [(200, NotFoundError), (403, UnauthorizedError)])
def test_nobody_is_found_only_by_who_may_browse(
    mocked: responses.RequestsMock, status: int, kind: type[Exception]
) -> None:
    body = {"errorMessages": ["no"], "errors": {}} if status == 403 else ROW
    mocked.get(f"{JIRA}/user", json=body, status=status)

    with pytest.raises(kind):
        find(mocked, [])


def test_missing_scope_is_no_missing_permission(mocked: responses.RequestsMock) -> None:
    mocked.get(f"{JIRA}/user", json={"message": "Unauthorized; scope does not match"}, status=401)

    with pytest.raises(UnauthorizedError, match=r"^Unauthorized; scope does not match$"):
        find(mocked, [])


def test_accounts_are_asked_for_by_all_their_ids(mocked: responses.RequestsMock) -> None:
    mocked.get(f"{JIRA}/user/bulk", json={"values": [ROW], "isLast": True})

    assert directory().accounts(["a", "b:c"]) == [ROW]
    assert str(mocked.calls[0].request.url).endswith("/user/bulk?accountId=a&accountId=b%3Ac&maxResults=2")


def test_accounts_on_the_next_page_are_asked_for(mocked: responses.RequestsMock) -> None:
    """The most of a page is not documented."""
    mocked.get(f"{JIRA}/user/bulk", json={"values": [ROW], "isLast": False})
    mocked.get(f"{JIRA}/user/bulk", json={"values": [LONGER], "isLast": False})

    assert directory().accounts(["712020:hari", "712020:other"]) == [ROW, LONGER]
    assert str(mocked.calls[1].request.url).endswith("/user/bulk?accountId=712020%3Aother&maxResults=1")


def test_pages_of_accounts_that_show_nobody_are_refused(mocked: responses.RequestsMock) -> None:
    mocked.get(f"{JIRA}/user/bulk", json={"values": [LONGER], "isLast": False})

    with pytest.raises(UnexpectedResponseError, match=r"^the answer about the names of people has more pages, and sh"):
        directory().accounts(["712020:hari"])


def test_own_id(mocked: responses.RequestsMock) -> None:
    mocked.get(f"{JIRA}/myself", json=ROW)

    assert directory().own_id() == "712020:hari"
