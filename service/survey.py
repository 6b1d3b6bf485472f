"""What a survey of an account shows, and what is reported of an off-boarding."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from service.model import Blocker, Change, Escalation, ForwardingRule, Membership, Override, Person, Rotation
from service.schedule import Schedule


@dataclass(frozen=True)
class OnCall:
    """Who is on call in a schedule right now, by username or name."""

    id: str
    name: str
    recipients: tuple[str, ...]

    def has(self, person: Person) -> bool:
        """Tell whether the person is among them."""
        return person.is_among(self.recipients)


@dataclass(frozen=True)
class OnCalls:
    """Who is on call in each schedule of the account."""

    schedules: tuple[OnCall, ...] = ()
    time: datetime | None = None
    """When it was, by the vendor's clock; None where that is not known."""
    unread: str = ""
    """Why it could not be read; empty where it was."""


@dataclass(frozen=True)
class OnCallChange:
    """Who is on call in a schedule that the changes touch, before and after them; None where that is not known.

    Who is behind a team or an escalation is not computed: it stands there by its name.
    """

    id: str
    name: str
    now: tuple[str, ...] | None
    after: tuple[str, ...] | None
    computed: bool = False
    """Whether `after` is computed, not read."""
    hand_over: datetime | None = None
    """When it is next somebody else, or nobody, after the changes; None too where neither that nor who is changes."""
    gaps: tuple[tuple[datetime, datetime], ...] = ()
    """When, in the weeks to come, nobody is on call after the changes though somebody was before them."""


@dataclass(frozen=True)
class Survey:
    """Everything that holds a person."""

    person: Person
    rotations: tuple[Rotation, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    overrides: tuple[Override, ...] = ()
    forwarding_rules: tuple[ForwardingRule, ...] = ()
    memberships: tuple[Membership, ...] = ()
    on_call: OnCalls = OnCalls()
    schedules: tuple[Schedule, ...] = ()
    """The schedules that hold the person, or in which the person is on call, as far as their times were read."""
    other_forwarding_rules: tuple[ForwardingRule, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    """What blocks it and only a client can know."""
    blocked: frozenset[str] = frozenset()
    """The ids and the usernames, in lower case, of the users who are blocked."""
    not_checked: tuple[str, ...] = ()
    """What could not be read but does not block, a sentence each."""
    of_removal: tuple[str, ...] = ()
    """What the end of the account has consequences for, a sentence each."""
    ended: str = ""
    """How the account was ended before, as `Capabilities.removal` names it; empty where it was not."""

    def without_stale(self) -> "Survey":
        """Return the survey without stale memberships, which are tried once only."""
        return replace(self, memberships=tuple(entry for entry in self.memberships if not entry.stale))


@dataclass(frozen=True)
class Report:
    """What was done, or with a dry run would be."""

    person: Person
    deleted: bool
    changes: tuple[Change, ...]
    on_call: tuple[OnCallChange, ...]
    not_checked: tuple[str, ...]
    removal: str = field(default="", compare=False)
    """How the account is ended, or would be; empty where it is kept."""
    ended: str = field(default="", compare=False)
    """How it was ended before; empty where it was not."""
