"""Serve Jira's users.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/ and -user-search
"""

from collections.abc import Iterator

from local.jsm.answers import ApiError, Reply
from local.jsm.callers import GRANULAR_USER_READ, USER_READ
from local.jsm.context import Context, Route
from local.jsm.site import is_active
from local.simulator.store import Item

FOUND = 1000
PICKER = "USER_PICKER"
ALTERNATIVES = (frozenset({USER_READ}), GRANULAR_USER_READ - {"read:user.property:jira"})
SEARCH_ALTERNATIVES = (frozenset({USER_READ}), GRANULAR_USER_READ)
GLOBAL_PERMISSION = {
    "id": "27",
    "key": PICKER,
    "name": "Browse users and groups",
    "type": "GLOBAL",
    "description": "View and select users or groups from the user picker.",
}


def routes() -> Iterator[Route]:
    """List the endpoints; in versions 2 and 3 they are the same."""
    yield Route("GET", "/user/search", search, SEARCH_ALTERNATIVES)
    yield Route("GET", "/user/bulk", bulk, ALTERNATIVES)
    yield Route("GET", "/user", read, ALTERNATIVES)
    yield Route("GET", "/myself", myself, ALTERNATIVES)
    yield Route("GET", "/mypermissions", my_permissions, ALTERNATIVES)


def search(context: Context) -> Reply:
    """Find active users whose name or address begins with the query; without the permission to browse users, none."""
    query = context.query.get("query", context.query.get("username", "")).lower()
    account_id = context.query.get("accountId", "")
    if not query and not account_id:
        raise ApiError(400, "The query parameter 'query', 'accountId' or 'property' must be set.")
    if not context.caller.browses_users:
        return Reply([])
    found = sorted(
        (
            person
            for person in context.site.people.values()
            if is_active(person) and _matches(person, query, account_id)
        ),
        key=lambda person: str(person["name"]).lower(),
    )
    first, most = context.number("startAt", 0), context.number("maxResults", 50)
    return Reply([_shown(context, person) for person in found[:FOUND][first : first + most]])


def _matches(person: Item, query: str, account_id: str) -> bool:
    if account_id:
        return bool(person["accountId"] == account_id)
    return any(
        str(text).lower().startswith(query) for text in (*person["name"].split(), person["name"], person["email"])
    )


def bulk(context: Context) -> Reply:
    """Answer users by account id, ten unless the query says how many."""
    wanted = context.query.getlist("accountId")
    if not wanted:
        raise ApiError(400, "The query parameter 'accountId' must be set.")
    found = [person for one in wanted if (person := context.site.person(one))]
    first, most = context.number("startAt", 0), min(context.number("maxResults", 10), 200)
    values = [_shown(context, person) for person in found[first : first + most]]
    paging = {"maxResults": most, "startAt": first, "total": len(found), "isLast": first + most >= len(found)}
    return Reply({**paging, "values": values})


def read(context: Context) -> Reply:
    """Answer a user by account id, whether active or not."""
    if not context.caller.browses_users:
        raise ApiError(403, "You do not have permission to browse users.")
    person = context.site.person(context.query.get("accountId", ""))
    if person is None:
        raise ApiError(404, "Specified user does not exist or you do not have required permissions")
    return Reply({**_shown(context, person), **_expanded(context, person)})


def myself(context: Context) -> Reply:
    """Answer the owner of the token."""
    person = context.site.people.find(context.caller.account_id, "accountId") or {}
    return Reply({**_shown(context, person), **_expanded(context, person)})


def my_permissions(context: Context) -> Reply:
    """Answer whether the caller may browse users, the only permission that is known here."""
    if context.query.get("permissions") != PICKER:
        raise ApiError(400, "The permissions query parameter is required.")
    return Reply({"permissions": {PICKER: {**GLOBAL_PERMISSION, "havePermission": context.caller.browses_users}}})


def _shown(context: Context, person: Item) -> Item:
    own = context.caller.account_id == person["accountId"]
    address = {"emailAddress": person["email"]} if person["emailVisible"] or own else {}
    return {
        "self": f"https://{context.site.host}/rest/api/3/user?accountId={person['accountId']}",
        "accountId": person["accountId"],
        "accountType": person["accountType"],
        **address,
        "displayName": person["name"],
        "active": is_active(person),
        "timeZone": person["timeZone"],
        "locale": person["locale"],
    }


def _expanded(context: Context, person: Item) -> Item:
    wanted = context.query.get("expand", "").split(",")
    groups = [
        {"name": group["name"], "groupId": group["groupId"]}
        for group in context.site.groups.values()
        if person["accountId"] in group["members"]
    ]
    every = {"groups": {"size": len(groups), "items": groups}, "applicationRoles": {"size": 0, "items": []}}
    return {name: value for name, value in every.items() if name in wanted}
