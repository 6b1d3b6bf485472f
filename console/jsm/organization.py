"""Calls of the organization that only the console makes: the state of an account, and the undoing of a suspension."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from service import parsing as fields
from service.errors import NotFoundError, UnexpectedResponseError
from service.jsm.directory import is_human
from service.jsm.organization import EVERY_DIRECTORY, LIMIT, Organization
from service.model import Person
from service.parsing import Json


class ConsoleOrganization(Organization):
    """More of the organization's endpoints."""

    def rows_of(self, person: Person) -> list[tuple[str, Json]]:
        """Get a person's row in each directory that holds the person, with the directory's id."""
        found = [(directory, self._row_in(directory, person)) for directory in self.directories(person)]
        return [(directory, row) for directory, row in found if row is not None]

    def restore(self, person: Person, directory: str) -> None:
        """Undo a suspension; to repeat it does no harm.

        https://developer.atlassian.com/cloud/admin/organization/rest/api-group-users/
        """
        path = (*self._path, directory, "users", person.id, "restore")
        self._delete(f"the user {person.username}", *path, method="POST", body={})

    def count_people(self, enough: int) -> int:
        """Count the active people, up to `enough`: no call tells how many there are."""
        what, path = "the list of people", (*self._path, EVERY_DIRECTORY, "users", "search")
        body: Json = {"limit": LIMIT}
        count, cursors = 0, set[str]()
        while True:
            answer = self._request("POST", what, *path, body=body, only_reads=True)
            with fields.parsing(what):
                rows = fields.entries(answer["data"], "data")
                count += sum(1 for row in rows if is_human(row) and row.get("status", "active") == "active")
                following = fields.maybe_text(answer.get("links") or {}, "next")
            # It is the cursor, or an address with the cursor.
            cursor = dict(parse_qsl(urlsplit(following).query)).get("cursor", following)
            if not cursor or count >= enough:
                return count
            if cursor in cursors:
                raise UnexpectedResponseError(f"the pages of {what} lead back to an earlier one")
            cursors.add(cursor)
            body = {"limit": LIMIT, "cursor": cursor}

    def _row_in(self, directory: str, person: Person) -> Mapping[str, Any] | None:
        what, path = f"the user {person.username}", (*self._path, directory, "users", person.id)
        read: Callable[[Any], Mapping[str, Any]] = lambda data: fields.part(data, "data")  # noqa: E731
        try:
            return self._get(what, read, *path)
        except NotFoundError:
            return None
