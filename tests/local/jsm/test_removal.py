"""Somebody who is removed from the organization of the simulated site, which takes a while."""

import pytest

from local.jsm import Quirks
from tests.local.jsm.site_client import DIRECTORY, ORGANIZATION, organization_client, site_client
from tests.local.jsm.small_site import HARI
from tests.local.jsm.test_organizations import ROW, client_of, found


def remove(client):
    """Remove hari."""
    return client.ask("DELETE", f"{DIRECTORY}/users/{HARI}")


@pytest.mark.parametrize(("lag", "looks"), [(3, [1, 1, 1, 0, 0]), (0, [0, 0, 0, 0, 0])])
def test_removed_account_is_listed_as_long_as_the_quirk_says(lag, looks):
    client = client_of(Quirks(removal_lag=lag))

    assert remove(client) == (204, None)
    assert [len(found(client, emails=["hari@example.com"])) for _ in looks] == looks
    assert remove(client) == (404, {"code": 404, "message": "User not found"})


def test_removed_account_that_is_listed_still_is_shown_as_before():
    client = client_of()
    remove(client)

    assert client.ask("GET", f"{DIRECTORY}/users/{HARI}") == (200, {"data": ROW})
    assert client.ask("GET", f"{ORGANIZATION}/directories?accountId={HARI}")[1]["data"] != []
    assert remove(client) == (204, None)
    assert [len(found(client, emails=["hari@example.com"])) for _ in range(3)] == [1, 1, 0]


def test_removed_account_is_not_found_by_jira_at_once():
    client = site_client()
    remove(organization_client(client.simulation))

    assert client.ask("GET", "/rest/api/3/user/search?query=hari") == (200, [])
    assert client.ask("GET", f"/rest/api/3/user?accountId={HARI}")[1]["active"] is False
