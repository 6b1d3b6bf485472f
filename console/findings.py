"""What is wrong with an account's on-call: people who would not hear an alert, and places with one person only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from console import rota
from console.inventory import Inventory, Schedule, User, in_something, key_of, user_of
from console.rota import Shift
from service.model import Participant

WEEKS = timedelta(weeks=4)


@dataclass(frozen=True)
class Silent:
    """Somebody who is counted on and would not hear an alert."""

    username: str
    full_name: str
    problems: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True)
class Alone:
    """A rotation or an escalation that depends on one."""

    name: str
    who: str


@dataclass(frozen=True)
class Ahead:
    """A schedule's next four weeks."""

    schedule: Schedule
    start: datetime
    end: datetime
    shifts: tuple[Shift, ...]
    gaps: tuple[tuple[datetime, datetime], ...]

    @property
    def uncovered(self) -> timedelta:
        """The time in which nobody is on call."""
        return sum((end - start for start, end in self.gaps), timedelta())


@dataclass(frozen=True)
class Findings:
    """The report."""

    time: datetime
    silent: tuple[Silent, ...]
    rotations: tuple[Alone, ...]
    escalations: tuple[Alone, ...]
    ahead: tuple[Ahead, ...]


def find(inventory: Inventory) -> Findings:
    """Look through an account."""
    return Findings(
        time=inventory.time,
        silent=tuple(_silent(inventory)),
        rotations=tuple(_rotations(inventory)),
        escalations=tuple(_escalations(inventory)),
        ahead=tuple(_ahead(schedule, inventory.time) for schedule in inventory.schedules),
    )


def label(inventory: Inventory, one: Participant) -> str:
    """Return what a participant goes by in a report."""
    if one.type == "none":
        return "nobody"
    if one.type != "user":
        return f"{one.name or one.id} ({one.type})"
    user = user_of(inventory, one)
    return (user.full_name or user.username) if user else one.username or one.id


def _silent(inventory: Inventory) -> Iterator[Silent]:
    places: dict[tuple[str, str], list[str]] = {}
    who: dict[tuple[str, str], tuple[User | None, Participant]] = {}
    for kind, name, one in in_something(inventory):
        key = key_of(inventory, one)
        who.setdefault(key, (user_of(inventory, one), one))
        places.setdefault(key, []).append(f"{kind} {name}")
    for key, (user, one) in who.items():
        if problems := _problems(user):
            username = user.username if user else one.username or one.id
            yield Silent(username, user.full_name if user else "", problems, tuple(dict.fromkeys(places[key])))


def _problems(user: User | None) -> tuple[str, ...]:
    if user is None:
        return ("no account",)
    words = {
        "blocked": user.blocked,
        "never verified": not user.verified,
        "no contact method enabled": user.reachable is False,
    }
    return tuple(word for word, holds in words.items() if holds)


def _rotations(inventory: Inventory) -> Iterator[Alone]:
    for schedule in inventory.schedules:
        for rotation in schedule.rotations:
            if rotation.end is not None and rotation.end <= inventory.time:
                continue
            real = {key_of(inventory, one): one for one in rotation.participants if one.type != "none"}
            if len(real) < 2 and all(one.type == "user" for one in real.values()):
                who = label(inventory, next(iter(real.values()), Participant("none")))
                yield Alone(f"{schedule.name} / {rotation.name}", who)


def _escalations(inventory: Inventory) -> Iterator[Alone]:
    for escalation in inventory.escalations:
        real = {key_of(inventory, rule.recipient): rule.recipient for rule in escalation.rules}
        if len(real) < 2:
            yield Alone(escalation.name, label(inventory, next(iter(real.values()), Participant("none"))))


def _ahead(schedule: Schedule, now: datetime) -> Ahead:
    end = now + WEEKS
    found = rota.shifts(schedule, now, end)
    return Ahead(schedule, now, end, tuple(found), tuple(rota.gaps(found, now, end)))
