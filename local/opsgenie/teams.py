"""Teams, their members and their routing rules.

https://docs.opsgenie.com/docs/team-api, team-member-api and team-routing-rule-api
"""

import uuid
from collections.abc import Iterator

from local.opsgenie.answers import ApiError, Reply, unprocessable
from local.opsgenie.entities import BY_ID, Context, Entities, Route
from local.opsgenie.references import owned, resolve
from local.simulator.fields import brief, chosen, listed, require, without
from local.simulator.store import Item
from local.simulator.time_restrictions import time_restriction


class Teams(Entities):
    """Serve teams; ownership of schedules and escalations does not keep a team from being deleted."""

    entity = "Team"
    collection = "teams"
    path = "/v2/teams"
    identifier = "team"

    def routes(self) -> Iterator[Route]:
        yield from super().routes()
        members = f"{self.path}/<identifier:team>/members"
        yield Route("POST", members, add_member)
        yield Route("DELETE", f"{members}/<identifier:member>", remove_member)

    def prepare(self, context: Context, body: Item, old: Item) -> Item:
        new = {"members": [], **old, **chosen(body, {"name": str, "description": str})}
        require(new, "name")
        if body.get("members") is not None:
            new["members"] = [member(context, entry) for entry in listed(body, "members")]
        if not old:
            default = {"id": str(uuid.uuid4()), "name": "Default Routing Rule", "isDefault": True, "order": 0}
            new["routingRules"] = [{**default, "criteria": {"type": "match-all"}, "notify": {"type": "none"}}]
        return new

    def show(self, item: Item) -> Item:
        # The real server leaves `members` out when there are none.
        return without(item, "routingRules") if item["members"] else without(item, "routingRules", "members")

    def summary(self, context: Context, item: Item) -> Item:
        links = {
            "web": f"{context.host_url}teams/dashboard/{item['id']}/main",
            "api": f"{context.host_url}v2/teams/{item['id']}",
        }
        return {**without(item, "routingRules", "members"), "links": links}

    def removed(self, context: Context, item: Item) -> None:
        for one in owned(context.account):
            if one.get("ownerTeam", {}).get("id") == item["id"]:
                del one["ownerTeam"]


class TeamOfPath(Teams):
    """Find the team in the paths below a team, where the type parameter has another name."""

    type_parameter = "teamIdentifierType"


TEAM_OF_PATH = TeamOfPath()


def member(context: Context, entry: Item) -> Item:
    """Check a member as it is given."""
    user = without(resolve(context.account, entry.get("user"), ["user"], "user"), "type")
    return {"user": user, "role": chosen(entry, {"role": str}).get("role") or "user"}


def add_member(context: Context) -> Reply:
    """Add a member to a team, or change the role of one."""
    team = TEAM_OF_PATH.get(context)
    new = member(context, context.body)
    old = next((m for m in team["members"] if m["user"]["id"] == new["user"]["id"]), None)
    if old is None:
        team["members"].append(new)
    elif context.quirks.already_a_member != 201:
        raise ApiError(context.quirks.already_a_member, "User is already a member of the team.")
    else:
        old["role"] = new["role"]
    return Reply({"result": "Added", "data": brief(team, "id", "name")}, 201)


def remove_member(context: Context) -> Reply:
    """Take a member, named by id or username, out of a team."""
    team = TEAM_OF_PATH.get(context)
    wanted = context.variables["member"]
    left = [m for m in team["members"] if wanted != m["user"]["id"] and wanted.lower() != m["user"]["username"]]
    if len(left) == len(team["members"]):
        raise ApiError(context.quirks.not_a_member, f"No team member exists with identifier [{wanted}]")
    team["members"] = left
    return Reply({"result": "Removed", "data": brief(team, "id", "name")})


class RoutingRules(Entities):
    """Serve the rules by which a team hands alerts on; the default rule stays."""

    entity = "Routing rule"
    collection = "routingRules"
    path = "/v2/teams/<identifier:team>/routing-rules"
    identifier = "rule"
    by = BY_ID
    type_parameter = ""
    parent = TEAM_OF_PATH
    blockable = False

    def routes(self) -> Iterator[Route]:
        yield from super().routes()
        yield Route("POST", f"{self.path}/<identifier:{self.identifier}>/change-order", self.change_order)

    def prepare(self, context: Context, body: Item, old: Item) -> Item:
        types = {"name": str, "timezone": str, "criteria": dict, "order": int}
        new = {
            "name": "",
            "isDefault": False,
            "order": 0,
            "criteria": {"type": "match-all"},
            **old,
            **chosen(body, types),
            **time_restriction(body),
        }
        if body.get("notify") is not None:
            new["notify"] = resolve(context.account, body["notify"], ["none", "schedule", "escalation"], "notify")
        require(new, "notify")
        return new

    def delete(self, context: Context) -> Reply:
        if self.get(context)["isDefault"]:
            raise unprocessable(id="the default routing rule cannot be deleted")
        return super().delete(context)

    def change_order(self, context: Context) -> Reply:
        """Move a rule to another place among the rules of its team."""
        rule, rules = self.get(context), TEAM_OF_PATH.get(context)["routingRules"]
        order = context.body.get("order")
        if type(order) is not int or not 0 <= order < len(rules):
            raise unprocessable(order=f"must be a number from 0 to {len(rules) - 1}")
        rules.remove(rule)
        rules.insert(order, rule)
        for place, one in enumerate(rules):
            one["order"] = place
        return Reply({"result": "Updated", "data": brief(rule, "id", "name")})
