"""Serve the teams of Operations, and switch Operations on for a team.

https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-team/
"""

import uuid
from collections.abc import Iterator

from local.jsm.answers import Reply, not_found, not_in_plan, unprocessable
from local.jsm.callers import CONFIG_READ, require_admin
from local.jsm.context import Context, Route
from local.jsm.escalations import default_escalation
from local.jsm.routing_rules import default_routing_rule
from local.jsm.sight import lags, sees_team, team_of
from local.simulator.store import Item

ROLES = ("admin", "user")


def routes() -> Iterator[Route]:
    """List the endpoints."""
    yield Route("GET", "/v1/teams", list_teams)
    yield Route("GET", "/v1/teams/<raw:team>", read_team)
    yield Route("GET", "/v1/teams/<raw:team>/roles", list_roles)
    # The only write for which the scope to read is enough.
    yield Route("POST", "/v1/teams/<raw:team>/enable-ops", enable_operations, (frozenset({CONFIG_READ}),))


def list_teams(context: Context) -> Reply:
    """List the teams that the caller sees, without pages."""
    teams = context.site.teams.values()
    found = [
        team
        for team in teams
        if team["operations"] and team["state"] == "ACTIVE" and sees_team(context, team) and not lags(team)
    ]
    return Reply({"platformTeams": [_shown(team) for team in found]})


def read_team(context: Context) -> Reply:
    """Answer one team: in no document, but a client asks."""
    return Reply(_shown(team_of(context)))


def _shown(team: Item) -> Item:
    return {"teamId": team["teamId"], "teamName": team["displayName"]}


def list_roles(context: Context) -> Reply:
    """List a team's roles and their rights, as a bare array; who has them is not told.

    The fields of a role are UNVERIFIED.
    """
    team = team_of(context)
    if context.quirks.policies_plan == "403":
        raise not_in_plan("team roles", 403)
    return Reply([{"id": f"{team['teamId']}-{role}", "name": role, "rights": []} for role in ROLES])


def enable_operations(context: Context) -> Reply:
    """Switch Operations on for a team: it gets a schedule, an escalation and a routing rule, and its admins.

    What is answered is UNVERIFIED.
    """
    require_admin(context.caller, "enable Operations")
    team = context.site.teams.find(context.variables["team"], "teamId")
    if team is None or team["state"] != "ACTIVE" or lags(team):
        raise not_found("team", context.variables["team"])
    admins = _admins(context)
    if not team["operations"]:
        schedule = _default_schedule(team)
        escalation = default_escalation(team, schedule["id"])
        context.site.schedules.add(schedule)
        context.site.escalations.add(escalation)
        team["operations"] = True
        team["routingRules"] = [default_routing_rule(escalation["id"])]
    team["admins"] += [admin for admin in admins if admin not in team["admins"]]
    return Reply({"platformTeamId": team["teamId"], "adminAccountIds": team["admins"]})


def _admins(context: Context) -> list[str]:
    given = context.body.get("adminAccountIds") or []
    unknown = [one for one in given if context.site.person(one) is None] if isinstance(given, list) else [given]
    if unknown or not given:
        raise unprocessable(adminAccountIds=f"No user exists with id [{unknown[0]}]" if unknown else "may not be empty")
    return list(given)


def _default_schedule(team: Item) -> Item:
    return {
        "id": str(uuid.uuid4()),
        "name": f"{team['displayName']}_schedule",
        "description": "",
        "timezone": "Etc/UTC",
        "enabled": True,
        "teamId": team["teamId"],
        "rotations": [],
        "overrides": [],
    }
