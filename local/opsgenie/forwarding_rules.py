"""Forwarding rules.

https://docs.opsgenie.com/docs/forwarding-rule-api
"""

from collections.abc import Mapping

from local.opsgenie.entities import Context, Entities
from local.opsgenie.references import resolve
from local.simulator.fields import chosen, dates, require, without
from local.simulator.store import Item


class ForwardingRules(Entities):
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
