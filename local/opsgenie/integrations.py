"""Integrations and policies, which may hold people as responders.

https://docs.opsgenie.com/docs/integration-api and https://docs.opsgenie.com/docs/policy-api
"""

from collections.abc import Iterator

from local.opsgenie.answers import Reply
from local.opsgenie.entities import BY_ID, Context, Entities, Route
from local.opsgenie.references import resolve
from local.simulator.fields import brief, chosen, listed, require, without
from local.simulator.store import Item

RESPONDERS = ("user", "team", "escalation", "schedule")


class Integrations(Entities):
    """Serve integrations; their actions can only be read."""

    entity = "Integration"
    collection = "integrations"
    path = "/v2/integrations"
    by = BY_ID
    type_parameter = ""
    update_method = "PUT"
    blockable = False

    def routes(self) -> Iterator[Route]:
        yield from super().routes()
        yield Route("GET", f"{self.path}/<identifier:identifier>/actions", self.actions)

    def prepare(self, context: Context, body: Item, old: Item) -> Item:
        types = {"name": str, "type": str, "enabled": bool, "teamId": str}
        new = {"enabled": True, **old, **chosen(body, types)}
        for field in ("responders", "recipients"):
            if body.get(field) is not None:
                new[field] = [resolve(context.account, entry, RESPONDERS, field) for entry in listed(body, field)]
        require(new, "name", "type")
        return new

    def show(self, item: Item) -> Item:
        return without(item, "actions")

    def list(self, context: Context) -> Reply:
        fields = ("id", "name", "enabled", "type", "teamId")
        team = context.query.get("teamId")
        if name := context.query.get("teamName"):
            team = (context.account.teams.find(name, "name") or {}).get("id", "none")
        found = [item for item in context.account.integrations.values() if team in (None, item.get("teamId"))]
        return Reply({"data": [brief(item, *fields) for item in found]})

    def actions(self, context: Context) -> Reply:
        """List an integration's actions, by their type."""
        integration = self.get(context)
        parent = brief(integration, "id", "name", "enabled", "type")
        return Reply({"data": {"_parent": parent, **integration.get("actions", {})}})


class Policies(Entities):
    """Serve policies, to be read only."""

    entity = "Policy"
    collection = "policies"
    path = "/v2/policies"
    by = BY_ID
    type_parameter = ""

    def routes(self) -> Iterator[Route]:
        yield Route("GET", f"{self.path}/alert", self.alert)
        yield Route("GET", f"{self.path}/notification", self.notification)
        yield Route("GET", f"{self.path}/<identifier:identifier>", self.read)

    def alert(self, context: Context) -> Reply:
        """List the alert policies: the global ones, or those of a team."""
        return self._of_type(context, "alert")

    def notification(self, context: Context) -> Reply:
        """List the notification policies of a team."""
        return self._of_type(context, "notification")

    def _of_type(self, context: Context, kind: str) -> Reply:
        team = context.query.get("teamId")
        policies = [p for p in context.account.policies.values() if p["type"] == kind and p.get("teamId") == team]
        return Reply({"data": [brief(policy, "id", "name", "type", "order", "enabled") for policy in policies]})
