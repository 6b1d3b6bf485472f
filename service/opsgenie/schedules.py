"""Parse Opsgenie's schedules, rotations and overrides with their times."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from service.errors import UnexpectedResponseError
from service.model import Override, Rotation
from service.opsgenie import parsing
from service.opsgenie.parsing import Json
from service.schedule import Restriction, Schedule, TimedOverride, TimedRotation

T = TypeVar("T")

HOURS = {"hourly": 1, "daily": 24, "weekly": 168}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = timedelta(days=1)

LONGEST = 10_000
"""The longest turn accepted, in hours, days or weeks."""


def schedule(data: Json, overrides: list[Override] | None) -> Schedule:
    """Read a whole schedule; `overrides` is None if it was just deleted.

    https://docs.opsgenie.com/docs/schedule-api
    """
    return Schedule(
        id=parsing.text(data, "id"),
        name=parsing.maybe_text(data, "name"),
        timezone=parsing.maybe_text(data, "timezone") or "Etc/UTC",
        enabled=data.get("enabled") is not False,
        rotations=tuple(_rotation(entry) for entry in data.get("rotations") or ()),
        overrides=tuple(_override(override) for override in overrides or ()),
    )


def listed(data: Json) -> Schedule:
    """Read a schedule out of a list, without its rotations; a time zone that cannot be parsed is in `unread`."""
    zone = data.get("timezone") or "Etc/UTC"
    unread = () if isinstance(zone, str) else ("its time zone",)
    found = parsing.named(data)
    return Schedule(found.id, found.name, str(zone), data.get("enabled") is not False, (), (), unread)


def timed(found: Schedule, rotations: Iterable[Rotation], overrides: Iterable[Override]) -> Schedule:
    """Add rotations and overrides to a listed schedule; those that cannot be parsed are in `unread`."""
    unread = list(found.unread)
    times = [(one.name, _understood(_rotation, one.source)) for one in rotations]
    covers = [_understood(_override, one) for one in overrides]
    unread += [f"the times of its rotation {name}" for name, rotation in times if rotation is None]
    unread += ["the times of its overrides"] if None in covers else []
    return replace(
        found,
        rotations=tuple(rotation for _, rotation in times if rotation),
        overrides=tuple(override for override in covers if override),
        unread=tuple(unread),
    )


def _understood(read: Callable[[Any], T], entry: Any) -> T | None:
    try:
        with parsing.parsing("times"):
            return read(entry)
    except UnexpectedResponseError:
        return None


def _rotation(data: Json) -> TimedRotation:
    """Read a rotation with its times.

    https://docs.opsgenie.com/docs/schedule-rotation-api
    """
    restriction = data.get("timeRestriction") or {}
    single = restriction.get("restriction")
    end = data.get("endDate")
    return TimedRotation(
        id=parsing.text(data, "id"),
        name=parsing.maybe_text(data, "name"),
        start=_moment(data["startDate"]),
        end=_moment(end) if end else None,
        turn=timedelta(hours=HOURS[data["type"]] * _number(data.get("length") or 1, LONGEST, least=1)),
        participants=tuple(parsing.participant(entry) for entry in data.get("participants") or ()),
        restrictions=tuple(map(_restriction, restriction.get("restrictions") or ([single] if single else []))),
    )


def _restriction(data: Json) -> Restriction:
    """Read a restriction: one with days ends within a week, one without within a day."""
    first, last = _day(data.get("startDay")), _day(data.get("endDay"))
    begins, ends = (
        timedelta(hours=_number(data[f"{edge}Hour"], 24), minutes=_number(data.get(f"{edge}Min") or 0, 59))
        for edge in ("start", "end")
    )
    if first is not None and last is not None:
        ends += (last - first) % 7 * DAY
    if ends <= begins:
        ends += DAY if last is None else 7 * DAY
    return Restriction(first, begins, ends)


def _override(override: Override) -> TimedOverride:
    return TimedOverride(
        id=override.id,
        user=parsing.participant({"type": "user", **(override.source or {})["user"]}),
        start=_moment(override.start_date),
        end=_moment(override.end_date),
        rotations=tuple(one.id for one in override.rotations),
    )


def _day(name: str | None) -> int | None:
    return DAYS.index(name.lower()) if name else None


def _number(value: Any, most: int, *, least: int = 0) -> int:
    if not least <= value <= most:
        raise ValueError("not such a number")
    return int(value)


def _moment(text: str) -> datetime:
    """Read a date; one without an offset is in UTC."""
    read = datetime.fromisoformat(text)
    try:
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("not a moment that there is") from error
