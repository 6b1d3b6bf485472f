"""Find the current users of a record's people."""

from collections.abc import Sequence

from console.client import Account, Connection, Standing
from console.record.reader import OffboardedUser
from service.model import Named, Person, ascii_lower


class CurrentUsers:
    """Looks each person's account up once: by the old id, or by the username if the user was recreated."""

    def __init__(self, offboarded_users: Sequence[OffboardedUser]) -> None:
        # The last off-boarding first: of somebody who left twice, it has the newest id.
        self._recorded = [offboarded_user.person for offboarded_user in reversed(offboarded_users)]
        self._known: dict[str, Account] = {}
        self._awaited: set[str] = set()

    def now(self, connection: Connection, person: Person) -> Person | None:
        """Return a person's current user, or None if there is none that can be called."""
        found = self.account(connection, person)
        return found.user if found.standing is Standing.THERE else None

    def account(self, connection: Connection, person: Person) -> Account:
        """Return a person's account."""
        key = _key(person)
        if key not in self._known:
            self._known[key] = connection.console.account(person)
        return self._known[key]

    def named(self, connection: Connection, named: Named) -> Person | None:
        """Return the user of somebody whom the record only mentions."""
        person = next((one for one in self._recorded if one.is_named(named.id, named.name)), None)
        return self.now(connection, person or Person(named.id, named.name))

    def forget(self, person: Person) -> None:
        """Look the person up again next time, unless counted as present."""
        for key in self._keys(person) - self._awaited:
            self._known.pop(key, None)

    def count_as_present(self, person: Person) -> None:
        """Count somebody as present under the old id from now on.

        That is whom a dry run would invite, whose new id is not known yet, and whose suspension is undone: it takes a
        while until that shows.
        """
        for key in self._keys(person):
            self._known[key] = Account(Standing.THERE, person)
            self._awaited.add(key)

    def _keys(self, person: Person) -> set[str]:
        """Return the keys of all the users in the record that ever had the person's username."""
        username = ascii_lower(person.username)
        return {_key(person), *(_key(one) for one in self._recorded if ascii_lower(one.username) == username)}


def _key(person: Person) -> str:
    # Somebody whom the record only mentions may have no id in it.
    return person.id or ascii_lower(person.username)
