"""Time restrictions of rotations and routing rules: hours of each day, or of the week, in which they are in effect."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from local.simulator.fields import FieldError, chosen
from local.simulator.store import Item

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = timedelta(days=1)
ODD = "needs a known type, and hours (and days) to start and to end"

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Hours:
    """Hours that come back every day, or every week on `day` (0 is Monday); both edges count from that midnight."""

    begin: timedelta
    end: timedelta
    day: int | None = None


def time_restriction(body: Item) -> Item:
    """Pick a time restriction out of a body; raises FieldError for one that cannot be."""
    given = chosen(body, {"timeRestriction": dict}).get("timeRestriction")
    if not given:
        return {}
    # Some clients send "restriction": {} beside restrictions.
    picked = {field: given[field] for field in ("type", "restriction", "restrictions") if given.get(field)}
    entries = picked.get("restrictions") or [picked.get("restriction")]
    days = {"time-of-day": (None, *DAYS), "weekday-and-time-of-day": DAYS}.get(str(picked.get("type")), ())
    if not isinstance(entries, list) or not all(_restricts(entry, days) for entry in entries):
        raise FieldError({"timeRestriction": ODD})
    return {"timeRestriction": picked}


def _restricts(entry: Any, days: tuple[str | None, ...]) -> bool:
    if not isinstance(entry, dict):
        return False
    times = [(entry.get("startHour"), 24), (entry.get("endHour"), 24)]
    times += [(entry.get("startMin", 0), 60), (entry.get("endMin", 0), 60)]
    known = all(entry.get(day) in days for day in ("startDay", "endDay"))
    return known and all(type(number) is int and 0 <= number < most for number, most in times)


def hours_of(restriction: Item | None) -> tuple[Hours, ...]:
    """Read the hours of a time restriction; none at all means always."""
    if not restriction:
        return ()
    single = restriction.get("restriction")
    entries = restriction.get("restrictions") or ([single] if single else [])
    return tuple(_hours(entry, whole_week=restriction["type"] != "time-of-day") for entry in entries)


def _hours(entry: Item, *, whole_week: bool) -> Hours:
    begin, end = (
        timedelta(hours=entry[f"{edge}Hour"], minutes=entry.get(f"{edge}Min", 0)) for edge in ("start", "end")
    )
    if not whole_week:
        return Hours(begin, end if end > begin else end + DAY)
    first, last = DAYS.index(entry["startDay"]), DAYS.index(entry["endDay"])
    end += (last - first) * DAY
    return Hours(begin, end if end > begin else end + 7 * DAY, first)


def spans(hours: Iterable[Hours], zone: tzinfo, since: datetime, until: datetime) -> list[Span]:
    """Return when any of the hours are in effect between two moments, joined and in order."""
    each = _each(tuple(hours), zone, since, until)
    return joined((max(begin, since), min(end, until)) for begin, end in each)


def joined(found: Iterable[Span]) -> list[Span]:
    """Join the spans that meet or overlap, and leave the empty ones out."""
    whole: list[Span] = []
    for begin, end in sorted(span for span in found if span[0] < span[1]):
        if whole and begin <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end))
        else:
            whole.append((begin, end))
    return whole


def _each(hours: tuple[Hours, ...], zone: tzinfo, since: datetime, until: datetime) -> Iterator[Span]:
    if not hours:
        yield since, until
        return
    # Hours of a week may have begun a week ago.
    day = since.astimezone(zone).date() - 8 * DAY
    while day <= until.astimezone(zone).date():
        midnight = datetime.combine(day, time())
        for one in hours:
            if one.day in (None, day.weekday()):
                yield instant(midnight + one.begin, zone), instant(midnight + one.end, zone)
        day += DAY


def instant(wall: datetime, zone: tzinfo) -> datetime:
    """Return the moment at which the clocks of a time zone show a time; the first one of two."""
    return wall.replace(tzinfo=zone).astimezone(UTC)


def zone(name: str) -> tzinfo:
    """Return a time zone by its name, and UTC for a made-up one or where the machine has no time zone data."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
