"""The end of an account, as the settings choose it: none, suspend or remove."""

from service.errors import NotFoundError, ServiceError, UnexpectedResponseError
from service.jsm import blockers
from service.jsm.directory import Directory
from service.jsm.organization import Organization
from service.jsm.settings import NONE, REMOVE, SUSPEND
from service.model import Blocker, Person


class Account:
    """Ends accounts; without the organization's key there is no `organization`, and no end."""

    def __init__(self, end: str, directory: Directory, organization: Organization | None, own_id: str) -> None:
        self._end = end
        self._directory = directory
        self._organization = organization
        self._own_id = own_id
        self._directories: dict[str, list[str]] = {}
        self._ended_before = ""

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
        self._ended_before = self._confirmed(self._shown_end(person), person)
        if self._ended_before:
            return []
        return blockers.of_account(person, self._row(person), self._directories[person.id])

    def notes(self, person: Person) -> tuple[str, ...]:
        """Say what else a suspension takes away."""
        counts = self._row(person).get("counts")
        number = counts.get("resources") if isinstance(counts, dict) else None
        if self._end != SUSPEND or not isinstance(number, int) or number < 2 or self.ended(person):
            return ()
        them = f"the {number} products and sites that {person.username} can use"
        return (f"{them}: suspending the account takes all of them away",)

    def ended(self, person: Person) -> str:
        """Say how the account was ended before; "" where it was not.

        Where it is to be ended, every directory has to show that.
        """
        return self._shown_end(person) if self._end == NONE else self._ended_before

    def end(self, person: Person) -> None:
        """Suspend or remove the account in every directory that holds it; raises NotFoundError where none does."""
        organization, ended = self._required(), False
        missing = NotFoundError(f"no directory of the organization has {person.username}")
        end = organization.suspend if self._end == SUSPEND else organization.remove
        for directory in self._directories_of(person, organization):
            try:
                end(person, directory)
                ended = True
            except NotFoundError as error:
                missing.after(error)
            except ServiceError as error:
                if ended:
                    # One directory has ended it, and another has not: neither done nor not done.
                    error.outcome_unknown = error.pending = True
                raise
        if not ended:
            raise missing

    def is_ended(self, person: Person) -> bool:
        """Tell whether every directory that held the account shows it as ended."""
        if self._end == NONE:
            return False
        organization = self._required()
        directories = self._directories_of(person, organization)
        return all(organization.is_ended(person, one, by=self._end) for one in directories)

    def _shown_end(self, person: Person) -> str:
        ends = {"suspended": SUSPEND, "no_membership": REMOVE}
        return ends.get(str(self._row(person).get("membershipStatus")), "")

    def _confirmed(self, ended: str, person: Person) -> str:
        is_less = (self._end, ended) == (REMOVE, SUSPEND)
        return ended if ended and not is_less and self.is_ended(person) else ""

    def _directories_of(self, person: Person, organization: Organization) -> list[str]:
        return self._directories.get(person.id) or organization.directories(person)

    def _required(self) -> Organization:
        if self._organization is None:
            raise UnexpectedResponseError("an account is ended with JSM_ORG_KEY only")
        return self._organization

    def _row(self, person: Person) -> dict[str, object]:
        return dict(self._organization.rows.get(person.id, {})) if self._organization else {}
