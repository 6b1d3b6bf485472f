"""The names of accounts: only an id says who somebody is."""

from typing import Any

import pytest
import responses

from service.errors import UnexpectedResponseError
from service.jsm.people import People
from service.model import Participant
from tests.support.site_samples import HARI, JIRA, directory

OTHER = Participant("user", "712020:other")


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ({"emailAddress": "kofi@example.com", "displayName": "Kofi"}, ("kofi@example.com", "")),
        ({"displayName": "Kofi"}, ("", "Kofi")),
        ({}, ("", "712020:other")),
        ({"emailAddress": "Hari@Example.com", "displayName": "Kofi"}, ("", "Kofi")),
        ({"emailAddress": "hari@example.com", "displayName": "hari@example.com"}, ("", "712020:other")),
    ],
)
def test_another_account_is_never_called_by_the_leavers_address(
    mocked: responses.RequestsMock, row: dict[str, Any], shown: tuple[str, str]
) -> None:
    mocked.get(f"{JIRA}/user/bulk", json={"values": [{"accountId": "712020:other", **row}]})
    people = People(directory(), HARI)

    people.know(["712020:other"])

    found = people.participant(OTHER)
    assert (found.username, found.name) == shown
    assert not found.is_person(HARI)
    assert people.participant(Participant("user", HARI.id)).username == "hari@example.com"


def test_page_that_is_cut_says_nothing_of_those_left_out(mocked: responses.RequestsMock) -> None:
    mocked.get(f"{JIRA}/user/bulk", json={"values": [{"accountId": HARI.id}], "isLast": False})
    people = People(directory(), HARI)

    with pytest.raises(UnexpectedResponseError, match=r"has more pages, and shows nobody$"):
        people.know(["712020:other"])
    assert people.gone == set()


def test_accounts_are_asked_for_once_and_fifty_at_a_time(mocked: responses.RequestsMock) -> None:
    mocked.get(f"{JIRA}/user/bulk", json={"values": [{"accountId": HARI.id}]})
    people = People(directory(), HARI)
    ids = [f"712020:{number}" for number in range(150)]

    people.know([*ids, HARI.id])
    people.know(ids[:1])

    assert [str(call.request.url).count("accountId=") for call in mocked.calls] == [50, 50, 50, 4]
    assert people.gone == set(ids)
