"""The end of an account that several directories hold."""

import pytest
import responses

from service.errors import NotFoundError, ServiceError
from service.jsm.account import Account
from tests.support.site_samples import DIRECTORIES, HARI, directory, organization

LISTED = {"data": [{"directoryId": "d-1"}, {"directoryId": "d-2"}], "links": {}}
REFUSED = {"message": "Forbidden"}
GONE = {"message": "User not found"}


def account(mocked: responses.RequestsMock, end: str = "suspend") -> Account:
    mocked.get(DIRECTORIES, json=LISTED)
    return Account(end, directory(), organization(), "712020:own")


def test_account_is_ended_in_every_directory(mocked: responses.RequestsMock) -> None:
    for one in ("d-1", "d-2"):
        mocked.post(f"{DIRECTORIES}/{one}/users/712020:hari/suspend", status=204)

    account(mocked).end(HARI)


def test_end_that_is_refused_half_way_may_have_been_made(mocked: responses.RequestsMock) -> None:
    mocked.post(f"{DIRECTORIES}/d-1/users/712020:hari/suspend", status=204)
    mocked.post(f"{DIRECTORIES}/d-2/users/712020:hari/suspend", json=REFUSED, status=403)

    with pytest.raises(ServiceError) as raised:
        account(mocked).end(HARI)
    assert (raised.value.outcome_unknown, raised.value.pending) == (True, True)


def test_end_that_is_refused_at_once_was_not_made(mocked: responses.RequestsMock) -> None:
    mocked.post(f"{DIRECTORIES}/d-1/users/712020:hari/suspend", json=REFUSED, status=403)

    with pytest.raises(ServiceError) as raised:
        account(mocked).end(HARI)
    assert (raised.value.outcome_unknown, raised.value.pending) == (False, False)


def test_directory_without_the_account_does_not_keep_it_in_the_others(mocked: responses.RequestsMock) -> None:
    mocked.delete(f"{DIRECTORIES}/d-1/users/712020:hari", json=GONE, status=404)
    mocked.delete(f"{DIRECTORIES}/d-2/users/712020:hari", status=204)

    account(mocked, "remove").end(HARI)


def test_account_that_no_directory_has_is_not_found(mocked: responses.RequestsMock) -> None:
    for one in ("d-1", "d-2"):
        mocked.delete(f"{DIRECTORIES}/{one}/users/712020:hari", json=GONE, status=404)

    with pytest.raises(NotFoundError, match=r"^no directory of the organization has hari@example\.com$"):
        account(mocked, "remove").end(HARI)
