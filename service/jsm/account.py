"""The end of an account, as the settings choose it: none, suspend or remove."""

from service.errors import NotFoundError, UnexpectedResponseError
from service.jsm import blockers
from service.jsm.directory import Directory
from service.jsm.organization import Organization
from service.jsm.settings import NONE, SUSPEND
from service.model import Blocker, Person


class Account:
    """Ends accounts; without the organization's key there is no `organization`, and no end."""

    def __init__(self, end: str, directory: Directory, organization: Organization | None, own_id: str) -> None:
        self._end = end
        self._directory = directory
        self._organization = organization
        self._own_id = own_id
        self._directories: dict[str, list[str]] = {}
        self.was_suspended = False
        """Whether the account was suspended before, and is to be: then nothing is left to change in it."""

    def find(self, username: str) -> Person:
        """Return the account with this address; raises NotFoundError."""
        if self._organization:
            return self._organization.find(username)
        return self._directory.find(username, self._own_id)

    def blockers(self, person: Person) -> list[Blocker]:
        """Tell what forbids the end; reads in which directories the person is."""
        if self._end == NONE or not self._organization:
            return []
        try:
            self._directories[person.id] = self._organization.directories(person)
        except NotFoundError:
            return blockers.of_account(person, self._row(person), None)
        suspended = self._end == SUSPEND and self._row(person).get("membershipStatus") == "suspended"
        self.was_suspended = suspended and self.is_ended(person)
        return blockers.of_account(person, self._row(person), self._directories[person.id])

    def notes(self, person: Person) -> tuple[str, ...]:
        """Say what else a suspension takes away, or that it is there already."""
        if self.was_suspended:
            return (f"the account of {person.username}: it was suspended before, and stays so",)
        counts = self._row(person).get("counts")
        number = counts.get("resources") if isinstance(counts, dict) else None
        if self._end != SUSPEND or not isinstance(number, int) or number < 2:
            return ()
        others = "1 other product" if number == 2 else f"{number - 1} other products"
        return (f"{others} that {person.username} can use: suspending the account takes every product away",)

    def end(self, person: Person) -> None:
        """Suspend or remove the account in every directory that holds it; raises NotFoundError where none does."""
        organization = self._required()
        directories = self._directories.get(person.id) or organization.directories(person)
        if not directories:
            raise NotFoundError(f"no directory of the organization has {person.username}")
        for directory in directories:
            if self._end == SUSPEND:
                organization.suspend(person, directory)
            else:
                organization.remove(person, directory)

    def is_ended(self, person: Person) -> bool:
        """Tell whether every directory that held the account shows it as ended."""
        if self._end == NONE:
            return False
        organization = self._required()
        directories = self._directories.get(person.id) or organization.directories(person)
        return all(organization.is_ended(person, one, by=self._end) for one in directories)

    def _required(self) -> Organization:
        if self._organization is None:
            raise UnexpectedResponseError("an account is ended with JSM_ORG_KEY only")
        return self._organization

    def _row(self, person: Person) -> dict[str, object]:
        return dict(self._organization.rows.get(person.id, {})) if self._organization else {}
