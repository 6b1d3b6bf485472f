"""Jira: who the token's owner is, whose address one is, and the names of accounts.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/
"""

from collections.abc import Callable, Sequence
from typing import Any

from service import parsing as fields
from service.errors import (
    BlockedError,
    MissingScopeError,
    NotFoundError,
    UnauthorizedError,
    UnexpectedResponseError,
    UnknownKeyError,
)
from service.jsm.calls import Calls
from service.jsm.parsing import only_account
from service.model import Blocker, Person, ascii_lower
from service.parsing import Json

API = ("rest", "api", "3")
PAGE, MOST = 50, 1000
"""Users in a page of the search, and how many it finds at most."""

BULK = 49
"""Accounts that are asked for in one call, beside the leaver's: no page of more than 50 was seen."""

PROFILE = ("timeZone", "locale")


class Directory(Calls):
    """The calls that off-boarding needs."""

    def find(self, username: str, own_id: str) -> Person:
        """Return the active account with this address; raises NotFoundError.

        The search finds what begins with the address, and only active people. It finds nobody where the token's owner
        may not browse users, and does not say so.
        """
        found = self._search(username)
        with fields.parsing(f"the user {username}"):
            row = only_account([row for row in found if has_address(row, username, "emailAddress")], username)
            if row:
                return _person(row)
            hidden = [row for row in found if is_human(row) and not row.get("emailAddress")]
        if hidden:
            reason = "Jira finds an account, and does not show the token its address"
            raise BlockedError((Blocker("address", username, reason, ("give JSM_ORG_KEY a key of the organization",)),))
        if not found:
            self._require_browsing(own_id)
        raise NotFoundError(f"there is no active account with the address {username}")

    def accounts(self, ids: Sequence[str]) -> list[Json]:
        """Get accounts by id, at most 50 of them; an account that is gone is left out."""
        what, found, left = "the names of people", list[Json](), list(ids)
        while left:
            query = {"accountId": left, "maxResults": str(len(left))}
            answer = self._request("GET", what, *API, "user", "bulk", query=query)
            with fields.parsing(what):
                page = fields.entries(answer["values"], "values")
                shown = {fields.text(row, "accountId") for row in page}
            found += page
            if answer.get("isLast") is not False:
                break
            if shown.isdisjoint(left):
                raise UnexpectedResponseError(f"the answer about {what} has more pages, and shows nobody")
            # The most of a page is not documented: who is on the next is not gone.
            left = [one for one in left if one not in shown]
        return found

    def own_id(self) -> str:
        """Get the account id of the token's owner."""
        read: Callable[[Any], str] = lambda data: fields.text(data, "accountId")  # noqa: E731
        return self._get("the owner of the token", read, *API, "myself")

    def _search(self, username: str) -> list[Json]:
        what, found = f"the user {username}", list[Json]()
        for start in range(0, MOST, PAGE):
            query = {"query": username, "maxResults": str(PAGE), "startAt": str(start)}
            read: Callable[[Any], list[Json]] = lambda data: fields.entries(data["values"])  # noqa: E731
            page = self._get(what, read, *API, "user", "search", query=query)
            found += page
            if len(page) < PAGE:
                return found
        raise UnexpectedResponseError(f"Jira finds {MOST} accounts for {username}, and shows no more")

    def _require_browsing(self, own_id: str) -> None:
        """Raise UnauthorizedError where the token's owner finds nobody."""
        try:
            self._request("GET", "the owner of the token", *API, "user", query={"accountId": own_id})
        except UnauthorizedError as error:
            if isinstance(error, MissingScopeError | UnknownKeyError):
                raise
            message = "the token's owner lacks the global permission Browse users and groups"
            raise UnauthorizedError(message) from error


def is_human(row: Json) -> bool:
    """Tell whether an account is a person's who works with the site, not an app's or a customer's."""
    return bool(row.get("accountType", "atlassian") == "atlassian")


def has_address(row: Json, username: str, name: str) -> bool:
    """Tell whether an account is a person's with this whole address."""
    address = row.get(name)
    if not (is_human(row) and isinstance(address, str)):
        return False
    # How the site compares letters beyond A to Z is not documented.
    same = not address.isascii() and address.lower() == username.lower()
    return same or ascii_lower(address) == ascii_lower(username)


def _person(row: Json) -> Person:
    return Person(
        id=fields.text(row, "accountId"),
        username=fields.text(row, "emailAddress"),
        full_name=fields.maybe_text(row, "displayName"),
        blocked=row.get("active") is False,
        profile={name: row[name] for name in PROFILE if row.get(name)},
    )
