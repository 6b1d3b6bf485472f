"""The ids of a site and of its organization: those of no other."""

from typing import Any

import pytest
import responses

from local.jsm.people import CLOUD_ID, HOST, ORGANIZATION_ID
from service.deadline import Deadline
from service.errors import UnexpectedResponseError
from service.jsm.calls import site_api
from service.jsm.settings import JsmSettings
from service.jsm.site_ids import SiteIds, site_ids
from service.parallel import Parallel
from service.transport.call import Transport
from service.transport.session import open_session
from tests.support.site_samples import JIRA, SITE

OWN = {"cloudId": CLOUD_ID, "orgId": ORGANIZATION_ID, "hostName": HOST}
OTHER = {"cloudId": "c-2", "orgId": "o-2", "hostName": "other.atlassian.net"}


def ids(mocked: responses.RequestsMock, *contexts: Any, cloud_id: str = "") -> SiteIds:
    mocked.assert_all_requests_are_fired = False  # the other read may be called off
    mocked.post(f"{SITE}/gateway/api/graphql", json={"data": {"tenantContexts": list(contexts)}})
    mocked.get(f"{JIRA}/myself", json={"accountId": "712020:own"})
    settings = JsmSettings(HOST, "offboarding@example.com", "token", cloud_id=cloud_id)
    session = open_session((SITE,))
    with Parallel() as parallel:
        return site_ids(settings, session, Transport(session, site_api(settings), Deadline(5)), parallel)


@pytest.mark.parametrize("contexts", [(OWN,), (OTHER, OWN), (OWN, OTHER), ({**OWN, "hostName": "an.alias.com"},)])
def test_ids_are_those_of_the_site(mocked: responses.RequestsMock, contexts: Any) -> None:
    assert ids(mocked, *contexts) == SiteIds(CLOUD_ID, ORGANIZATION_ID, "712020:own")


@pytest.mark.parametrize("contexts", [(), (OTHER, OTHER), (None,)])
def test_answer_without_the_site_is_refused(mocked: responses.RequestsMock, contexts: Any) -> None:
    with pytest.raises(
        UnexpectedResponseError, match=r"^Atlassian knows no site example\.atlassian\.net: check JSM_SITE$"
    ):
        ids(mocked, *contexts)


def test_cloud_id_of_another_site_is_refused(mocked: responses.RequestsMock) -> None:
    assert ids(mocked, OWN, cloud_id=CLOUD_ID.upper()).cloud_id == CLOUD_ID

    with pytest.raises(UnexpectedResponseError) as raised:
        ids(mocked, OWN, cloud_id="c-2")
    assert str(raised.value) == f"JSM_CLOUD_ID is another site's: that of {HOST} is {CLOUD_ID}"
