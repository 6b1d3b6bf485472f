"""Read schedules, as they are kept, into turns that can be computed."""

from collections.abc import Iterator
from datetime import datetime

from local.opsgenie.quirks import Quirks
from local.simulator.fields import parsed
from local.simulator.store import Item
from local.simulator.time_restrictions import hours_of, zone
from local.simulator.turns import Override, Rotation, Turn, overridden, turn_length


def turns_of(schedule: Item, rotation: Item, quirks: Quirks) -> Rotation:
    """Read a rotation of a schedule; its participants are references."""
    return Rotation(
        rotation["participants"],
        parsed(rotation["startDate"]),
        turn_length(rotation["type"], rotation["length"]),
        parsed(rotation["endDate"]) if "endDate" in rotation else None,
        hours_of(rotation.get("timeRestriction")),
        zone(schedule["timezone"]),
        follows_clock=quirks.turns_follow_clock and rotation["type"] != "hourly",
    )


def overrides_of(schedule: Item, rotation: Item) -> list[Override]:
    """Read the overrides that are for a rotation: those of the whole schedule, and its own."""
    return [
        Override(override["user"], parsed(override["startDate"]), parsed(override["endDate"]))
        for override in schedule["overrides"]
        if not override.get("rotations") or any(one["id"] == rotation["id"] for one in override["rotations"])
    ]


def final_turns(schedule: Item, since: datetime, until: datetime, quirks: Quirks) -> Iterator[tuple[Item, Turn]]:
    """Yield the turns of a schedule between two moments, overrides included, each with its rotation."""
    if not schedule["enabled"]:
        return
    for rotation in schedule["rotations"]:
        turns = turns_of(schedule, rotation, quirks).turns(since, until)
        for turn in overridden(turns, overrides_of(schedule, rotation), since, until):
            yield rotation, turn
