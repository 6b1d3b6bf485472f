"""A site's APIs on a mocked wire."""

from typing import Any

import responses

from local.jsm.people import CLOUD_ID, HOST, ORGANIZATION_ID
from service.deadline import Deadline
from service.jsm.calls import operations_api, organization_api, site_api
from service.jsm.directory import Directory
from service.jsm.operations import Operations
from service.jsm.organization import Organization
from service.jsm.settings import JsmSettings
from service.jsm.teams import Teams
from service.model import Named, Person
from service.transport.call import Transport
from service.transport.session import open_session

JSM = JsmSettings(site=HOST, email="offboarding@example.com", api_token="token", org_key="org-key")
SITE, ATLASSIAN = f"https://{HOST}", "https://api.atlassian.com"
OPERATIONS = f"{ATLASSIAN}/jsm/ops/api/{CLOUD_ID}/v1"
TEAMS = f"{SITE}/gateway/api/public/teams/v1/org/{ORGANIZATION_ID}/teams"
DIRECTORIES = f"{ATLASSIAN}/admin/v2/orgs/{ORGANIZATION_ID}/directories"
JIRA = f"{SITE}/rest/api/3"
HARI = Person("712020:hari", "hari@example.com")
TEAM, SCHEDULE = Named("t-1", "Platform"), Named("s-1", "Platform 24x7")


def transport() -> Transport:
    """Return the transport to a site."""
    return Transport(open_session((SITE, ATLASSIAN)), site_api(JSM), Deadline(5))


def operations() -> Operations:
    """Return the calls of Operations."""
    return Operations(transport().to(operations_api(JSM, CLOUD_ID)))


def directory() -> Directory:
    """Return the calls of Jira."""
    return Directory(transport())


def teams() -> Teams:
    """Return the calls of Teams."""
    return Teams(transport(), ORGANIZATION_ID, CLOUD_ID)


def organization() -> Organization:
    """Return the calls of the organization."""
    return Organization(transport().to(organization_api(JSM)), ORGANIZATION_ID)


def sent(mocked: responses.RequestsMock) -> list[tuple[str, str, Any]]:
    """Return what was sent: method, URL and body."""
    return [(call.request.method, call.request.url, call.request.body) for call in mocked.calls]  # type: ignore[misc]
