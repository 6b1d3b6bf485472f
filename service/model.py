"""What the rules know: people, and the things that hold them.

The words are Opsgenie's. Nothing here is tied to its JSON: a client fills these classes and writes them back.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar


def ascii_lower(text: str) -> str:
    """Lower the letters A to Z only, as usernames are compared: other scripts have letters that change when lowered."""
    return "".join(chr(ord(char) + 32) if "A" <= char <= "Z" else char for char in text)


def is_over(end_date: str, now: datetime) -> bool:
    """Tell whether `end_date` is not after `now`; one that cannot be read counts as not over."""
    try:
        end = datetime.fromisoformat(end_date)
    except (ValueError, TypeError):
        return False
    return end.tzinfo is not None and end <= now


def _source() -> Any:
    """Keep what the vendor sent, for writing the entry back unchanged; the rules do not look into it."""
    return field(default=None, compare=False, repr=False)


def _read_at() -> Any:
    """Keep when the entry was read singly, by time.monotonic(); one from a list counts as read long ago."""
    return field(default=-math.inf, compare=False, repr=False)


@dataclass(frozen=True)
class Named:
    """A reference to a thing; a user's name is the username."""

    id: str
    name: str


@dataclass(frozen=True)
class Person:
    """A user of the account."""

    kind: ClassVar = "user"
    id: str
    username: str
    full_name: str = ""
    role: str = ""
    owner: bool = False
    blocked: bool = False
    profile: Mapping[str, Any] = field(default_factory=dict)
    """Other fields for recreating the user, as the vendor has them: time zone, address, tags and so on."""

    @property
    def name(self) -> str:
        """The username: an id means nothing once the account is gone."""
        return self.username

    def is_named(self, id: str, username: str) -> bool:  # noqa: A002 -- Opsgenie's word
        """Tell whether id or username, of which either may be empty, is this person's."""
        return (bool(id) and id == self.id) or (bool(username) and ascii_lower(username) == ascii_lower(self.username))

    def is_among(self, usernames: Iterable[str]) -> bool:
        """Tell whether this person's username is among these."""
        return any(self.is_named("", username) for username in usernames)


@dataclass(frozen=True)
class Participant:
    """An entry of a rotation, or the recipient of an escalation rule; of type `none` it is nobody."""

    type: str
    id: str = ""
    username: str = ""
    name: str = ""
    source: Mapping[str, Any] | None = _source()
    role: str = field(default="", compare=False, repr=False)
    """A member's role in the team; of a team, the role that its members must have to be notified. Empty: any."""

    def is_person(self, person: Person) -> bool:
        """Tell whether this is `person`, by id or by username: it is not documented which of them is present."""
        return self.type == "user" and person.is_named(self.id, self.username)

    def is_team(self, team: Named) -> bool:
        """Tell whether this is `team`, by id, or by name where no id is present."""
        return self.type == "team" and (self.id == team.id if self.id else self.name == team.name)


@dataclass(frozen=True)
class Rotation:
    """A rotation of a schedule with its participants in order, which may have repeats."""

    kind: ClassVar = "rotation"
    id: str
    name: str
    schedule: Named
    participants: tuple[Participant, ...]
    source: Mapping[str, Any] | None = _source()
    read_at: float = _read_at()

    @property
    def listed(self) -> tuple[Participant, ...]:
        """The participants, by the name that they share with an escalation's recipients."""
        return self.participants


@dataclass(frozen=True)
class Delay:
    """How long after the start of an alert a rule takes effect."""

    time_amount: int
    time_unit: str

    @property
    def length(self) -> timedelta:
        """The delay as a length of time; an unknown unit counts as minutes."""
        known = self.time_unit in ("seconds", "minutes", "hours", "days")
        return timedelta(**{self.time_unit if known else "minutes": self.time_amount})


NOTIFIED_ROLES = {"admins": "admin", "users": "user"}
"""What an escalation rule to a team notifies, if not all of it: `notifyType` and the members' role.

https://docs.opsgenie.com/docs/escalation-api#create-escalation
"""


