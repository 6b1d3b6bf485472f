"""A whole account as the report needs it, and who is counted on in it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import chain

from service.model import Escalation, ForwardingRule, Named, Participant, ascii_lower, is_over
from service.reach import Reach
from service.schedule import Schedule

Place = tuple[str, str, Participant]
"""The kind and the name of something, and a user whom it names."""


@dataclass(frozen=True)
class User:
    """A user; `reachable` is None if the contact methods were not fetched."""

    id: str
    username: str
    full_name: str = ""
    state: str = ""
    """Why the user can no longer be called, in the vendor's word; empty for one who can."""
    verified: bool = True
    reachable: bool | None = None


@dataclass(frozen=True)
class Inventory:
    """The account at one moment."""

    time: datetime
    users: Mapping[str, User]
    schedules: tuple[Schedule, ...]
    escalations: tuple[Escalation, ...]
    teams: Mapping[str, tuple[Participant, ...]] = field(default_factory=dict)
    """The members of the teams that stand in a rotation or an escalation, by the team's id."""
    forwarding_rules: tuple[ForwardingRule, ...] = ()
    shows_contacts: bool = True
    """Whether the vendor shows who verified their account and how they are notified."""
    not_checked: tuple[str, ...] = ()
    """What could not be read, a sentence each."""

    @cached_property
    def reach(self) -> Reach:
        """What this account tells about who can be called."""
        unusable: list[User | Participant] = [user for user in self.users.values() if user.state]
        unusable += [one for one in self._listed_users() if user_of(self, one) is None]
        names = {name for one in unusable for name in (one.id, ascii_lower(one.username)) if name}
        return Reach(names, behind=self._behind)

    def _listed_users(self) -> Iterator[Participant]:
        rotations = (rotation.participants for schedule in self.schedules for rotation in schedule.rotations)
        overrides = ((override.user for override in schedule.overrides) for schedule in self.schedules)
        recipients = (escalation.listed for escalation in self.escalations)
        return _users(dict.fromkeys(chain(*rotations, *overrides, *recipients, *self.teams.values())))

    def _behind(self, one: Participant) -> tuple[Participant, ...]:
        match one.type:
            case "team":
                return self.teams.get(one.id, ())
            case "escalation":
                return tuple(who for found in self.escalations if found.id == one.id for who in found.listed)
            case "schedule":
                found = [schedule for schedule in self.schedules if schedule.id == one.id and schedule.enabled]
                return tuple(
                    who
                    for schedule in found
                    for rotation in schedule.rotations
                    if rotation.end is None or rotation.end > self.time
                    for who in rotation.participants
                )
        return ()


def user_of(inventory: Inventory, participant: Participant) -> User | None:
    """Find a participant's user by id or by username: which one is present is not documented."""
    username = ascii_lower(participant.username)
    return inventory.users.get(participant.id) or next(
        (user for user in inventory.users.values() if username and ascii_lower(user.username) == username), None
    )


def key_of(inventory: Inventory, participant: Participant) -> tuple[str, str]:
    """Return a key that identifies a participant, whether given by id or by username."""
    user = user_of(inventory, participant) if participant.type == "user" else None
    known = participant.id or ascii_lower(participant.username) or participant.name
    return participant.type, user.id if user else known


def username_of(inventory: Inventory, participant: Participant) -> str:
    """Return what somebody is called: by username, or by whatever is known of somebody without an account."""
    user = user_of(inventory, participant)
    return user.username if user else participant.username or participant.name or participant.id


def on_call_participants(inventory: Inventory) -> Iterator[Place]:
    """Yield kind, name and participant for users in rotations, escalations and overrides not yet over."""
    for found in inventory.schedules:
        for rotation in found.rotations:
            if rotation.end is None or rotation.end > inventory.time:
                for one in _users(rotation.participants):
                    yield "rotation", f"{found.name} / {rotation.name}", one
        for one in _users(override.user for override in found.overrides if override.end > inventory.time):
            yield "override", found.name, one
    for escalation in inventory.escalations:
        for one in _users(rule.recipient for rule in escalation.rules):
            yield "escalation", escalation.name, one


def forwarding_participants(inventory: Inventory) -> Iterator[Place]:
    """Yield kind, name and participant for both ends of the forwarding rules not yet over."""
    for rule in inventory.forwarding_rules:
        if not is_over(rule.end_date, inventory.time):
            ends = [_participant(rule.from_user), _participant(rule.to_user)]
            name = " to ".join(username_of(inventory, one) for one in ends)
            yield from (("forwarding rule", name, one) for one in ends)


def _participant(user: Named) -> Participant:
    return Participant("user", user.id, user.name)


def _users(participants: Iterable[Participant]) -> Iterator[Participant]:
    return (one for one in participants if one.type == "user")
