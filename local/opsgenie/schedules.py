"""Serve schedules, with their rotations and overrides.

https://docs.opsgenie.com/docs/schedule-api, schedule-rotation-api and schedule-override-api
"""

import uuid
from collections.abc import Mapping

from local.opsgenie.answers import Reply, unprocessable
from local.opsgenie.entities import BY_ID, Context, Entities
from local.opsgenie.references import resolve
from local.simulator.fields import brief, chosen, dates, listed, require, without
from local.simulator.store import Item, Nested
from local.simulator.time_restrictions import time_restriction

PARTICIPANTS = ("user", "team", "escalation", "none")


class Schedules(Entities):
    """Serve schedules; rotations come along with expand=rotation, and always when one is read by itself."""

    entity = "Schedule"
    collection = "schedules"
    path = "/v2/schedules"
    identifier = "schedule"
    identity = ("id", "name", "enabled")

    def prepare(self, context: Context, body: Item, old: Item) -> Item:
        types = {"name": str, "description": str, "timezone": str, "enabled": bool}
        defaults = {"timezone": "Etc/UTC", "enabled": True, "rotations": [], "overrides": []}
        new = {**defaults, **old, **chosen(body, types), **owner_team(context, body)}
        require(new, "name")
        if body.get("rotations") is not None:
            new["rotations"] = []
            for entry in listed(body, "rotations"):
                new["rotations"].append(_rotation(context, entry, {}, len(new["rotations"])))
        return new

    def update(self, context: Context) -> Reply:
        schedule = self.get(context)
        reply = super().update(context)
        _forget_gone_rotations(schedule)
        return reply

    def list(self, context: Context) -> Reply:
        return Reply({**super().list(context).body, "expandable": ["rotation"]})

    def show(self, item: Item) -> Item:
        return without(item, "overrides")

    def summary(self, context: Context, item: Item) -> Item:
        expanded = "rotation" in context.query.get("expand", "").split(",")
        return without(item, "overrides") if expanded else {**without(item, "overrides"), "rotations": []}


class ScheduleOfPath(Schedules):
    """Find the schedule in the paths below a schedule, where the type parameter has another name."""

    type_parameter = "scheduleIdentifierType"


SCHEDULE_OF_PATH = ScheduleOfPath()


class Rotations(Entities):
    """Serve the rotations of a schedule; PATCH replaces the participants as a whole."""

    entity = "Rotation"
    collection = "rotations"
    path = "/v2/schedules/<identifier:schedule>/rotations"
    identifier = "rotation"
    by = BY_ID
    type_parameter = ""
    parent = SCHEDULE_OF_PATH
    blockable = False

    def prepare(self, context: Context, body: Item, old: Item) -> Item:
        return _rotation(context, body, old, len(SCHEDULE_OF_PATH.get(context)["rotations"]))

    def removed(self, context: Context, item: Item) -> None:  # noqa: ARG002 -- the schedule shows what is left
        _forget_gone_rotations(SCHEDULE_OF_PATH.get(context))


class Overrides(Entities):
    """Serve the overrides of a schedule, which are named by an alias."""

    entity = "Override"
    collection = "overrides"
    path = "/v2/schedules/<identifier:schedule>/overrides"
    identifier = "alias"
    by: Mapping[str, str] = {"alias": "alias"}
    type_parameter = ""
    update_method = "PUT"
    identity = ("alias",)
    parent = SCHEDULE_OF_PATH
    blockable = False

    def prepare(self, context: Context, body: Item, old: Item) -> Item:
        alias = old.get("alias") or chosen(body, {"alias": str}).get("alias") or str(uuid.uuid4())
        new = {"alias": alias, **dates(body, "startDate", "endDate")}
        require({**body, **new}, "user", "startDate", "endDate")
        new["user"] = resolve(context.account, body["user"], PARTICIPANTS[:3], "user")
        if body.get("rotations"):
            new["rotations"] = [self._rotation(context, entry) for entry in listed(body, "rotations")]
        return new

    def _rotation(self, context: Context, entry: Item) -> Item:
        rotations = Nested(SCHEDULE_OF_PATH.get(context)["rotations"])
        by = "id" if entry.get("id") else "name"
        rotation = rotations.find(str(entry.get(by)), by)
        if rotation is None:
            raise unprocessable(rotations=f"No rotation exists with {by} [{entry.get(by)}]")
        return brief(rotation, "id", "name")

    def list(self, context: Context) -> Reply:
        parent = brief(SCHEDULE_OF_PATH.get(context), "id", "name", "enabled")
        entries = self.shelf(context).values()
        return Reply({"data": [{"_parent": parent, **self.show(entry)} for entry in entries]})


def owner_team(context: Context, body: Item) -> Item:
    """Pick the owner team out of a body; {} means none."""
    team = body.get("ownerTeam")
    return {"ownerTeam": without(resolve(context.account, team, ["team"], "ownerTeam"), "type")} if team else {}


def _forget_gone_rotations(schedule: Item) -> None:
    """Take rotations that are gone out of the overrides.

    An override of these only goes too: it must not become one of the whole schedule.
    """
    there = {rotation["id"] for rotation in schedule["rotations"]}
    for override in [o for o in schedule["overrides"] if "rotations" in o]:
        override["rotations"] = [one for one in override["rotations"] if one["id"] in there]
        if not override["rotations"]:
            Nested(schedule["overrides"]).remove(override)


def _rotation(context: Context, body: Item, old: Item, place: int) -> Item:
    defaults = {"id": str(uuid.uuid4()), "name": f"Rot{place + 1}", "length": 1}
    picked = chosen(body, {"name": str, "type": str, "length": int})
    new = {**defaults, **old, **picked, **dates(body, "startDate", "endDate"), **time_restriction(body)}
    if body.get("participants") is not None:
        entries = listed(body, "participants")
        new["participants"] = [resolve(context.account, entry, PARTICIPANTS, "participants") for entry in entries]
    may_be_empty = bool(old) and context.quirks.accepts_empty_participants
    require(new, "name", "type", "startDate", *([] if may_be_empty else ["participants"]))
    if new["type"] not in ("hourly", "daily", "weekly") or not 1 <= new["length"] <= 1000:
        raise unprocessable(type="must be hourly, daily or weekly, with a length from 1 to 1000")
    return new