@dataclass(frozen=True)
class Rule:
    """A step of an escalation: whom to notify and when."""

    condition: str
    notify_type: str
    delay: Delay
    recipient: Participant
    source: Mapping[str, Any] | None = _source()

    @property
    def notified(self) -> Participant:
        """The recipient; of a team maybe the members of one role only."""
        role = NOTIFIED_ROLES.get(self.notify_type.lower(), "") if self.recipient.type == "team" else ""
        return replace(self.recipient, role=role)


@dataclass(frozen=True)
class Escalation:
    """An escalation with its rules in order."""

    kind: ClassVar = "escalation"
    id: str
    name: str
    rules: tuple[Rule, ...]
    team: Named | None = field(default=None, compare=False, repr=False)
    source: Mapping[str, Any] | None = _source()
    read_at: float = _read_at()

    @property
    def listed(self) -> tuple[Participant, ...]:
        """The recipients of the rules, in order."""
        return tuple(rule.notified for rule in self.rules)

    @property
    def first_notice(self) -> timedelta:
        """How long after the start of an alert the first of the recipients is notified."""
        return min((rule.delay.length for rule in self.rules), default=timedelta())


Roster = Rotation | Escalation
"""An ordered list of people that is written back as a whole."""


@dataclass(frozen=True)
class Membership:
    """A user's place in a team; `id` and `name` are the team's.

    It is stale if the user's list of teams has it but the team's list of members does not.
    """

    kind: ClassVar = "team"
    id: str
    name: str
    user: Named
    role: str
    stale: bool = field(default=False, repr=False)
    others: tuple[Participant, ...] = field(default=(), compare=False, repr=False)
    """The team's other members."""


@dataclass(frozen=True)
class RoutingRule:
    """A rule of a team's that sends its alerts to an escalation, to a schedule or to no one."""

    kind: ClassVar = "routing_rule"
    id: str
    name: str
    notify: Participant

    @property
    def listed(self) -> tuple[Participant, ...]:
        """What it notifies."""
        return (self.notify,)


TeamUse = Rotation | Escalation | RoutingRule
"""What leads to a team."""


@dataclass(frozen=True)
class Override:
    """A user who stands in for the one on call in a schedule; `id` is the override's alias."""

    kind: ClassVar = "override"
    id: str
    schedule: Named
    user: Named
    start_date: str
    end_date: str
    rotations: tuple[Named, ...] = ()
    source: Mapping[str, Any] | None = _source()

    @property
    def name(self) -> str:
        """The schedule's name: an override has none of its own."""
        return self.schedule.name

    def is_over(self, now: datetime) -> bool:
        """Tell whether it ended before `now`."""
        return is_over(self.end_date, now)


@dataclass(frozen=True)
class ForwardingRule:
    """A rule that forwards a user's notifications to another."""

    kind: ClassVar = "forwarding_rule"
    id: str
    alias: str
    from_user: Named
    to_user: Named
    start_date: str
    end_date: str

    @property
    def name(self) -> str:
        """The two people: the rule has no name of its own."""
        return f"{self.from_user.name} to {self.to_user.name}"

    def is_in_force(self, now: datetime) -> bool:
        """Tell whether it is at work at a moment; one whose dates cannot be read is not."""
        try:
            return datetime.fromisoformat(self.start_date) <= now < datetime.fromisoformat(self.end_date)
        except (ValueError, TypeError):
            return False


Entry = Rotation | Escalation | Override | ForwardingRule | Membership | Person


@dataclass(frozen=True)
class Blocker:
    """A reason why the person must not be off-boarded, and what a person can do about it."""

    kind: str
    name: str
    reason: str
    remedies: tuple[str, ...]
    replaceable: bool = False
    """Whether a replacement helps too."""
    of_removal: bool = False
    """Whether it only forbids the end of the account."""


@dataclass(frozen=True)
class Request:
    """What was asked for; usernames are as the server stores them."""

    username: str
    replace_with: str | None = None
    dry_run: bool = False
    keep_user: bool = False
    keep_turns: bool = False


@dataclass(frozen=True)
class Change:
    """One write: `before` as it was read, `after` as it will be, None where the entry goes."""

    action: str
    before: Entry
    after: Entry | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The entry that this changes, the same after a rotation is read again."""
        # An alias is unique within its schedule only.
        schedule = f"{self.before.schedule.id}/" if isinstance(self.before, Override) else ""
        return self.before.kind, f"{schedule}{self.before.id}"
