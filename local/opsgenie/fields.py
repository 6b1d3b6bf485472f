"""Checks of request bodies, shared by all kinds of entities."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from local.opsgenie.account import Item
from local.opsgenie.answers import unprocessable

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def chosen(body: Item, types: Mapping[str, type]) -> Item:
    """Pick the known fields out of a body; null is absent, unknown fields are ignored.

    Raises 422 for a field of another type.
    """
    picked = {field: body[field] for field in types if body.get(field) is not None}
    wrong = {
        field: f"must be of type {types[field].__name__}" for field in picked if type(picked[field]) is not types[field]
    }
    if wrong:
        raise unprocessable(**wrong)
    return picked


def require(item: Item, *fields: str) -> None:
    """Raise 422 naming every field that is missing or empty."""
    missing = {field: "may not be empty" for field in fields if not item.get(field)}
    if missing:
        raise unprocessable(**missing)


def listed(body: Item, field: str) -> Iterator[Item]:
    """Go through a list of objects in a body."""
    entries = body[field]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise unprocessable(**{field: "must be a list of objects"})
    yield from entries


def parsed(text: str) -> datetime:
    """Read a date; one without an offset is in UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def dates(body: Item, *fields: str) -> Item:
    """Pick dates out of a body, brought to UTC as Opsgenie answers them."""
    picked = chosen(body, dict.fromkeys(fields, str))
    wrong = {}
    for field, text in picked.items():
        try:
            picked[field] = parsed(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (ValueError, OverflowError):
            wrong[field] = "must be a date like 2026-11-25T09:00:00Z"
    if wrong:
        raise unprocessable(**wrong)
    return picked


def time_restriction(body: Item) -> Item:
    """Pick a time restriction out of a body."""
    given = chosen(body, {"timeRestriction": dict}).get("timeRestriction")
    if not given:
        return {}
    # The official Go client sends "restriction": {} beside restrictions.
    picked = {field: given[field] for field in ("type", "restriction", "restrictions") if given.get(field)}
    entries = picked.get("restrictions") or [picked.get("restriction")]
    days = {"time-of-day": (None, *DAYS), "weekday-and-time-of-day": DAYS}.get(str(picked.get("type")), ())
    if not isinstance(entries, list) or not all(_restricts(entry, days) for entry in entries):
        raise unprocessable(timeRestriction="needs a known type, and hours (and days) to start and to end")
    return {"timeRestriction": picked}


def _restricts(entry: Any, days: tuple[str | None, ...]) -> bool:
    if not isinstance(entry, dict):
        return False
    times = [entry.get("startHour"), entry.get("endHour"), entry.get("startMin", 0), entry.get("endMin", 0)]
    return all(type(time) is int for time in times) and all(entry.get(day) in days for day in ("startDay", "endDay"))


def brief(item: Item, *fields: str) -> Item:
    """Keep only some fields of an item, those that it has."""
    return {field: item[field] for field in fields if field in item}


def without(item: Item, *fields: str) -> dict[str, Any]:
    """Leave some fields of an item out."""
    return {field: value for field, value in item.items() if field not in fields}
