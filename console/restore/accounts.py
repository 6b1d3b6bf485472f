"""Find the current users of a record's people."""

from collections.abc import Sequence

from console.client import Connection
from console.record.reader import OffboardedUser
from service.model import Named, Person, ascii_lower


class CurrentUsers:
    """Looks each person up once: by the old id, or by the username if the user was recreated."""

    def __init__(self, offboarded_users: Sequence[OffboardedUser]) -> None:
        # The last off-boarding first: of somebody who left twice, it has the newest id.
        self._recorded = [offboarded_user.person for offboarded_user in reversed(offboarded_users)]
        self._known: dict[str, Person | None] = {}
        self._awaited: set[str] = set()

    def now(self, connection: Connection, person: Person) -> Person | None:
        """Return a person's current user, or None if there is none."""
        key = _key(person)
        if key not in self._known:
            self._known[key] = connection.console.account(person).user
        return self._known[key]

    def named(self, connection: Connection, named: Named) -> Person | None:
        """Return the user of somebody whom the record only mentions."""
        person = next((one for one in self._recorded if one.is_named(named.id, named.name)), None)
        return self.now(connection, person or Person(named.id, named.name))

    def forget(self, person: Person) -> None:
        """Look the person up again next time, unless an invitation is only planned."""
        for key in self._keys(person) - self._awaited:
            self._known.pop(key, None)

    def await_invitation(self, person: Person) -> None:
        """Count somebody a dry run would invite as present; the old id stands in for the unknown new one."""
        for key in self._keys(person):
            self._known[key] = person
            self._awaited.add(key)

    def _keys(self, person: Person) -> set[str]:
        """Return the keys of all the users in the record that ever had the person's username."""
        username = ascii_lower(person.username)
        return {_key(person), *(_key(one) for one in self._recorded if ascii_lower(one.username) == username)}


def _key(person: Person) -> str:
    # Somebody whom the record only mentions may have no id in it.
    return person.id or ascii_lower(person.username)
