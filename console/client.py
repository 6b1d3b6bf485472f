"""The console's port: calls that only the operator's commands make to a vendor."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from tenacity import Retrying

from console.report.inventory import Inventory
from service.client import Client
from service.errors import NotFoundError
from service.model import Entry, ForwardingRule, Named, Override, Rotation
from service.parallel import Parallel

T = TypeVar("T")


class ConsoleClient(Protocol):
    """One vendor's on-call system; every method raises ServiceError."""

    def attempts(self) -> Retrying:
        """Return a loop that retries on UnavailableError while there is time."""

    def read_account(self, now: datetime) -> Inventory:
        """Read the whole account."""

    def count_users(self) -> int:
        """Return how many users the account has."""

    def members(self, team: Named) -> list[tuple[Named, str]]:
        """Get the members of a team, each with the role in it."""

    def overrides(self, schedule: Named) -> list[Override]:
        """List the overrides of a schedule."""

    def rotations(self, schedule: Named) -> list[Rotation]:
        """List the rotations of a schedule."""

    def forwarding_rules(self) -> list[ForwardingRule]:
        """List the forwarding rules of the account."""

    def put_back(self, entry: Entry) -> None:
        """Recreate a deleted entry, or write a roster, in one attempt."""


class Connection(NamedTuple):
    """Both clients, within one deadline."""

    client: Client
    console: ConsoleClient
    parallel: Parallel


def unless_gone(call: Callable[[], T]) -> T | None:
    """Return a call's result, or None if it raises NotFoundError."""
    try:
        return call()
    except NotFoundError:
        return None
