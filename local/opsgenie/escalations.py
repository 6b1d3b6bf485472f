"""Escalations and forwarding rules.

https://docs.opsgenie.com/docs/escalation-api and https://docs.opsgenie.com/docs/forwarding-rule-api
"""

from collections.abc import Mapping

from .account import Item
from .fields import chosen, dates, listed, require, without
from .references import resolve
from .resource import Context, Resource
from .schedules import owner_team

RULE = {"condition": str, "notifyType": str}


class Escalations(Resource):
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


class ForwardingRules(Resource):
    """Serve forwarding rules, which may be named by an alias."""

    entity = "Forwarding rule"
    collection = "forwarding_rules"
    path = "/v2/forwarding-rules"
    by: Mapping[str, str] = {"id": "id", "alias": "alias"}
    update_method = "PUT"
    identity = ("id", "alias")
    blockable = False

    def prepare(self, context: Context, body: Item, old: Item) -> Item:
        alias = chosen(body, {"alias": str}).get("alias")
        new = {**old, **({"alias": alias} if alias and not old else {}), **dates(body, "startDate", "endDate")}
        for end in ("fromUser", "toUser"):
            if body.get(end):
                new[end] = without(resolve(context.account, body[end], ["user"], end), "type")
        require(new, "fromUser", "toUser", "startDate", "endDate")
        return new
