"""The console's port: calls that only the operator's commands make to a vendor."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple, Protocol, TypeVar

from tenacity import Retrying

from console.report.inventory import Inventory
from service.client import Client
from service.errors import NotFoundError
from service.model import Entry, ForwardingRule, Named, Override, Person, Roster, Rotation
from service.parallel import Parallel

T = TypeVar("T")


class Standing(Enum):
    """What has become of an account."""

    THERE = "there"
    SUSPENDED = "suspended"
    INACTIVE = "inactive"
    """Not usable, in a way that nothing here undoes."""
    GONE = "gone"


@dataclass(frozen=True)
class Account:
    """A person's account as it is now; there is no `user` where it is gone.

    `advice` says, as a part of a sentence, what makes one active that is not.
    """

    standing: Standing
    user: Person | None = None
    advice: str = "activate it by hand"


@dataclass(frozen=True)
class Undo:
    """What differs between vendors when an off-boarding is undone."""

    invites: bool
    """Whether an account that is gone can be invited from here."""
    keeps_aliases: bool
    """Whether an override comes back under its old alias, by which it is known again."""
    has_roles: bool
    """Whether members have roles in their teams that can be read and set."""


class ConsoleClient(Protocol):
    """One vendor's on-call system; every method raises ServiceError."""

    @property
    def undo(self) -> Undo:
        """How this vendor undoes an off-boarding."""

    @property
    def rights_to_read(self) -> str:
        """What a key needs to read the account, as advice for when one is refused."""

    def attempts(self) -> Retrying:
        """Return a loop that retries on UnavailableError while there is time."""

    def read_account(self, now: datetime) -> Inventory:
        """Read the whole account."""

    def count_users(self, enough: int) -> int:
        """Return how many users the account has; `enough` may stand for that many and more."""

    def account(self, person: Person) -> Account:
        """Return a person's account as it is now: by the id, or by the username where it was recreated."""

    def roster(self, entry: Roster) -> Roster | None:
        """Read a rotation or an escalation as it is now, None where it is gone."""

    def members(self, team: Named) -> list[tuple[Named, str]]:
        """Get the members of a team, each with the role in it."""

    def overrides(self, schedule: Named) -> list[Override]:
        """List the overrides of a schedule."""

    def rotations(self, schedule: Named) -> list[Rotation]:
        """List the rotations of a schedule."""

    def forwarding_rules(self) -> list[ForwardingRule]:
        """List the forwarding rules of the account."""

    def put_back(self, entry: Entry, now: datetime) -> str:
        """Recreate a deleted entry, undo a suspension or write a roster, in one attempt.

        Returns what came out otherwise than asked for, as a part of a sentence.
        """


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
