"""Serve the escalations of a team.

https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-escalations/
"""

import uuid
from typing import Any

from local.jsm.answers import unprocessable
from local.jsm.context import Context
from local.jsm.entities import Entities
from local.jsm.references import reference
from local.jsm.sight import team_of
from local.simulator.fields import FieldError, chosen, listed, require, without
from local.simulator.store import Item, Shelf

CONDITIONS = ("if-not-acked", "if-not-closed")
NOTIFY_TYPES = ("default", "next", "previous", "users", "admins", "random", "all")
RECIPIENTS = ("user", "schedule", "team")


class EscalationsOfTeam:
    """Keep the escalations of one team; there is no other way to reach them."""

    def __init__(self, context: Context, team_id: str) -> None:
        self._all = context.site.escalations
        self._team_id = team_id

    def values(self) -> list[Item]:
        return [entry for entry in self._all.values() if entry["teamId"] == self._team_id]

    def find(self, identifier: str, by: str) -> Item | None:
        return next((entry for entry in self.values() if entry[by] == identifier), None)

    def add(self, item: Item) -> None:
        self._all.add(item)

    def change(self, item: Item, new: Item) -> None:
        self._all.change(item, new)

    def remove(self, item: Item) -> None:
        self._all.remove(item)


class Escalations(Entities):
    """Serve escalations; PATCH replaces the rules as a whole."""

    entity = "escalation"
    path = "/v1/teams/<raw:team>/escalations"
    identifier = "escalation"

    def shelf(self, context: Context, *, write: str = "") -> Shelf:
        return EscalationsOfTeam(context, team_of(context, write=write)["teamId"])

    def prepare(self, context: Context, body: Item, old: Item) -> Item:
        kept = old if context.quirks.partial_patch_keeps else without(old, "enabled", "repeat")
        picked = chosen(body, {"name": str, "description": str, "enabled": bool})
        new = {"name": "", "description": "", "enabled": True, **kept, **picked}
        new["teamId"] = context.variables["team"]
        if body.get("rules") is not None:
            new["rules"] = [_rule(context, entry) for entry in listed(body, "rules")]
        if "repeat" in body:
            new["repeat"] = body["repeat"]
        may_be_empty = bool(old) and context.quirks.accepts_empty_rules
        require(new, "name", *([] if may_be_empty else ["rules"]))
        return new

    def show(self, context: Context, item: Item) -> Item:  # noqa: ARG002
        return without(item, "teamId")


def default_escalation(team: Item, schedule_id: str) -> Item:
    """Make the escalation that a team has from the start."""
    rule = {"condition": "if-not-acked", "notifyType": "default", "delay": 1}
    return {
        "id": str(uuid.uuid4()),
        "name": f"{team['displayName']}_escalation",
        "description": "",
        "enabled": True,
        "teamId": team["teamId"],
        "rules": [{**rule, "recipient": {"type": "schedule", "id": schedule_id}}],
    }


def _rule(context: Context, entry: Item) -> Item:
    missing = {field: "may not be empty" for field in ("condition", "notifyType", "recipient") if not entry.get(field)}
    if type(entry.get("delay")) is not int or entry["delay"] < int(context.quirks.refuses_delay_zero):
        missing["delay"] = f"must be a number of minutes, at least {int(context.quirks.refuses_delay_zero)}"
    if missing:
        raise FieldError({f"rules.{field}": why for field, why in missing.items()})
    _require_one_of(entry["condition"], CONDITIONS, "condition")
    _require_one_of(entry["notifyType"], NOTIFY_TYPES, "notifyType")
    recipient = reference(context.site, entry["recipient"], RECIPIENTS, "rules.recipient")
    return {**{name: entry[name] for name in ("condition", "notifyType", "delay")}, "recipient": recipient}


def _require_one_of(value: Any, known: tuple[str, ...], field: str) -> None:
    if value not in known:
        raise unprocessable(**{f"rules.{field}": f"must be one of {list(known)}"})
