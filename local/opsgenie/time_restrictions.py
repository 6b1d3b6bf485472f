"""Time restrictions of rotations and routing rules, as request bodies have them."""

from typing import Any

from local.opsgenie.answers import unprocessable
from local.simulator.fields import chosen
from local.simulator.store import Item

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def time_restriction(body: Item) -> Item:
    """Pick a time restriction out of a body; raises 422 for one that cannot be."""
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
