"""Calls of the organization that only the console makes: the state of an account, and the undoing of a suspension."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from service import parsing as fields
from service.jsm.directory import is_human
from service.jsm.organization import EVERY_DIRECTORY, LIMIT, Organization
from service.model import Person
from service.parsing import Json

ACTIVE = "active"
STATES = {"inactive": "deactivated", "closed": "for_deletion", "suspended": "suspended", "no_membership": "not_invited"}
"""What an account or a membership is by its own status, in the words of the status that sums both up."""


class ConsoleOrganization(Organization):
    """More of the organization's endpoints."""

    def rows_of(self, person: Person) -> list[tuple[str, Json]]:
        """Get a person's row in each directory that holds the person, with the directory's id."""
        found = [(directory, self.row(person, directory)) for directory in self.directories(person)]
        return [(directory, row) for directory, row in found if row is not None]

    def restore(self, person: Person, directory: str) -> None:
        """Undo a suspension; to repeat it does no harm.

        https://developer.atlassian.com/cloud/admin/organization/rest/api-group-users/
        """
        path = (*self._path, directory, "users", person.id, "restore")
        self._delete(f"the user {person.username}", *path, method="POST", body={})

    def count_people(self, enough: int) -> int:
        """Count the active people, up to `enough`: no call tells how many there are."""
        count = 0
        for rows in self._search({}):
            count += sum(1 for row in rows if is_human(row) and not state_of(row))
            if count >= enough:
                break
        return count

    def states(self, people: Sequence[Person]) -> dict[str, str]:
        """Return the states of at most 50 people by account id, found by their addresses; who is not there has none."""
        body = {"emails": [one.username for one in people]}
        found: dict[str, list[str]] = {}
        with fields.parsing("the list of people"):
            for row in chain(*self._search(body)):
                found.setdefault(fields.text(row, "accountId"), []).append(state_of(row))
        return {account: _of_all(states) for account, states in found.items()}

    def state(self, person: Person) -> str:
        """Return the state of a person, found by id; somebody active in one of several directories is active."""
        with fields.parsing(f"the user {person.name}"):
            return _of_all([state_of(row) for _, row in self.rows_of(person)])

    def _search(self, body: Json) -> Iterator[list[Json]]:
        """Yield people, page by page."""
        what, path = "the list of people", (*self._path, EVERY_DIRECTORY, "users", "search")
        first = {"limit": LIMIT, **body}
        call: Callable[[Json], Json] = lambda asked: self._request(  # noqa: E731
            "POST", what, *path, body=asked, only_reads=True
        )
        return self._pages_by_cursor(what, first, call)


def _of_all(states: Sequence[str]) -> str:
    return "" if "" in states or not states else states[0]


def state_of(row: Json) -> str:
    """Return the organization's word for an account that is not active, "" for one that is; fields may be left out."""
    parts = [STATES.get(fields.maybe_text(row, name)) for name in ("accountStatus", "membershipStatus")]
    status = fields.maybe_text(row, "status") or next(filter(None, parts), ACTIVE)
    return "" if status == ACTIVE else status.replace("_", " ")
