"""Opsgenie, as the operator's commands use it."""

from datetime import datetime

from tenacity import Retrying

from console.client import Connection
from console.opsgenie import inventory
from console.opsgenie.endpoints import ConsoleEndpoints
from console.report.inventory import Inventory
from service.deadline import Deadline
from service.model import Entry, Escalation, ForwardingRule, Membership, Override, Person, Rotation
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

    def __init__(self, transport: Transport, base_url: str, parallel: Parallel) -> None:
        super().__init__(transport, base_url)
        self._parallel = parallel

    def attempts(self) -> Retrying:
        """Return a loop that retries on UnavailableError while there is time."""
        return self._transport.attempts()

    def read_account(self, now: datetime) -> Inventory:
        """Read the whole account."""
        return inventory.read_account(self, self._parallel, now)

    def count_users(self) -> int:
        """Return how many users the account has."""
        return ConsoleEndpoints(self._transport.within(COUNT_SECONDS), self._base_url).user_count()

    def put_back(self, entry: Entry) -> None:
        """Recreate a deleted entry, or write a roster, in one attempt."""
        match entry:
            case Person():
                self.invite(entry)
            case Rotation():
                self.patch_rotation(entry)
            case Escalation():
                self.patch_escalation(entry)
            case Membership():
                self.add_member(entry)
            case Override():
                self.create_override(entry)
            case ForwardingRule():
                self.create_forwarding_rule(entry)


def connect(settings: Settings, session: Session, deadline: Deadline, parallel: Parallel) -> Connection:
    """Return the clients for one person."""
    transport = Transport(session, api(settings), deadline)
    console = OpsgenieConsole(transport, settings.opsgenie_api_url, parallel)
    return Connection(Opsgenie(transport, parallel), console, parallel)
