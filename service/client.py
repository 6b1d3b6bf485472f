"""The port: what the off-boarding needs from any vendor's on-call system."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from service.model import Change, Entry, Named, Override, Participant, Person, Roster, TeamUse
from service.survey import OnCalls, Survey


class Scope(Enum):
    """How much a survey reads."""

    FIRST = "first"
    """The person's own lists, and who is on call."""
    AGAIN = "again"
    """The same after changes were made."""
    EVERYWHERE = "everywhere"
    """The whole account, without who is on call."""


@dataclass(frozen=True)
class Capabilities:
    """What differs between vendors and is known before any call."""

    product: str
    """The vendor's name for it."""
    removal: str
    """How the user's account is ended: an action such as `delete`; empty where it is kept."""
    refuses_while_in_use: bool
    """Whether removing a user who is in use is refused, and changes nothing."""
    not_checked: tuple[str, ...]
    """What no survey shows, a sentence each."""
    only_in_refusal: tuple[str, ...]
    """What only a refused removal shows; empty where nothing is refused."""
    rights: str
    """What a key needs, as advice for when one is refused."""
    unknown_key: str
    """Advice for when a key is not known."""
    removal_is_final: bool = False
    """Whether nothing refuses the removal and nothing undoes it, so that everything is looked through before."""
    not_found: str = ""
    """Who is not found although there is such a user, as part of a sentence; empty where nobody is."""


Rule = Callable[[Roster], Change | None]
"""Decides what to change in a rotation or an escalation as it is now; None where there is nothing to change."""


class Client(Protocol):
    """One vendor's on-call system; every method raises ServiceError."""

    @property
    def capabilities(self) -> Capabilities:
        """What this vendor can do."""

    def find(self, username: str) -> Person:
        """Return the user with this username; raises NotFoundError."""

    def survey(self, person: Person, scope: Scope) -> Survey:
        """Read everything that holds the person."""

    def on_calls(self) -> OnCalls:
        """Read who is on call now in each schedule; that it could not be read is in what it returns."""

    def read(self, entry: Entry) -> Entry | None:
        """Return the entry as it is now, None where it is gone."""

    def behind(self, participant: Participant) -> tuple[Participant, ...]:
        """Read whom a team, an escalation or a schedule leads to; empty where it is gone or of another kind."""

    def uses(self, teams: tuple[Named, ...]) -> tuple[TeamUse, ...]:
        """Read every rotation and escalation that lists one of the teams, and the teams' own routing rules."""

    def has_turns(self, person: Person) -> bool:
        """Tell whether the person is on call now or in time to come, as far as the vendor shows it by person."""

    def overrides_of(self, person: Person) -> tuple[tuple[Override, ...], tuple[str, ...]]:
        """Read the person's overrides in every schedule; returns them, and what could not be read."""

    def apply(self, change: Change) -> None:
        """Make a change to anything but a rotation or an escalation.

        Raises NotFoundError where the entry is gone, and InUseError where the account is in use.
        """

    def update(self, entry: Roster, rule: Rule) -> Change | None:
        """Let the rule decide on the entry as it is now, write that once, and return it.

        Each retry begins with a fresh read. Returns None where nothing was left to change, raises what the rule
        raises, and NotFoundError where the entry is gone.
        """
