"""Find on-call problems: people who cannot be called, rosters with only one person, and times with nobody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from console.report.inventory import Inventory, key_of, user_of
from console.report.people import InactiveUser, UnreachableUser, inactive_users, unreachable_users
from service import coverage
from service.coverage import Shift
from service.model import Participant
from service.schedule import Schedule

WEEKS = timedelta(weeks=4)


@dataclass(frozen=True)
class SinglePerson:
    """A roster that depends on one person."""

    name: str
    who: str


@dataclass(frozen=True)
class Outlook:
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
    inactive_users: tuple[InactiveUser, ...]
    unreachable_users: tuple[UnreachableUser, ...] | None
    """None where the vendor does not show who would hear an alert."""
    rotations: tuple[SinglePerson, ...]
    escalations: tuple[SinglePerson, ...]
    outlooks: tuple[Outlook, ...]
    not_checked: tuple[str, ...]


def find(inventory: Inventory) -> Findings:
    """Look through an account."""
    return Findings(
        time=inventory.time,
        inactive_users=tuple(inactive_users(inventory)),
        unreachable_users=tuple(unreachable_users(inventory)) if inventory.shows_contacts else None,
        rotations=tuple(_rotations(inventory)),
        escalations=tuple(_escalations(inventory)),
        outlooks=tuple(_outlook(schedule, inventory) for schedule in inventory.schedules),
        not_checked=inventory.not_checked,
    )


def label(inventory: Inventory, one: Participant) -> str:
    """Return a participant's name in a report."""
    if one.type == "none":
        return "nobody"
    if one.type != "user":
        return f"{one.name or one.id} ({one.type})"
    user = user_of(inventory, one)
    return (user.full_name or user.username) if user else one.username or one.id


def _rotations(inventory: Inventory) -> Iterator[SinglePerson]:
    for schedule in inventory.schedules:
        for rotation in schedule.rotations:
            if rotation.end is not None and rotation.end <= inventory.time:
                continue
            real = {key_of(inventory, one): one for one in rotation.participants if one.type != "none"}
            if len(real) < 2 and all(one.type == "user" for one in real.values()):
                who = label(inventory, next(iter(real.values()), Participant("none")))
                yield SinglePerson(f"{schedule.name} / {rotation.name}", who)


def _escalations(inventory: Inventory) -> Iterator[SinglePerson]:
    for escalation in inventory.escalations:
        real = {key_of(inventory, rule.recipient): rule.recipient for rule in escalation.rules}
        if len(real) < 2:
            yield SinglePerson(escalation.name, label(inventory, next(iter(real.values()), Participant("none"))))


def _outlook(schedule: Schedule, inventory: Inventory) -> Outlook:
    """Look four weeks ahead; the turn of whoever leads to nobody who can be called is a gap."""
    now, end, somebody = inventory.time, inventory.time + WEEKS, cache(inventory.reach.somebody)
    found = coverage.shifts(schedule, now, end)
    covered = [shift for shift in found if somebody((shift.who,), ())]
    return Outlook(schedule, now, end, tuple(found), tuple(coverage.gaps(covered, now, end)))


def summary(outlook: Outlook) -> str:
    """Describe how much of the time somebody is on call, and warn if the time zone is unknown."""
    zone = outlook.schedule.timezone
    return _covered(outlook) + (
        "" if coverage.is_known(zone) else f" The time zone {zone} is not known here: all is counted in UTC."
    )


def _covered(outlook: Outlook) -> str:
    if not outlook.schedule.enabled:
        return "The schedule is switched off: nobody is on call."
    if not outlook.gaps:
        return "Somebody is on call all the time."
    stretches = "one stretch" if len(outlook.gaps) == 1 else f"{len(outlook.gaps)} stretches"
    share = outlook.uncovered / (outlook.end - outlook.start)
    percent = f"{share:.0%}" if share >= 0.01 else "less than 1%"
    return f"Nobody is on call for {_length(outlook.uncovered)} in {stretches} ({percent} of the time)."


def _length(length: timedelta) -> str:
    minutes = round(length / timedelta(minutes=1))
    hours = round(minutes / 60)
    if minutes < 60:
        return _many(max(1, minutes), "minute")
    if hours < 72:
        return _many(hours, "hour")
    return _many(hours // 24, "day") + (f" and {_many(hours % 24, 'hour')}" if hours % 24 else "")


def _many(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
