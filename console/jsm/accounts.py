"""What has become of an account: the organization tells, and Jira whether the site knows it yet."""

from collections.abc import Iterable

from console.client import Account, Standing
from console.jsm.organization import ConsoleOrganization, state_of
from service.errors import NotFoundError
from service.jsm.directory import Directory
from service.model import Person
from service.parsing import Json

WORST_FIRST = (Standing.SUSPENDED, Standing.INACTIVE, Standing.THERE, Standing.GONE)
"""Of several directories: a suspension in one of them is undone there."""

NO_KEY = "set JSM_ORG_KEY, so that a suspension can be undone, or activate it by hand"
NO_DIRECTORY = "check JSM_ORG_ID and JSM_ORG_KEY, or activate it by hand"


class Accounts:
    """Finds accounts by id, or by the address where there is none with the id."""

    def __init__(self, directory: Directory, organization: ConsoleOrganization | None, own_id: str) -> None:
        self._directory = directory
        self._organization = organization
        self._own_id = own_id

    def find(self, person: Person) -> Account:
        """Return a person's account as it is now."""
        found = self._in_organization(person) if self._organization else self._in_jira(person, NO_KEY)
        if found.standing is not Standing.THERE or not found.user:
            return found
        # Somebody who was removed is still listed for a while; the site is quicker.
        return found if self._active(found.user) else Account(Standing.INACTIVE, found.user)

    def restore(self, person: Person) -> None:
        """Undo a suspension in each directory that shows it."""
        rows = self._organization.rows_of(person) if self._organization else []
        suspended = [directory for directory, row in rows if _standing(row) is Standing.SUSPENDED]
        if not (self._organization and suspended):
            raise NotFoundError(f"no directory of the organization shows {person.username} as suspended")
        for directory in suspended:
            self._organization.restore(person, directory)

    def _in_organization(self, person: Person) -> Account:
        assert self._organization is not None  # noqa: S101 -- for the type checker
        try:
            rows = [row for _, row in self._organization.rows_of(person)]
        except NotFoundError:
            # The organization has the original user management.
            return self._in_jira(person, NO_DIRECTORY)
        if (standing := _worst(map(_standing, rows))) is not Standing.GONE:
            return Account(standing, person)
        if not _is_address(person.username):
            return Account(Standing.GONE)
        try:
            found = self._organization.find(person.username)
        except NotFoundError:
            return Account(Standing.GONE)
        standing = _standing(self._organization.rows[found.id])
        return Account(standing, None if standing is Standing.GONE else found)

    def _in_jira(self, person: Person, advice: str) -> Account:
        active = self._active(person)
        if active is None:
            if not _is_address(person.username):
                return Account(Standing.GONE)
            try:
                return Account(Standing.THERE, self._directory.find(person.username, self._own_id))
            except NotFoundError:
                return Account(Standing.GONE)
        return Account(Standing.THERE, person) if active else Account(Standing.INACTIVE, person, advice)

    def _active(self, person: Person) -> bool | None:
        """Tell whether the site shows an account as active; None where it does not show it."""
        found = self._directory.accounts([self._own_id, person.id])
        rows = {row.get("accountId"): row for row in found}
        if person.id in rows:
            return rows[person.id].get("active") is not False
        # A token that is not even shown its owner sees no accounts, which says nothing of this one.
        return None if self._own_id in rows else True


def _is_address(username: str) -> bool:
    """Tell whether it is an address: somebody whom a record only mentions may stand there by name or by id."""
    return "@" in username


def _worst(standings: Iterable[Standing]) -> Standing:
    return min(standings, key=WORST_FIRST.index, default=Standing.GONE)


def _standing(row: Json) -> Standing:
    known = {"": Standing.THERE, "suspended": Standing.SUSPENDED, "not invited": Standing.GONE}
    return known.get(state_of(row), Standing.INACTIVE)
