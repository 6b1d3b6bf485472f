"""A site's APIs as the console calls them, beside those of the service's client."""

from dataclasses import dataclass

from console.jsm.accounts import Accounts
from console.jsm.operations import ConsoleOperations
from console.jsm.organization import ConsoleOrganization
from console.jsm.teams import ConsoleTeams
from service.jsm.calls import operations_api, organization_api
from service.jsm.directory import Directory
from service.jsm.people import People
from service.jsm.settings import JsmSettings
from service.jsm.site_ids import site_ids
from service.model import Person
from service.parallel import Parallel
from service.transport.call import Transport
from service.transport.session import Session


@dataclass(frozen=True)
class ConsoleApis:
    """The calls of each API; without the organization's key there is no `organization`."""

    settings: JsmSettings
    own_id: str
    """The account id of the token's owner."""
    operations: ConsoleOperations
    directory: Directory
    teams: ConsoleTeams
    organization: ConsoleOrganization | None
    accounts: Accounts
    people: People
    """The names of people; as the leaver it has the token's owner."""


def open_apis(settings: JsmSettings, session: Session, parallel: Parallel, site: Transport) -> ConsoleApis:
    """Return the APIs; `site` is the site's transport. Asks for the ids the first time in a process."""
    ids = site_ids(settings, session, site, parallel)
    directory, organization = Directory(site), None
    if settings.org_key:
        # Only here: the key of the organization goes to no other API.
        organization = ConsoleOrganization(site.to(organization_api(settings)), ids.org_id)
    return ConsoleApis(
        settings=settings,
        own_id=ids.own_id,
        operations=ConsoleOperations(site.to(operations_api(settings, ids.cloud_id))),
        directory=directory,
        teams=ConsoleTeams(site, ids.org_id, ids.cloud_id),
        organization=organization,
        accounts=Accounts(directory, organization, ids.own_id),
        people=People(directory, Person(ids.own_id, settings.email)),
    )
