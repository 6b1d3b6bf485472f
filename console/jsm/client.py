"""A site of Jira Service Management, as the operator's commands use it."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from tenacity import Retrying

from console.client import Account, Connection, Undo
from console.jsm import inventory
from console.jsm.apis import ConsoleApis, open_apis
from console.report.inventory import Inventory
from service.deadline import Deadline
from service.errors import BadRequestError, NotFoundError
from service.jsm.calls import site_api
from service.jsm.capabilities import site_of
from service.jsm.client import connect as connect_service
from service.model import Entry, Escalation, ForwardingRule, Membership, Named, Override, Person, Roster, Rotation, Rule
from service.parallel import Parallel
from service.settings import Settings
from service.transport.call import Transport
from service.transport.session import Session

COUNT_SECONDS = 10.0
"""The time for the count of the people, with its retries: a run goes on without it."""

R = TypeVar("R", Rotation, Escalation)


class JsmConsole:
    """The calls of the console; `apis` has those of each API, and asks for the site's ids when first used."""

    undo = Undo(invites=False, keeps_aliases=False, has_roles=False)
    rights_to_read = "give JSM_EMAIL and JSM_API_TOKEN an admin of Jira Service Management with an agent's seat"

    def __init__(self, transport: Transport, opening: Callable[[Transport], ConsoleApis], parallel: Parallel) -> None:
        self._transport = transport
        self._open = opening
        self._parallel = parallel
        self._opened: ConsoleApis | None = None
        self._opening = threading.Lock()

    @property
    def apis(self) -> ConsoleApis:
        """The calls of each API."""
        with self._opening:
            self._opened = self._opened or self._open(self._transport)
            return self._opened

    def attempts(self) -> Retrying:
        """Return a loop that retries on UnavailableError while there is time."""
        return self._transport.attempts()

    def read_account(self, now: datetime) -> Inventory:
        """Read the whole site."""
        return inventory.read_account(self.apis, self._parallel, now)

    def count_users(self, enough: int) -> int:
        """Return how many active people the organization has, `enough` for that many and more."""
        organization = self._open(self._transport.within(COUNT_SECONDS)).organization
        if organization is None:
            raise BadRequestError("without JSM_ORG_KEY there is no list of people")
        return organization.count_people(enough)

    def account(self, person: Person) -> Account:
        """Return a person's account as it is now."""
        return self.apis.accounts.find(person)

    def roster(self, entry: Roster) -> Roster | None:
        """Read a rotation or an escalation, with the names of people and teams; None where it is gone."""
        apis = self.apis
        try:
            if isinstance(entry, Rotation):
                return self._named(apis.operations.rotation(entry), apis.people.rotation)
            return self._named(apis.operations.escalation(entry), apis.people.escalation)
        except NotFoundError:
            return None

    def _named(self, read: R, name: Callable[[R], R]) -> R:
        people = self.apis.people
        people.know(one.id for one in read.listed if one.type == "user")
        if not people.things and any(one.type == "team" for one in read.listed):
            people.things = {("team", team.id): team.name for team in self.apis.operations.teams()}
        return name(read)

    def members(self, team: Named) -> list[tuple[Named, str]]:
        """Get the members of a team; nobody is told the role in it."""
        return [(Named(member, ""), "") for member in self.apis.teams.members(team)]

    def overrides(self, schedule: Named) -> list[Override]:
        """List the overrides of a schedule that are not over."""
        return self.apis.operations.overrides(schedule)

    def rotations(self, schedule: Named) -> list[Rotation]:
        """List the rotations of a schedule."""
        return self.apis.operations.rotations(schedule)

    def forwarding_rules(self) -> list[ForwardingRule]:
        """List the forwarding rules of the site."""
        return self.apis.operations.forwarding_rules()

    def put_back(self, entry: Entry, now: datetime) -> str:
        """Recreate a deleted entry, undo a suspension or write a roster; returns what came out otherwise."""
        apis = self.apis
        match entry:
            case Person():
                apis.accounts.restore(entry)
            case Rotation():
                apis.operations.patch_rotation(entry)
            case Escalation():
                apis.operations.patch_escalation(replace(entry, rules=tuple(map(_with_source, entry.rules))))
            case Membership():
                apis.teams.add(Named(entry.id, entry.name), entry.user.id)
            case Override():
                return apis.operations.create_override(entry, now)
            case ForwardingRule():
                apis.operations.create_forwarding_rule(entry)
        return ""


def _with_source(rule: Rule) -> Rule:
    """Give a rule out of a record what a site takes: one that was read has it."""
    minutes = int(rule.delay.length.total_seconds()) // 60
    source = {"condition": rule.condition, "notifyType": rule.notify_type, "delay": minutes}
    return rule if rule.source else replace(rule, source=source)


def connect(settings: Settings, session: Session, deadline: Deadline, parallel: Parallel) -> Connection:
    """Return the clients for one person; they call nothing yet."""
    site = site_of(settings)
    transport = Transport(session, site_api(site), deadline)
    console = JsmConsole(transport, partial(open_apis, site, session, parallel), parallel)
    return Connection(connect_service(settings, session, deadline, parallel), console, parallel)
