"""The states of people as the organization tells them."""

from typing import Any

import pytest
import responses
from responses.matchers import json_params_matcher

from console.jsm.organization import ConsoleOrganization, state_of
from local.jsm.people import ORGANIZATION_ID
from service.errors import UnexpectedResponseError
from service.jsm.calls import organization_api
from service.model import Person
from tests.support.site_samples import DIRECTORIES, HARI, JSM
from tests.support.site_samples import transport as site_transport

IDA = Person("712020:ida", "ida@example.com")
SEARCH, EMAILS = f"{DIRECTORIES}/-/users/search", [HARI.username, IDA.username]


@pytest.fixture
def organization() -> ConsoleOrganization:
    return ConsoleOrganization(site_transport().to(organization_api(JSM)), ORGANIZATION_ID)


def page(mocked: responses.RequestsMock, cursor: str, rows: list[Any], following: str | None) -> None:
    """Answer the search with a page."""
    body = {"emails": EMAILS, "limit": 50, **({"cursor": cursor} if cursor else {})}
    answer = {"data": rows, "links": {"next": following}}
    mocked.post(SEARCH, json=answer, match=[json_params_matcher(body)])


def test_states_are_read_from_every_page(organization: ConsoleOrganization, mocked: responses.RequestsMock) -> None:
    page(mocked, "", [{"accountId": "712020:app", "status": "active"}], "2")
    page(mocked, "2", [{"accountId": HARI.id, "status": "suspended"}], "/admin/v2/users?cursor=3")
    page(mocked, "3", [{"accountId": IDA.id, "status": "active"}], None)

    assert organization.states([HARI, IDA]) == {"712020:app": "", HARI.id: "suspended", IDA.id: ""}


def test_pages_that_lead_back_are_an_error(organization: ConsoleOrganization, mocked: responses.RequestsMock) -> None:
    page(mocked, "", [], "2")
    page(mocked, "2", [], "2")

    with pytest.raises(UnexpectedResponseError, match="the pages of the list of people lead back to an earlier one"):
        organization.states([HARI, IDA])


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": [7]}, {"data": [{}]}, {"data": [], "links": 7}])
def test_answer_of_another_form_is_an_error(
    organization: ConsoleOrganization, mocked: responses.RequestsMock, answer: Any
) -> None:
    mocked.post(SEARCH, json=answer)

    with pytest.raises(UnexpectedResponseError, match="the answer about the list of people is not of the documented"):
        organization.states([HARI])


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        (["suspended"], "suspended"),
        (["suspended", "active"], ""),
        (["active", "suspended"], ""),
        (["deactivated", "suspended"], "deactivated"),
        ([], ""),
    ],
)
def test_somebody_active_in_one_directory_is_active(
    organization: ConsoleOrganization, mocked: responses.RequestsMock, statuses: list[str], state: str
) -> None:
    directories = [{"directoryId": f"d-{number}"} for number in range(len(statuses))]
    mocked.get(DIRECTORIES, json={"data": directories, "links": {}})
    for number, status in enumerate(statuses):
        mocked.get(f"{DIRECTORIES}/d-{number}/users/{HARI.id}", json={"data": {"status": status}})

    assert organization.state(HARI) == state


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({}, ""),
        ({"status": "active", "accountStatus": "active", "membershipStatus": "active"}, ""),
        ({"status": "not_invited"}, "not invited"),
        ({"accountStatus": "inactive"}, "deactivated"),
        ({"accountStatus": "closed", "membershipStatus": "active"}, "for deletion"),
        ({"accountStatus": "active", "membershipStatus": "suspended"}, "suspended"),
        ({"membershipStatus": "no_membership"}, "not invited"),
        ({"status": "locked"}, "locked"),
    ],
)
def test_state_is_the_organizations_word_whatever_fields_are_left_out(row: dict[str, str], state: str) -> None:
    assert state_of(row) == state
