"""Compute shifts from rotations, restrictions and overrides.

Asking the vendor who is on call at each moment would be right by definition, but takes a call per hand-over, and no
vendor tells who would be on call after a change. Turns count from a rotation's start in hours: if the clocks of the
schedule's time zone have changed since, a hand-over may be off by an hour.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from service.model import Participant, ascii_lower
from service.reach import NOBODY
from service.schedule import Schedule, TimedOverride, TimedRotation

DAY = timedelta(days=1)

AHEAD = (1, 8, 64, 366)
"""Days to look ahead for the next hand-over, one window after the other: computing a year of turns takes time."""

Span = tuple[datetime, datetime]
Key = tuple[str, str]


@dataclass(frozen=True)
class Shift:
    """Somebody's time on call in one rotation."""

    start: datetime
    end: datetime
    who: Participant
    rotation: str
    is_override: bool = False

    @property
    def is_nobody(self) -> bool:
        """Whether the turn was given to no one."""
        return self.who.type in NOBODY


def shifts(schedule: Schedule, start: datetime, end: datetime) -> list[Shift]:
    """Return the shifts between two moments, by rotation, then by time; some are nobody's."""
    if not schedule.enabled:
        return []
    zone = timezone(schedule.timezone)
    return [
        shift
        for rotation in schedule.rotations
        for shift in _joined(_with_overrides(schedule, rotation, zone, (start, end)))
    ]


def gaps(found: Iterable[Shift], start: datetime, end: datetime) -> list[Span]:
    """Return the spans between two moments when nobody is on call."""
    return _free(_covered(found), start, end)


def new_gaps(before: Schedule, after: Schedule, start: datetime, end: datetime) -> list[Span]:
    """Return the spans between two moments when somebody is on call by one schedule, and nobody by the other."""
    free = gaps(shifts(before, start, end), start, end)
    return _free([*free, *_covered(shifts(after, start, end))], start, end)


def _covered(found: Iterable[Shift]) -> list[Span]:
    return [(shift.start, shift.end) for shift in found if not shift.is_nobody]


def _free(covered: Iterable[Span], start: datetime, end: datetime) -> list[Span]:
    free, until = [], start
    for begins, ends in sorted(covered):
        if begins > until:
            free.append((until, begins))
        until = max(until, ends)
    return [*free, (until, end)] if until < end else free


def on_call(schedule: Schedule, moment: datetime) -> tuple[Participant, ...]:
    """Return who is on call at a moment, each once; nobody's shifts are left out."""
    found = shifts(schedule, moment, moment + timedelta.resolution)
    return tuple(dict.fromkeys(shift.who for shift in found if not shift.is_nobody))


def next_hand_over(schedule: Schedule, moment: datetime) -> datetime | None:
    """Return when others than at a moment are first on call, or None if that is more than a year off."""
    there = frozenset(map(_key, on_call(schedule, moment)))
    for days in AHEAD:
        end = moment + days * DAY
        for edge, who in _changes(shifts(schedule, moment, end)):
            if moment < edge < end and who != there:
                return edge
    return None


def _key(who: Participant) -> Key:
    """Return what a participant is known by: answers may leave out the username."""
    return who.type, who.id or ascii_lower(who.username) or who.name


def _changes(found: Iterable[Shift]) -> Iterator[tuple[datetime, frozenset[Key]]]:
    """Yield each moment at which a shift begins or ends, with who is on call from then on."""
    edges: dict[datetime, Counter[Key]] = defaultdict(Counter)
    for shift in found:
        if not shift.is_nobody:
            edges[shift.start][_key(shift.who)] += 1
            edges[shift.end][_key(shift.who)] -= 1
    there: Counter[Key] = Counter()
    for edge in sorted(edges):
        there.update(edges[edge])
        yield edge, frozenset(who for who, count in there.items() if count)


def timezone(name: str) -> tzinfo:
    """Return a time zone by name, or UTC if it is unknown."""
    return _zone(name) or UTC


def is_known(name: str) -> bool:
    """Tell whether a time zone is known."""
    return _zone(name) is not None


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _with_overrides(schedule: Schedule, rotation: TimedRotation, zone: tzinfo, window: Span) -> list[Shift]:
    found = [
        Shift(*both, who, rotation.name)
        for who, span in _turns(rotation, window)
        for allowed in _allowed(rotation, zone, span)
        if (both := _common(span, allowed))
    ]
    # The first override wins, so it is applied last.
    for override in reversed([one for one in schedule.overrides if _is_for(one, rotation)]):
        if span := _common((override.start, override.end), window):
            found = [*_cut(found, span), Shift(*span, override.user, rotation.name, is_override=True)]
    return sorted(found, key=lambda shift: shift.start)


def _is_for(override: TimedOverride, rotation: TimedRotation) -> bool:
    return not override.rotations or rotation.id in override.rotations


def _turns(rotation: TimedRotation, window: Span) -> Iterator[tuple[Participant, Span]]:
    last = min(window[1], rotation.end or window[1])
    if len(set(rotation.participants)) == 1:  # one long turn, however many there are
        if span := _common((rotation.start, last), window):
            yield rotation.participants[0], span
        return
    number = max(0, (window[0] - rotation.start) // rotation.turn)
    while rotation.participants and (begins := rotation.start + number * rotation.turn) < last:
        span = _common((begins, begins + rotation.turn), (window[0], last))
        if span:
            yield rotation.participants[number % len(rotation.participants)], span
        number += 1


def _allowed(rotation: TimedRotation, zone: tzinfo, span: Span) -> Iterator[Span]:
    """Yield the times near a span that a rotation is restricted to; a weekly one may have begun a week before."""
    if not rotation.restrictions:
        yield span
        return
    day = span[0].astimezone(zone).date() - 8 * DAY
    while day <= span[1].astimezone(zone).date():
        midnight = datetime.combine(day, time())
        for restriction in rotation.restrictions:
            if restriction.day in (None, day.weekday()):
                yield _utc(midnight + restriction.begins, zone), _utc(midnight + restriction.ends, zone)
        day += DAY


def _utc(local: datetime, zone: tzinfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)


def _common(left: Span, right: Span) -> Span | None:
    begins, ends = max(left[0], right[0]), min(left[1], right[1])
    return (begins, ends) if begins < ends else None


def _cut(found: Iterable[Shift], span: Span) -> Iterator[Shift]:
    """Take a span out of shifts."""
    for shift in found:
        for rest in ((shift.start, min(shift.end, span[0])), (max(shift.start, span[1]), shift.end)):
            if rest[0] < rest[1]:
                yield Shift(*rest, shift.who, shift.rotation, shift.is_override)


def _joined(found: Iterable[Shift]) -> list[Shift]:
    """Join shifts of the same person that follow each other."""
    joined: list[Shift] = []
    for shift in found:
        last = joined[-1] if joined else None
        if last and last.end >= shift.start and (last.who, last.is_override) == (shift.who, shift.is_override):
            joined[-1] = Shift(last.start, max(last.end, shift.end), last.who, last.rotation, last.is_override)
        else:
            joined.append(shift)
    return joined
