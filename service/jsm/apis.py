"""A site's APIs for one request: one session, one limiter, and a credential for each."""

from dataclasses import dataclass

from service.deadline import Deadline
from service.jsm.account import Account
from service.jsm.calls import operations_api, organization_api, site_api
from service.jsm.directory import Directory
from service.jsm.operations import Operations
from service.jsm.organization import Organization
from service.jsm.settings import JsmSettings
from service.jsm.site_ids import SiteIds, site_ids
from service.jsm.teams import Teams
from service.parallel import Parallel
from service.transport.call import Transport
from service.transport.session import Session


@dataclass(frozen=True)
class Apis:
    """The calls of each API, and the ids that they need."""

    ids: SiteIds
    transport: Transport
    """That of Operations."""
    operations: Operations
    directory: Directory
    teams: Teams
    account: Account


def open_apis(settings: JsmSettings, session: Session, deadline: Deadline, parallel: Parallel) -> Apis:
    """Return the APIs; asks for the ids the first time in a process."""
    site = Transport(session, site_api(settings), deadline)
    ids = site_ids(settings, session, site, parallel)
    operations = site.to(operations_api(settings, ids.cloud_id))
    directory, organization = Directory(site), None
    if settings.org_key:
        # Only here: the key of the organization goes to no other API.
        organization = Organization(site.to(organization_api(settings)), ids.org_id)
    return Apis(
        ids=ids,
        transport=operations,
        operations=Operations(operations),
        directory=directory,
        teams=Teams(site, ids.org_id, ids.cloud_id),
        account=Account(settings.end, directory, organization, ids.own_id),
    )
