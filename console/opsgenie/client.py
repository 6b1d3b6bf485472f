"""Opsgenie, as the operator's commands use it."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from tenacity import Retrying

from console.client import Account, Connection, Standing, Undo, unless_gone
from console.opsgenie import inventory
from console.opsgenie.endpoints import ConsoleEndpoints
from console.report.inventory import Inventory
from service.deadline import Deadline
from service.model import Entry, Escalation, ForwardingRule, Membership, Override, Person, Roster, Rotation, Rule
from service.opsgenie.calls import api
from service.opsgenie.client import Opsgenie
from service.parallel import Parallel
from service.settings import Settings
from service.transport.call import Transport
from service.transport.session import Session

COUNT_SECONDS = 10.0
"""The time for the count of the users, with its retries: a run goes on without it."""


class OpsgenieConsole(ConsoleEndpoints):
    """The endpoints, and operations that combine them."""

    undo = Undo(invites=True, keeps_aliases=True, has_roles=True)
    rights_to_read = "give ACCESS_TOKEN an account-level key with the rights Read and Configuration Access"

    def __init__(self, transport: Transport, base_url: str, client: Opsgenie, parallel: Parallel) -> None:
        super().__init__(transport, base_url)
        self._client = client
        self._parallel = parallel

    def attempts(self) -> Retrying:
        """Return a loop that retries on UnavailableError while there is time."""
        return self._transport.attempts()

    def read_account(self, now: datetime) -> Inventory:
        """Read the whole account."""
        return inventory.read_account(self, self._parallel, now)

    def count_users(self, enough: int) -> int:  # noqa: ARG002 -- one call counts them all
        """Return how many users the account has."""
        return ConsoleEndpoints(self._transport.within(COUNT_SECONDS), self._base_url).user_count()

    def account(self, person: Person) -> Account:
        """Return a person's user as it is now: by the id, or by the username where it was recreated."""
        found = self._client.read(person) if person.id else None
        if found is None and person.username:
            found = unless_gone(partial(self._client.find, person.username))
        return Account(Standing.THERE, found) if isinstance(found, Person) else Account(Standing.GONE)

    def roster(self, entry: Roster) -> Roster | None:
        """Read a rotation or an escalation as it is now, None where it is gone."""
        found = self._client.read(entry)
        return found if isinstance(found, Roster) else None

    def put_back(self, entry: Entry, now: datetime) -> str:  # noqa: ARG002
        """Recreate a deleted entry, or write a roster, in one attempt; all is done as asked for, or raises."""
        match entry:
            case Person():
                self.invite(entry)
            case Rotation():
                self.patch_rotation(entry)
            case Escalation():
                self.patch_escalation(replace(entry, rules=tuple(map(_with_source, entry.rules))))
            case Membership():
                self.add_member(entry)
            case Override():
                self.create_override(entry)
            case ForwardingRule():
                self.create_forwarding_rule(entry)
        return ""


def _with_source(rule: Rule) -> Rule:
    """Give a rule out of a record what Opsgenie takes: one that was read has it."""
    delay = {"timeAmount": rule.delay.time_amount, "timeUnit": rule.delay.time_unit}
    source = {"condition": rule.condition, "notifyType": rule.notify_type, "delay": delay}
    return rule if rule.source else replace(rule, source=source)


def connect(settings: Settings, session: Session, deadline: Deadline, parallel: Parallel) -> Connection:
    """Return the clients for one person."""
    transport = Transport(session, api(settings), deadline)
    client = Opsgenie(transport, parallel)
    console = OpsgenieConsole(transport, settings.opsgenie_api_url, client, parallel)
    return Connection(client, console, parallel)
