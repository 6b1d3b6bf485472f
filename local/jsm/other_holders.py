"""Serve policies, integrations and syncs, which may name a person although no list by person shows them.

https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-integrations/, -policies and -syncs
"""

from collections.abc import Iterator
from functools import partial

from local.jsm.answers import Reply, not_found, not_in_plan
from local.jsm.callers import require_admin
from local.jsm.context import Context, Route
from local.jsm.paging import LARGE, page
from local.jsm.sight import team_of
from local.simulator.fields import brief
from local.simulator.store import Collection, Item, Nested


def routes() -> Iterator[Route]:
    """List the endpoints."""
    yield Route("GET", "/v1/alerts/policies", list_policies)
    yield Route("GET", "/v1/alerts/policies/<raw:policy>", read_policy)
    yield Route("GET", "/v1/teams/<raw:team>/policies", list_policies)
    yield Route("GET", "/v1/teams/<raw:team>/policies/<raw:policy>", read_policy)
    for kind in ("integrations", "syncs"):
        one = f"/v1/{kind}/<raw:holder>"
        yield Route("GET", f"/v1/{kind}", partial(list_holders, kind=kind))
        yield Route("GET", one, partial(read_holder, kind=kind))
        yield Route("GET", f"{one}/actions", partial(list_actions, kind=kind))
        yield Route("GET", f"{one}/actions/<raw:action>", partial(read_action, kind=kind))


def list_policies(context: Context) -> Reply:
    """List the policies of a team, or those of no team; only one by itself shows whom it notifies."""
    found = [brief(policy, "id", "type", "name", "enabled", "order") for policy in _policies(context)]
    wanted = context.query.get("type")
    return Reply(page(context, [policy for policy in found if wanted in (None, policy["type"])], LARGE))


def read_policy(context: Context) -> Reply:
    """Answer a policy with its responders."""
    return Reply(_one(Nested(_policies(context)), "policy", context.variables["policy"]))


def _policies(context: Context) -> list[Item]:
    require_admin(context.caller, "see policies")
    if context.quirks.policies_plan == "403":
        raise not_in_plan("alert policies", 403)
    team_id = team_of(context)["teamId"] if "team" in context.variables else ""
    return [policy for policy in context.site.policies.values() if policy["teamId"] == team_id]


def list_holders(context: Context, kind: str) -> Reply:
    """List the integrations or the syncs."""
    shown = [brief(holder, "id", "name", "type", "enabled", "teamId") for holder in _holders(context, kind).values()]
    return Reply(page(context, shown, LARGE))


def read_holder(context: Context, kind: str) -> Reply:
    """Answer an integration or a sync."""
    return Reply(brief(_holder(context, kind), "id", "name", "type", "enabled", "teamId"))


def list_actions(context: Context, kind: str) -> Reply:
    """List the actions of an integration or a sync; only one by itself shows whom it notifies."""
    shown = [brief(action, "id", "type", "name", "enabled") for action in _holder(context, kind)["actions"]]
    return Reply(page(context, shown, LARGE))


def read_action(context: Context, kind: str) -> Reply:
    """Answer an action with its responders."""
    return Reply(_one(Nested(_holder(context, kind)["actions"]), "action", context.variables["action"]))


def _holders(context: Context, kind: str) -> Collection:
    require_admin(context.caller, f"see {kind}")
    return context.site.integrations if kind == "integrations" else context.site.syncs


def _holder(context: Context, kind: str) -> Item:
    return _one(_holders(context, kind), kind.removesuffix("s"), context.variables["holder"])


def _one(shelf: Collection | Nested, entity: str, identifier: str) -> Item:
    found = shelf.find(identifier, "id")
    if found is None:
        raise not_found(entity, identifier)
    return found
