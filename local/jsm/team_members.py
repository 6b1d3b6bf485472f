"""Serve the members of Atlassian teams; they are read by POST.

https://developer.atlassian.com/platform/teams/rest/v1/api-group-teams-members-public-api/
"""

from collections.abc import Iterator

from local.jsm.answers import ApiError, Reply
from local.jsm.context import Context, Route
from local.jsm.teams import READ, WRITE, managed_elsewhere, may_change, require_site_id, team_of
from local.simulator.fields import listed
from local.simulator.store import Item

MOST = 50


def routes() -> Iterator[Route]:
    """List the endpoints."""
    members = "/teams/<raw:team>/members"
    yield Route("POST", members, list_members, READ)
    yield Route("POST", f"{members}/add", add_members, WRITE)
    yield Route("POST", f"{members}/remove", remove_members, WRITE)


def list_members(context: Context) -> Reply:
    """Answer a page of the members: `first` says how many, `after` where the last page ended."""
    require_site_id(context)
    team = team_of(context)
    first, after = context.body.get("first", MOST), context.body.get("after") or "0"
    if type(first) is not int or first < 1 or not str(after).isdecimal():
        raise ApiError(400, "first must be a number, and after a cursor", code="BAD_REQUEST")
    start, members = int(after), [*team["members"], *_leaving(team, first_page=after == "0")]
    end = start + min(first, MOST)
    results = [{"accountId": member} for member in members[start:end]]
    page_info = {"endCursor": str(min(end, len(members))), "hasNextPage": end < len(members)}
    return Reply({"results": results, "pageInfo": page_info})


def _leaving(team: Item, *, first_page: bool) -> list[str]:
    """List removed members that are still shown, for as many reads of the first page as the quirk says."""
    leaving = team.get("leaving", {})
    found = list(leaving)
    for member in found if first_page else []:
        leaving[member] -= 1
        if not leaving[member]:
            del leaving[member]
    if "leaving" in team and not leaving:
        del team["leaving"]
    return found


def add_members(context: Context) -> Reply:
    """Add members; `errors` name the people who could not be added."""
    require_site_id(context)
    team = team_of(context)
    added, errors = [], []
    for account_id in _given(context):
        refusal = _refusal(context, team)
        if context.site.person(account_id) is None:
            refusal = ("USER_NOT_FOUND", "No such user")
        if refusal:
            errors.append(_error(account_id, *refusal))
            continue
        if account_id not in team["members"]:
            team["members"].append(account_id)
        added.append({"accountId": account_id})
    return Reply({"members": added, "errors": errors})


def remove_members(context: Context) -> Reply:
    """Remove members; the answer is a 200 whose `errors` name the members that could not be removed."""
    require_site_id(context)
    team = team_of(context)
    errors = []
    for account_id in _given(context):
        refusal = _refusal(context, team) or _refused_removal(context, team, account_id)
        if refusal:
            errors.append(_error(account_id, *refusal))
        elif account_id in team["members"]:
            team["members"].remove(account_id)
            team["admins"] = [admin for admin in team["admins"] if admin != account_id]
            if context.quirks.teams_lag:
                team.setdefault("leaving", {})[account_id] = context.quirks.teams_lag
    return Reply({"errors": errors})


def _refused_removal(context: Context, team: Item, account_id: str) -> tuple[str, str] | None:
    if account_id not in team["members"]:
        if context.quirks.not_a_member == "404":
            raise ApiError(404, "Not a member of the team", code="NOT_A_MEMBER")
        return ("NOT_A_MEMBER", "Not a member of the team") if context.quirks.not_a_member == "errors" else None
    if context.quirks.last_member_stays and team["members"] == [account_id]:
        return ("LAST_MEMBER", "A team cannot be without members")
    return None


def _refusal(context: Context, team: Item) -> tuple[str, str] | None:
    if may_change(context, team):
        return None
    if context.quirks.external_team == "403":
        raise ApiError(403, "The members of this team cannot be changed", code="FORBIDDEN")
    if managed_elsewhere(team):
        return ("EXTERNALLY_MANAGED", "The members of this team are managed elsewhere")
    return ("NOT_PERMITTED", "You may not change the members of this team")


def _given(context: Context) -> list[str]:
    if "members" not in context.body:
        raise ApiError(400, "members must be a list", code="BAD_REQUEST")
    return [str(entry.get("accountId")) for entry in listed(context.body, "members")]


def _error(account_id: str, code: str, message: str) -> Item:
    return {"accountId": account_id, "code": code, "message": message}
