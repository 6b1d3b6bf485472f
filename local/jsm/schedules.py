"""Serve schedules.

https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedules/
"""

from typing import Any

from local.jsm.answers import Reply, forbidden, not_found, unprocessable
from local.jsm.context import Context
from local.jsm.entities import Entities
from local.jsm.paging import SMALL
from local.jsm.rotations import new_rotation, shown
from local.jsm.sight import require_team_admin, sees
from local.simulator.fields import chosen, listed, require, without
from local.simulator.store import Item, Shelf

INLINED = 25


class Schedules(Entities):
    """Serve schedules; rotations come along with expand=rotation, and always when one is read by itself."""

    entity = "schedule"
    path = "/v1/schedules"
    identifier = "schedule"
    unique_name = True
    sizes = SMALL

    def shelf(self, context: Context, *, write: str = "") -> Shelf:  # noqa: ARG002 - `prepare` and `get` look at the team
        return context.site.schedules

    def get(self, context: Context, *, write: str = "") -> Item:
        schedule = super().get(context)
        if not sees(context, schedule):
            raise forbidden("see this schedule")
        if write:
            require_team_admin(context, schedule["teamId"], write)
        return schedule

    def listed(self, context: Context) -> list[Item]:
        query = context.query.get("query", "").lower()
        name, prefix = query.removesuffix("*"), query.endswith("*")
        return [
            schedule
            for schedule in context.site.schedules.values()
            if sees(context, schedule) and (not query or _matches(schedule["name"].lower(), name, prefix=prefix))
        ]

    def list(self, context: Context) -> Reply:
        return Reply({**super().list(context).body, "_expands": ["rotation"]})

    def prepare(self, context: Context, body: Item, old: Item) -> Item:
        types = {"name": str, "description": str, "timezone": str, "enabled": bool, "teamId": str}
        defaults: Item = {"description": "", "timezone": "Etc/UTC", "enabled": True, "teamId": ""}
        kept = old if context.quirks.partial_patch_keeps else without(old, "enabled")
        new = {"name": "", **defaults, "rotations": [], "overrides": [], **kept, **chosen(body, types)}
        require(new, "name")
        _require_team(context, new["teamId"])
        if body.get("rotations") is not None:
            # They come without ids: these are new ones, even where they look like the old.
            new["rotations"] = []
            for entry in listed(body, "rotations"):
                new["rotations"].append(new_rotation(context, entry, len(new["rotations"])))
        return new

    def show(self, context: Context, item: Item) -> Item:
        rotations = [shown(context, rotation) for rotation in item["rotations"]]
        return {**without(item, "overrides", "rotations"), "rotations": rotations}

    def summary(self, context: Context, item: Item) -> Item:
        whole = self.show(context, item)
        if "rotation" not in context.query.get("expand", "").split(",") or context.quirks.expand_inlines == "absent":
            return without(whole, "rotations")
        if context.quirks.expand_inlines == "first 25":
            return {**whole, "rotations": whole["rotations"][:INLINED]}
        return whole


def _matches(name: str, wanted: str, *, prefix: bool) -> bool:
    return name.startswith(wanted) if prefix else name == wanted


def _require_team(context: Context, team_id: str) -> None:
    require_team_admin(context, team_id, "change a schedule")
    team: Any = context.site.teams.find(team_id, "teamId") if team_id else {"operations": True}
    if team is None:
        raise not_found("team", team_id)
    if not team["operations"]:
        raise unprocessable(teamId=f"Operations are not enabled for the team [{team_id}]")
