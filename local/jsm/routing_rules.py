"""Serve the rules by which a team hands alerts on: never to a person.

https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-routing-rules/
"""

import uuid
from collections.abc import Iterator
from typing import Any

from local.jsm.answers import Reply, unprocessable
from local.jsm.context import Context, Route
from local.jsm.entities import Entities
from local.jsm.references import reference
from local.jsm.rotations import time_restriction
from local.jsm.sight import team_of
from local.simulator.fields import chosen, require
from local.simulator.store import Item, Nested, Shelf

NOTIFIED = ("none", "escalation", "schedule")
FIELDS = {"name": str, "timezone": str, "criteria": dict, "order": int}


class RoutingRules(Entities):
    """Serve routing rules; the default one stays."""

    entity = "routing rule"
    path = "/v1/teams/<raw:team>/routing-rules"
    identifier = "rule"

    def routes(self) -> Iterator[Route]:
        yield from super().routes()
        yield Route("PATCH", f"{self.path}/<raw:rule>/change-order", self.change_order)

    def shelf(self, context: Context, *, write: str = "") -> Shelf:
        return Nested(team_of(context, write=write)["routingRules"])

    def prepare(self, context: Context, body: Item, old: Item) -> Item:
        defaults: Item = {"name": "", "isDefault": False, "order": 0, "criteria": {"type": "match-all"}}
        new = {**defaults, **old, **chosen(body, FIELDS), **time_restriction(body)}
        if body.get("notify") is not None:
            new["notify"] = _notify(context, body["notify"])
        require(new, "notify")
        return new

    def check_removal(self, context: Context, item: Item) -> None:  # noqa: ARG002
        if item["isDefault"]:
            raise unprocessable(id="the default routing rule cannot be deleted")

    def change_order(self, context: Context) -> Reply:
        """Move a rule to another place."""
        rule = self.get(context, write="change a routing rule")
        rules = team_of(context)["routingRules"]
        order = chosen(context.body, {"toIndex": int}).get("toIndex", 0)
        rules.remove(rule)
        rules.insert(order, rule)
        for place, one in enumerate(rules):
            one["order"] = place
        return Reply(rule)


def default_routing_rule(escalation_id: str) -> Item:
    """Make the routing rule that a team has from the start."""
    return {
        "id": str(uuid.uuid4()),
        "name": "Default Routing Rule",
        "isDefault": True,
        "order": 0,
        "criteria": {"type": "match-all"},
        "notify": {"type": "escalation", "id": escalation_id},
    }


def _notify(context: Context, given: Any) -> Item:
    if isinstance(given, dict) and given.get("type") == "none":
        return {"type": "none"}
    return reference(context.site, given, NOTIFIED[1:], "notify")
