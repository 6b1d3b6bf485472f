"""A whole account as the report needs it, read through the lists."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from console.account import Account
from console.desk import Line
from service import shapes
from service.errors import NotFoundError
from service.model import Escalation, Named, Override, Participant
from service.shapes import Json, understood

HOURS = {"hourly": 1, "daily": 24, "weekly": 168}


@dataclass(frozen=True)
class User:
    """Somebody with an account; `reachable` is None where nobody looked for contact methods."""

    id: str
    username: str
    full_name: str = ""
    blocked: bool = False
    verified: bool = True
    reachable: bool | None = None


@dataclass(frozen=True)
class Rotation:
    """A rotation with its times: who has the n-th turn is the n-th participant, round and round."""

    id: str
    name: str
    start: datetime
    end: datetime | None
    turn: timedelta
    participants: tuple[Participant, ...]
    restrictions: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Schedule:
    """A schedule with its rotations and overrides."""

    id: str
    name: str
    timezone: str
    enabled: bool
    rotations: tuple[Rotation, ...]
    overrides: tuple[Override, ...]


@dataclass(frozen=True)
class Inventory:
    """The account at one moment."""

    time: datetime
    users: Mapping[str, User]
    schedules: tuple[Schedule, ...]
    escalations: tuple[Escalation, ...]


def take(line: Line, now: datetime) -> Inventory:
    """Read the account: the lists at once, then what they leave out."""
    api = line.account
    calls: list[Callable[[], Any]] = [api.users, api.whole_schedules, api.whole_escalations]
    users, schedules, escalations = line.parallel.run(calls)
    with understood("schedules"):
        names = [shapes.named(data) for data in schedules]
    overrides = line.parallel.run([partial(_unless_gone, partial(api.overrides, name)) for name in names])
    with understood("users and schedules"):
        found = Inventory(
            time=now,
            users={user.id: user for user in map(_user, users)},
            schedules=tuple(map(schedule, schedules, overrides)),
            escalations=tuple(line.parallel.run([partial(_whole_escalation, api, one) for one in escalations])),
        )
    return _with_contacts(line, found)


def people(participants: Iterable[Participant]) -> Iterator[Participant]:
    """Keep the users among participants."""
    return (one for one in participants if one.type == "user")


def user_of(inventory: Inventory, participant: Participant | Named) -> User | None:
    """Return the account of a participant, by id or by username: which of them is present is not documented."""
    username = participant.username if isinstance(participant, Participant) else participant.name
    return inventory.users.get(participant.id) or next(
        (user for user in inventory.users.values() if username and user.username.lower() == username.lower()), None
    )


def in_something(inventory: Inventory) -> Iterator[tuple[str, str, Participant]]:
    """Go through everybody in a rotation, an escalation or an override that is not over: kind, name, who."""
    for found in inventory.schedules:
        for rotation in found.rotations:
            if rotation.end is None or rotation.end > inventory.time:
                for one in people(rotation.participants):
                    yield "rotation", f"{found.name} / {rotation.name}", one
        for override in found.overrides:
            if not override.is_over(inventory.time):
                yield "override", found.name, Participant("user", override.user.id, override.user.name)
    for escalation in inventory.escalations:
        for one in people(rule.recipient for rule in escalation.rules):
            yield "escalation", escalation.name, one


def _with_contacts(line: Line, found: Inventory) -> Inventory:
    """Look for the contact methods of those who are in something, and of nobody else."""
    needed = {user.id: user for _, _, one in in_something(found) if (user := user_of(found, one))}
    calls = [partial(_whole_user, line.account, user) for user in needed.values()]
    whole = {user.id: user for user in line.parallel.run(calls)}
    return Inventory(found.time, {**found.users, **whole}, found.schedules, found.escalations)


def _whole_user(api: Account, listed: User) -> User:
    try:
        data = api.user_with_contacts(listed.id)
    except NotFoundError:
        return listed
    with understood("a user"):
        return _user(data, contacts=True)


def _user(data: Json, *, contacts: bool = False) -> User:
    return User(
        id=shapes.text(data["id"]),
        username=shapes.text(data["username"]),
        full_name=data.get("fullName") or "",
        blocked=data.get("blocked") is True,
        verified=data.get("verified") is not False,
        reachable=any(map(_is_enabled, data.get("userContacts") or ())) if contacts else None,
    )


def _is_enabled(contact: Json) -> bool:
    """Tell whether a contact is in use; the user's answer has it flat, the contacts' own under `status`."""
    return (contact.get("status") or contact).get("enabled") is True


def _whole_escalation(api: Account, found: Named | Escalation) -> Escalation:
    return found if isinstance(found, Escalation) else api.escalation(found)


def _unless_gone(call: Callable[[], list[Override]]) -> list[Override]:
    try:
        return call()
    except NotFoundError:
        return []


def schedule(data: Json, overrides: list[Override]) -> Schedule:
    """Read a schedule with its rotations.

    https://docs.opsgenie.com/docs/schedule-api
    """
    return Schedule(
        id=shapes.text(data["id"]),
        name=data.get("name") or "",
        timezone=data.get("timezone") or "Etc/UTC",
        enabled=data.get("enabled") is not False,
        rotations=tuple(_rotation(entry) for entry in data.get("rotations") or ()),
        overrides=tuple(overrides),
    )


def _rotation(data: Json) -> Rotation:
    """Read a rotation with its times.

    https://docs.opsgenie.com/docs/schedule-rotation-api
    """
    restriction = data.get("timeRestriction") or {}
    single = restriction.get("restriction")
    end = data.get("endDate")
    return Rotation(
        id=shapes.text(data["id"]),
        name=data.get("name") or "",
        start=moment(data["startDate"]),
        end=moment(end) if end else None,
        turn=timedelta(hours=HOURS[data["type"]] * max(1, int(data.get("length") or 1))),
        participants=tuple(shapes.participant(entry) for entry in data.get("participants") or ()),
        restrictions=tuple(restriction.get("restrictions") or ([single] if single else [])),
    )


def moment(text: str) -> datetime:
    """Read a date; one without an offset is in UTC."""
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
