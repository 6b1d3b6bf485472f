"""Search and read the people of the organization, and its directories.

https://developer.atlassian.com/cloud/admin/organization/rest/api-group-users/ and -directory
"""

import base64
from collections.abc import Iterable, Iterator

from local.jsm.answers import ApiError, Reply
from local.jsm.callers import ADMIN_READ, DIRECTORY_READ
from local.jsm.context import Context, Route
from local.simulator.store import Item

READ, DIRECTORIES = (frozenset({ADMIN_READ}),), (frozenset({DIRECTORY_READ}),)
LIMIT = 50
ROW = (
    "accountId",
    "accountType",
    "status",
    "accountStatus",
    "membershipStatus",
    "claimStatus",
    "managementSource",
    "name",
    "nickname",
    "email",
    "emailVerified",
    "addedToOrg",
)


def routes() -> Iterator[Route]:
    """List the endpoints that read."""
    directories = "/v2/orgs/<raw:organization>/directories"
    yield Route("GET", "/v1/orgs", lambda _: Reply({"data": [], "links": {}}))
    yield Route("GET", directories, list_directories, DIRECTORIES)
    yield Route("POST", f"{directories}/<raw:directory>/users/search", search, READ)
    yield Route("GET", f"{directories}/<raw:directory>/users", search_by_query, READ)
    yield Route("GET", f"{directories}/<raw:directory>/users/<raw:account>", read, READ)


def list_directories(context: Context) -> Reply:
    """List the directories, or those that hold one person."""
    require_organization(context)
    account_id = context.query.get("accountId")
    person = context.site.person(account_id) if account_id else None
    holding = person["directories"] if person else []
    every = context.site.directories.values()
    found = [entry for entry in every if not account_id or entry["directoryId"] in holding]
    return Reply(_page(found, context.query.get("cursor"), LIMIT, last={}))


def search(context: Context) -> Reply:
    """Find people by whole addresses, or by a term."""
    body = context.body
    emails, term = body.get("emails"), body.get("searchTerm")
    if emails is not None and term is not None:
        raise ApiError(400, "emails and searchTerm cannot be used together")
    limit = _limit(body.get("limit", LIMIT))
    if emails is not None and not (isinstance(emails, list) and all(isinstance(one, str) for one in emails)):
        raise ApiError(400, "emails must be a list of addresses")
    expand = body.get("expand") or []
    if not isinstance(expand, list):
        raise ApiError(400, "expand must be a list")
    wanted = None if emails is None else [email.lower() for email in emails]
    return Reply(_found(context, wanted, str(term or ""), limit, body.get("cursor"), expand))


def search_by_query(context: Context) -> Reply:
    """Find people by a term in the query; it stops after 2027-06-30."""
    expand = context.query.get("expand", "").split(",")
    text = context.query.get("limit", str(LIMIT))
    limit = _limit(int(text) if text.isdecimal() else text)
    return Reply(_found(context, None, context.query.get("searchTerm", ""), limit, context.query.get("cursor"), expand))


def _limit(given: object) -> int:
    if type(given) is not int or not 1 <= given <= LIMIT:
        raise ApiError(400, f"limit must be a number from 1 to {LIMIT}")
    return given


def read(context: Context) -> Reply:
    """Answer one person of a directory."""
    person = person_of(context)
    answer = Reply({"data": _row(person, context.query.get("expand", "").split(","))})
    count_look(person)
    return answer


def _found(
    context: Context, emails: list[str] | None, term: str, limit: int, cursor: str | None, expand: Iterable[str]
) -> Item:
    directory = directory_of(context)
    people = [person for person in context.site.people.values() if is_listed(person)]
    found = [
        person
        for person in people
        if (directory == "-" or directory in person["directories"])
        and (emails is None or person["email"] in emails)
        and term.lower() in f"{person['name']} {person['email']}".lower()
    ]
    answer = _page(found, cursor, limit, last={"next": None})
    rows = [_row(person, expand) for person in answer["data"]]
    for person in answer["data"]:
        count_look(person)
    return {**answer, "data": rows}


def require_organization(context: Context) -> None:
    """Raise 404 for another organization."""
    if context.variables["organization"] != context.site.organization_id:
        raise ApiError(404, "Organization not found")


def directory_of(context: Context) -> str:
    """Find the directory that the path names; `-` is every directory that the key may manage."""
    require_organization(context)
    directory = context.variables["directory"]
    if directory != "-" and context.site.directories.find(directory, "directoryId") is None:
        raise ApiError(404, "Directory not found")
    return directory


def person_of(context: Context) -> Item:
    """Find the person that the path names, in the directory that it names; raises 404."""
    directory = directory_of(context)
    person = context.site.person(context.variables["account"])
    if person is None or not is_listed(person) or directory not in ("-", *person["directories"]):
        raise ApiError(404, "User not found")
    return person


def is_listed(person: Item) -> bool:
    """Tell whether the organization lists somebody: whoever is in a directory, also for a while after the removal."""
    return bool(person["directories"])


def count_look(person: Item) -> None:
    """Count a look at somebody who is removed already."""
    if "listedFor" in person:
        person["listedFor"] -= 1
        if not person["listedFor"]:
            del person["listedFor"]
            person["directories"] = []


def status_of(person: Item) -> str:
    """Combine the statuses of the account and of the membership into one."""
    of_account = {"inactive": "deactivated", "closed": "for_deletion"}.get(person["accountStatus"])
    of_membership = {"suspended": "suspended", "no_membership": "not_invited"}.get(person["membershipStatus"])
    return of_account or of_membership or "active"


def _row(person: Item, expand: Iterable[str]) -> Item:
    # Until the removal is through, the person is shown as before.
    shown = {**person, "membershipStatus": "active"} if "listedFor" in person else person
    every = {**shown, "status": status_of(shown), "emailVerified": True}
    row = {name: every[name] for name in ROW}
    if "platformRoles" in expand:
        row["platformRoles"] = person["platformRoles"]
    if "counts.resources" in expand:
        row["counts"] = {"resources": person["resources"]}
    return row


def _page(items: list[Item], cursor: str | None, limit: int, last: Item) -> Item:
    """Cut a page; `last` is the links of the last one, which differ from list to list."""
    try:
        start = int(base64.b64decode(cursor or "", validate=True) or 0)
    except (TypeError, ValueError):
        raise ApiError(400, "cursor is not one that was answered") from None
    end = start + limit
    links = {"next": base64.b64encode(str(end).encode()).decode()} if end < len(items) else last
    return {"data": items[start:end], "links": links}
