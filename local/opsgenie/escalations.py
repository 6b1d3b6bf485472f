"""Escalations.

https://docs.opsgenie.com/docs/escalation-api
"""

from local.opsgenie.entities import Context, Entities
from local.opsgenie.references import resolve
from local.opsgenie.schedules import owner_team
from local.simulator.fields import chosen, listed, require
from local.simulator.store import Item

RULE = {"condition": str, "notifyType": str}


class Escalations(Entities):
    """Serve escalations; PATCH replaces the rules as a whole."""

    entity = "Escalation"
    collection = "escalations"
    path = "/v2/escalations"

    def prepare(self, context: Context, body: Item, old: Item) -> Item:
        new = {**old, **chosen(body, {"name": str, "description": str}), **owner_team(context, body)}
        if body.get("rules") is not None:
            new["rules"] = [_rule(context, entry) for entry in listed(body, "rules")]
        # Terraform sends an empty `repeat`, and plans a change for ever if it gets one back.
        if repeat := chosen(body, {"repeat": dict}).get("repeat"):
            new["repeat"] = repeat
        may_be_empty = bool(old) and context.quirks.accepts_empty_rules
        require(new, "name", *([] if may_be_empty else ["rules"]))
        return new


def _rule(context: Context, entry: Item) -> Item:
    delay = chosen(entry, {"delay": dict}).get("delay", {})
    return {
        "condition": "if-not-acked",
        "notifyType": "default",
        **chosen(entry, RULE),
        "delay": {"timeAmount": delay.get("timeAmount") or 0, "timeUnit": delay.get("timeUnit") or "minutes"},
        "recipient": resolve(context.account, entry.get("recipient"), ("user", "team", "schedule"), "recipient"),
    }
