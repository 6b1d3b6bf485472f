"""Serve the overrides of a schedule.

https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedule-overrides/
"""

from typing import Any

from local.jsm.answers import unprocessable
from local.jsm.context import Context
from local.jsm.entities import Entities
from local.jsm.paging import SMALL
from local.jsm.references import reference
from local.jsm.sight import schedule_of
from local.simulator.fields import dates, parsed, require
from local.simulator.store import Item, Nested, Shelf

FIELDS = ("responder", "startDate", "endDate")


class Overrides(Entities):
    """Serve overrides; their alias is the server's, and a list has those that are not over."""

    entity = "override"
    path = "/v1/schedules/<raw:schedule>/overrides"
    identifier = "alias"
    by = "alias"
    update_method = "PUT"
    sizes = SMALL

    def shelf(self, context: Context, *, write: str = "") -> Shelf:
        return Nested(schedule_of(context, write=write)["overrides"])

    def listed(self, context: Context) -> list[Item]:
        return [entry for entry in super().listed(context) if parsed(entry["endDate"]) > context.now]

    def prepare(self, context: Context, body: Item, old: Item) -> Item:  # noqa: ARG002 - PUT replaces all
        new = {"responder": body.get("responder"), **dates(body, "startDate", "endDate")}
        require(new, *FIELDS)
        new["responder"] = reference(context.site, body["responder"], ("user", "noone"), "responder")
        new["rotationIds"] = _rotation_ids(context, body.get("rotationIds"))
        start, end = parsed(new["startDate"]), parsed(new["endDate"])
        if end <= start:
            raise unprocessable(endDate="must be after startDate")
        if start < context.now and context.quirks.past_override_start == "422":
            raise unprocessable(startDate="must not be in the past")
        return new


def _rotation_ids(context: Context, given: Any) -> list[str] | None:
    if given is None:
        return None
    rotations = Nested(schedule_of(context)["rotations"])
    unknown = [one for one in given if rotations.find(one, "id") is None] if isinstance(given, list) else [given]
    if unknown:
        raise unprocessable(rotationIds=f"No schedule rotation exists with id [{unknown[0]}]")
    return list(given)
