"""Serve Atlassian teams.

https://developer.atlassian.com/platform/teams/rest/v1/api-group-teams-public-api/
"""

import uuid
from collections.abc import Iterator

from local.jsm import people
from local.jsm.answers import NO_CONTENT, ApiError, Reply
from local.jsm.callers import TEAM_READ, TEAM_WRITE
from local.jsm.context import Context, Route
from local.simulator.fields import brief, chosen, require
from local.simulator.store import Item

READ, WRITE = (frozenset({TEAM_READ}),), (frozenset({TEAM_READ, TEAM_WRITE}),)
SHOWN = ("teamId", "displayName", "description", "organizationId", "teamType", "state", "externalReference")
PERMISSIONS = ("ADD_MEMBERS", "REMOVE_MEMBERS", "UPDATE_TEAM", "DELETE_TEAM")
TEXTS = {"displayName": str, "description": str, "teamType": str}
TYPES = ("OPEN", "MEMBER_INVITE", "EXTERNAL", "ORG_ADMIN_MANAGED")


def routes() -> Iterator[Route]:
    """List the endpoints; those of members are in another file."""
    yield Route("POST", "/teams", create, WRITE)
    yield Route("GET", "/teams/<raw:team>", read, READ)
    yield Route("PATCH", "/teams/<raw:team>", update, WRITE)
    yield Route("DELETE", "/teams/<raw:team>", delete, WRITE)


def create(context: Context) -> Reply:
    """Make a team, of which the caller becomes a member."""
    require_site_id(context, context.body.get("siteId"))
    texts = _texts(context)
    require(texts, "displayName")
    own = {**texts, "organizationId": context.site.organization_id, "operations": False}
    new = people.team(str(uuid.uuid4()), texts["displayName"], [context.caller.account_id], **own)
    if context.quirks.new_team_lag:
        new["unknownFor"] = context.quirks.new_team_lag
    context.site.teams.add(new)
    return Reply(shown(context, new), 201)


def read(context: Context) -> Reply:
    """Answer a team, and what the caller may do with it."""
    require_site_id(context)
    return Reply(shown(context, team_of(context)))


def update(context: Context) -> Reply:
    """Change a team's texts."""
    require_site_id(context)
    team = team_of(context, "UPDATE_TEAM")
    context.site.teams.change(team, {**team, **_texts(context)})
    return Reply(shown(context, team))


def delete(context: Context) -> Reply:
    """Delete a team, which answers 410 from then on."""
    require_site_id(context)
    team = team_of(context, "DELETE_TEAM")
    context.site.teams.change(team, {**team, "state": "DELETED", "operations": False, "members": []})
    return NO_CONTENT


def require_site_id(context: Context, in_body: object = None) -> None:
    """Raise 400 without the site, where it is required."""
    if context.quirks.site_id_required and not (context.query.get("siteId") or in_body):
        raise ApiError(400, "A siteId is required for this team API", code="SITE_ID_REQUIRED_FOR_TEAM_API")


def team_of(context: Context, permission: str = "") -> Item:
    """Find the team that the path names.

    Raises 404 for none, 410 for one that was deleted, and 403 where the caller lacks the permission.
    """
    team = context.site.teams.find(context.variables["team"], "teamId")
    if team is None:
        raise ApiError(404, "Team not found", code="TEAM_NOT_FOUND")
    if team["state"] == "DELETED":
        raise ApiError(410, "Team has been deleted", code="TEAM_DELETED")
    if permission and not may_change(context, team):
        raise ApiError(403, f"Missing permission {permission}", code="FORBIDDEN")
    return team


def may_change(context: Context, team: Item) -> bool:
    """Tell whether the caller may change a team and its members."""
    if managed_elsewhere(team):
        return False
    if team["teamType"] == "ORG_ADMIN_MANAGED":
        return context.caller.organization_admin
    member = context.caller.account_id in team["members"]
    return team["teamType"] == "OPEN" or member or context.caller.organization_admin


def managed_elsewhere(team: Item) -> bool:
    """Tell whether a group or a directory says who is in a team."""
    return team["teamType"] == "EXTERNAL" or team["externalReference"] is not None


def shown(context: Context, team: Item) -> Item:
    """Return a team as it is answered."""
    allowed = may_change(context, team)
    return {**brief(team, *SHOWN), "userPermissions": dict.fromkeys(PERMISSIONS, allowed)}


def _texts(context: Context) -> Item:
    texts = chosen(context.body, TEXTS)
    if texts.get("teamType", "OPEN") not in TYPES:
        raise ApiError(400, f"teamType must be one of {list(TYPES)}", code="BAD_REQUEST")
    return texts
