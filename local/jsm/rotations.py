"""Serve the rotations of a schedule.

https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedule-rotations/
"""

import uuid

from local.jsm.answers import unprocessable
from local.jsm.context import Context
from local.jsm.entities import Entities
from local.jsm.paging import SMALL
from local.jsm.references import reference
from local.jsm.sight import schedule_of
from local.simulator import time_restrictions as restrictions
from local.simulator.fields import chosen, dates, listed, require, without
from local.simulator.store import Item, Nested, Shelf

PARTICIPANTS = ("user", "team", "escalation", "noone")
TYPES = ("hourly", "daily", "weekly")


class Rotations(Entities):
    """Serve rotations; PATCH replaces the participants as a whole."""

    entity = "schedule rotation"
    path = "/v1/schedules/<raw:schedule>/rotations"
    identifier = "rotation"
    unique_name = True
    sizes = SMALL

    def shelf(self, context: Context, *, write: str = "") -> Shelf:
        return Nested(schedule_of(context, write=write)["rotations"])

    def prepare(self, context: Context, body: Item, old: Item) -> Item:
        kept = old if context.quirks.partial_patch_keeps else without(old, "length")
        return _checked(context, body, kept, len(schedule_of(context)["rotations"]))

    def show(self, context: Context, item: Item) -> Item:
        return shown(context, item)

    def removed(self, context: Context, item: Item) -> None:
        overrides = Nested(schedule_of(context)["overrides"])
        for override in [entry for entry in overrides.values() if item["id"] in (entry.get("rotationIds") or [])]:
            override["rotationIds"].remove(item["id"])
            if not override["rotationIds"]:
                # It must not become one of the whole schedule.
                overrides.remove(override)


def new_rotation(context: Context, body: Item, place: int) -> Item:
    """Make the rotation that a schedule is created with; it gets an id of its own."""
    return {"id": str(uuid.uuid4()), **_checked(context, body, {}, place)}


def shown(context: Context, rotation: Item) -> Item:
    """Return a rotation as it is answered."""
    hours = rotation.get("timeRestriction") or {}
    if context.quirks.restrictions_order == "as sent" or "restrictions" not in hours:
        return rotation
    in_order = sorted(hours["restrictions"], key=lambda one: (one.get("startDay", ""), one["startHour"]))
    return {**rotation, "timeRestriction": {**hours, "restrictions": in_order}}


def _checked(context: Context, body: Item, old: Item, place: int) -> Item:
    defaults: Item = {"name": f"Rotation {place + 1}", "length": 1, "participants": []}
    picked = chosen(body, {"name": str, "type": str, "length": int})
    new = {**defaults, **old, **picked, **dates(body, "startDate"), **_end_date(body), **time_restriction(body)}
    if body.get("participants") is not None:
        entries = listed(body, "participants")
        new["participants"] = [reference(context.site, entry, PARTICIPANTS, "participants") for entry in entries]
    may_be_empty = context.quirks.accepts_empty_participants
    require(new, "name", "type", "startDate", *([] if may_be_empty else ["participants"]))
    if new["type"] not in TYPES or new["length"] < 1:
        raise unprocessable(type="must be hourly, daily or weekly, with a length of at least 1")
    return new


def _end_date(body: Item) -> Item:
    # None and "" mean no end, and come back as they were sent.
    if "endDate" in body and not body["endDate"]:
        return {"endDate": body["endDate"]}
    return dates(body, "endDate")


def time_restriction(body: Item) -> Item:
    """Pick a time restriction out of a body; null, which takes one away, comes back as it was sent."""
    if "timeRestriction" in body and body["timeRestriction"] is None:
        return {"timeRestriction": None}
    return restrictions.time_restriction(body)
