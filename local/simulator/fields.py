"""Checks of request bodies."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from local.simulator.store import Item


class FieldError(Exception):
    """Raised for fields that cannot be accepted; the vendor answers it in its own envelope."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{field} {reason}" for field, reason in errors.items()))
        self.errors = errors


def chosen(body: Item, types: Mapping[str, type]) -> Item:
    """Pick the known fields out of a body; null is absent, unknown fields are ignored.

    Raises FieldError for a field of another type.
    """
    picked = {field: body[field] for field in types if body.get(field) is not None}
    wrong = {
        field: f"must be of type {types[field].__name__}" for field in picked if type(picked[field]) is not types[field]
    }
    if wrong:
        raise FieldError(wrong)
    return picked


def require(item: Item, *fields: str) -> None:
    """Raise FieldError naming every field that is missing or empty."""
    missing = {field: "may not be empty" for field in fields if not item.get(field)}
    if missing:
        raise FieldError(missing)


def listed(body: Item, field: str) -> Iterator[Item]:
    """Go through a list of objects in a body; raises FieldError for anything else."""
    entries = body[field]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise FieldError({field: "must be a list of objects"})
    yield from entries


def parsed(text: str) -> datetime:
    """Read a date; one without an offset is in UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def dates(body: Item, *fields: str) -> Item:
    """Pick dates out of a body and convert them to UTC, in whole seconds with a Z.

    Raises FieldError naming every field that is no date.
    """
    picked = chosen(body, dict.fromkeys(fields, str))
    wrong = {}
    for field, text in picked.items():
        try:
            picked[field] = parsed(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (ValueError, OverflowError):
            wrong[field] = "must be a date like 2026-11-25T09:00:00Z"
    if wrong:
        raise FieldError(wrong)
    return picked


def brief(item: Item, *fields: str) -> Item:
    """Keep only these fields of an item, if it has them."""
    return {field: item[field] for field in fields if field in item}


def without(item: Item, *fields: str) -> Item:
    """Leave some fields of an item out."""
    return {field: value for field, value in item.items() if field not in fields}
