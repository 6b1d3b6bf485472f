"""Read the times of rotations, whose JSON is the same at both vendors."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from service import parsing
from service.errors import UnexpectedResponseError
from service.model import Participant
from service.parsing import Json
from service.schedule import Restriction, TimedRotation

T = TypeVar("T")

HOURS = {"hourly": 1, "daily": 24, "weekly": 168}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = timedelta(days=1)

LONGEST = 10_000
"""The longest turn accepted, in hours, days or weeks."""


def understood(read: Callable[[Any], T], entry: Any) -> T | None:
    """Read the times of an entry; None where they cannot be parsed."""
    try:
        with parsing.parsing("times"):
            return read(entry)
    except UnexpectedResponseError:
        return None


def rotation(data: Json, participants: tuple[Participant, ...]) -> TimedRotation:
    """Read a rotation with its times.

    https://docs.opsgenie.com/docs/schedule-rotation-api and
    https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedule-rotations/
    """
    restriction = data.get("timeRestriction") or {}
    single = restriction.get("restriction")
    end = data.get("endDate")
    return TimedRotation(
        id=parsing.text(data, "id"),
        name=parsing.maybe_text(data, "name"),
        start=moment(data["startDate"]),
        end=moment(end) if end else None,
        turn=timedelta(hours=HOURS[data["type"]] * _number(data.get("length") or 1, LONGEST, least=1)),
        participants=participants,
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


def _day(name: str | None) -> int | None:
    return DAYS.index(name.lower()) if name else None


def _number(value: Any, most: int, *, least: int = 0) -> int:
    if not least <= value <= most:
        raise ValueError("not such a number")
    return int(value)


def moment(text: str) -> datetime:
    """Read a date; one without an offset is in UTC."""
    read = datetime.fromisoformat(text)
    try:
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("not a moment that there is") from error
