"""The end of an account, as the settings choose it: none, suspend or remove."""

from service.errors import NotFoundError, ServiceError, UnexpectedResponseError
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
        if self.ended(person):
            return []
        return blockers.of_account(person, self._row(person), self._directories[person.id])

    def notes(self, person: Person) -> tuple[str, ...]:
        """Say what else a suspension takes away."""
        counts = self._row(person).get("counts")
        number = counts.get("resources") if isinstance(counts, dict) else None
        if self._end != SUSPEND or not isinstance(number, int) or number < 2 or self.ended(person):
            return ()
        others = "1 other product" if number == 2 else f"{number - 1} other products"
        return (f"{others} that {person.username} can use: suspending the account takes every product away",)

    def ended(self, person: Person) -> str:
        """Say how the account was ended before; "" where it was not, or not in every directory."""
        is_suspended = self._row(person).get("membershipStatus") == "suspended"
        is_whole = self._end == NONE or (self._end == SUSPEND and len(self._directories.get(person.id, ())) == 1)
        return SUSPEND if is_suspended and is_whole else ""

    def end(self, person: Person) -> None:
        """Suspend or remove the account in every directory that holds it; raises NotFoundError where none does.

        The error of one leaves the outcome open where the account was ended in another.
        """
        organization = self._required()
        directories = self._directories.get(person.id) or organization.directories(person)
        missing = NotFoundError(f"no directory of the organization has {person.username}")
        end = organization.suspend if self._end == SUSPEND else organization.remove
        ended = False
        for directory in directories:
            try:
                end(person, directory)
                ended = True
            except NotFoundError as error:
                error.after(missing)
                missing = error
            except ServiceError as error:
                error.pending = error.pending or ended
                error.outcome_unknown = error.outcome_unknown or ended
                raise
        if not ended:
            raise missing

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
