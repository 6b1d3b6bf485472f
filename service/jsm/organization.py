"""The organization: whose address one is, and the end of an account.

https://developer.atlassian.com/cloud/admin/organization/rest/intro/
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from service import parsing as fields
from service.errors import BlockedError, NotFoundError, UnexpectedResponseError
from service.jsm.calls import Calls
from service.jsm.directory import has_address, is_human
from service.jsm.parsing import only_account
from service.model import Blocker, Person
from service.parsing import Json
from service.transport.call import Transport

EVERY_DIRECTORY = "-"
EXPANDED = ["platformRoles", "counts.resources"]
LIMIT = 50
STATUSES = ("status", "accountStatus", "membershipStatus")
"""What says that an account is active: an answer may leave out any of them."""

NO_DIRECTORIES = (
    "the organization's API does not know its directories: check JSM_ORG_ID and JSM_ORG_KEY; an organization with the "
    "original user management can be used without JSM_ORG_KEY and JSM_END only"
)


class Organization(Calls):
    """The calls that off-boarding needs; `rows` has the accounts that were found, by id."""

    def __init__(self, transport: Transport, org_id: str) -> None:
        super().__init__(transport)
        self._path = ("v2", "orgs", org_id, "directories")
        self.rows: dict[str, Json] = {}

    def find(self, username: str) -> Person:
        """Return the account with this address, active or not; raises NotFoundError."""
        what, path = f"the user {username}", (*self._path, EVERY_DIRECTORY, "users", "search")
        body = {"emails": [username], "limit": LIMIT, "expand": EXPANDED}
        try:
            answer = self._request("POST", what, *path, body=body, only_reads=True)
        except NotFoundError as error:
            raise UnexpectedResponseError(NO_DIRECTORIES) from error
        with fields.parsing(what):
            rows = fields.entries(answer["data"], "data")
            row = only_account([row for row in rows if has_address(row, username, "email")], username)
            person = _person(row) if row else None
            hidden = [row for row in rows if is_human(row) and not row.get("email")]
        if person is None and hidden:
            reason = "the organization finds an account, and does not show the key its address"
            raise BlockedError((Blocker("address", username, reason, ("give JSM_ORG_KEY a key that may read users",)),))
        if person is None or row is None:
            raise NotFoundError(f"the organization has no account with the address {username}")
        self.rows[person.id] = row
        return person

    def directories(self, person: Person) -> list[str]:
        """List the ids of the directories that hold a person."""
        what, query = f"the directories of {person.username}", {"accountId": person.id}
        pages = self._pages_by_cursor(what, query, lambda asked: self._request("GET", what, *self._path, query=asked))
        with fields.parsing(what):
            return [fields.text(entry, "directoryId") for page in pages for entry in page]

    def row(self, person: Person, directory: str) -> Json | None:
        """Get a person's row in a directory; None where it does not have the person."""
        what, path = f"the user {person.username}", (*self._path, directory, "users", person.id)
        read: Callable[[Any], Json] = lambda data: fields.part(data, "data")  # noqa: E731
        try:
            return self._get(what, read, *path)
        except NotFoundError:
            return None

    def is_ended(self, person: Person, directory: str, *, by: str) -> bool:
        """Tell whether a directory shows that an account is ended, by `suspend` or by `remove`."""
        row = self.row(person, directory)
        membership = "no_membership" if row is None else row.get("membershipStatus")
        return membership == "no_membership" or (by == "suspend" and membership == "suspended")

    def suspend(self, person: Person, directory: str) -> None:
        """Take every product away from a person; roles and groups are kept. Without a body it is refused."""
        path = (*self._path, directory, "users", person.id, "suspend")
        self._delete(f"the user {person.username}", *path, method="POST", body={})

    def remove(self, person: Person, directory: str) -> None:
        """Remove a person from a directory, which is queued: the person is listed for a while."""
        self._delete(f"the user {person.username}", *self._path, directory, "users", person.id)

    def _pages_by_cursor(self, what: str, first: Json, call: Callable[[Json], Json]) -> Iterator[list[Any]]:
        """Yield the entries of a list, page by page; `call` asks for a page with these parameters."""
        asked, cursors = first, set[str]()
        while True:
            answer = call(asked)
            with fields.parsing(what):
                found = fields.entries(answer["data"], "data")
                following = fields.maybe_text(answer.get("links") or {}, "next")
            yield found
            # It is the cursor, or an address with the cursor.
            cursor = dict(parse_qsl(urlsplit(following).query)).get("cursor", following)
            if not cursor:
                return
            if cursor in cursors:
                raise UnexpectedResponseError(f"the pages of {what} lead back to an earlier one")
            cursors.add(cursor)
            asked = {**first, "cursor": cursor}


def _person(row: Json) -> Person:
    return Person(
        id=fields.text(row, "accountId"),
        username=fields.text(row, "email"),
        full_name=fields.maybe_text(row, "name"),
        blocked=any(row.get(name, "active") != "active" for name in STATUSES),
    )
