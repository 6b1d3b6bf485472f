"""A whole account as the report needs it, and who is counted on in it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from service.model import Escalation, Participant, ascii_lower
from service.reach import Reach
from service.schedule import Schedule


@dataclass(frozen=True)
class User:
    """A user; `reachable` is None if the contact methods were not fetched."""

    id: str
    username: str
    full_name: str = ""
    blocked: bool = False
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

    @property
    def reach(self) -> Reach:
        """What this account tells about who can be called."""
        names = [name for user in self.users.values() if user.blocked for name in (user.id, ascii_lower(user.username))]
        return Reach(frozenset(names), behind=self._behind)

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


def on_call_participants(inventory: Inventory) -> Iterator[tuple[str, str, Participant]]:
    """Yield kind, name and participant for users in rotations, escalations and overrides not yet over."""
    for found in inventory.schedules:
        for rotation in found.rotations:
            if rotation.end is None or rotation.end > inventory.time:
                for one in _users(rotation.participants):
                    yield "rotation", f"{found.name} / {rotation.name}", one
        for override in found.overrides:
            if override.end > inventory.time:
                yield "override", found.name, override.user
    for escalation in inventory.escalations:
        for one in _users(rule.recipient for rule in escalation.rules):
            yield "escalation", escalation.name, one


def _users(participants: Iterable[Participant]) -> Iterator[Participant]:
    return (one for one in participants if one.type == "user")
