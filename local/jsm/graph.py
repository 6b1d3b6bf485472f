"""Serve two queries of the GraphQL gateway: the ids of a site, and the teams of a person.

https://developer.atlassian.com/platform/atlassian-graphql-api/graphql/
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from local.jsm.answers import ApiError, Reply
from local.jsm.callers import TEAM_READ
from local.jsm.context import Context, Route
from local.simulator.store import Item

MOST = 50


def routes() -> Iterator[Route]:
    """List the endpoint."""
    yield Route("POST", "", query, (frozenset({TEAM_READ}),))


def query(context: Context) -> Reply:
    """Answer a query; a query that cannot be answered gets a 200 with `errors`."""
    text = context.body.get("query")
    if not isinstance(text, str):
        raise ApiError(400, "query must be a string")
    try:
        if re.search(r"\btenantContexts\b", text):
            return _tenant_contexts(context, text)
        if re.search(r"\bteamSearchV2\b", text):
            return _team_search(context, text)
    except (AttributeError, TypeError, ValueError):
        return _errors("The arguments are not those of the query", 400)
    return _errors("The query is not known here", 400)


def _tenant_contexts(context: Context, text: str) -> Reply:
    if context.quirks.tenant_context == "404":
        raise ApiError(404, "Not Found")
    if context.quirks.tenant_context == "errors":
        return _errors("Tenant contexts could not be read", 403)
    site = context.site
    known = {"cloudId": site.cloud_id, "orgId": site.organization_id, "hostName": site.host}
    hosts = _argument(context, text, "hostNames") or []
    return Reply({"data": {"tenantContexts": [known if host == site.host else None for host in hosts]}})


def _team_search(context: Context, text: str) -> Reply:
    if context.quirks.graph_teams == "opt-in" and "@optIn" not in text:
        return _errors("teamSearchV2 is experimental: opt in to Team-search-v2", 400)
    wanted = _argument(context, text, "memberIds") or []
    after, first = _argument(context, text, "after") or "0", _argument(context, text, "first") or MOST
    found = [team for team in context.site.teams.values() if _holds(context, team, wanted)]
    end = int(after) + min(int(first), MOST)
    nodes = [{"team": _node(team)} for team in found[int(after) : end]]
    page_info = {"hasNextPage": end < len(found), "endCursor": str(min(end, len(found)))}
    return Reply({"data": {"team": {"teamSearchV2": {"nodes": nodes, "pageInfo": page_info}}}})


def _holds(context: Context, team: Item, wanted: list[str]) -> bool:
    start = context.site.members_at_start.get(team["teamId"], [])
    members = start if context.quirks.graph_teams == "behind" else team["members"]
    return team["state"] != "DELETED" and (not wanted or not set(wanted).isdisjoint(members))


def _node(team: Item) -> Item:
    return {
        "id": f"ari:cloud:identity::team/{team['teamId']}",
        "displayName": team["displayName"],
        "state": team["state"],
    }


def _argument(context: Context, text: str, name: str) -> Any:
    """Read an argument of a query, which is written out or names a variable; None if there is none."""
    # A declaration, as in `($hostNames: [String!]!)`, is no argument.
    found = re.search(rf'(?<!\$)\b{name}\s*:\s*(?:\$(\w+)|(\[[^\]]*\]|"[^"]*"|\d+))', text)
    if found is None:
        return None
    variable, literal = found.groups()
    if variable is None:
        return json.loads(literal)
    return (context.body.get("variables") or {}).get(variable)


def _errors(message: str, status: int) -> Reply:
    return Reply({"data": None, "errors": [{"message": message, "extensions": {"statusCode": status}}]})
