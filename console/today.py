"""The accounts that a record's people have today."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from console.desk import Line
from console.recorded import Departure
from service.errors import NotFoundError
from service.model import Named, Person

T = TypeVar("T")


class People:
    """Looks each person up once: by the old id, or by the username where the account was made anew."""

    def __init__(self, departures: Sequence[Departure]) -> None:
        self._recorded = [departure.person for departure in departures]
        self._known: dict[str, Person | None] = {}
        self._awaited: set[str] = set()

    def now(self, line: Line, person: Person) -> Person | None:
        """Return the account that a person has, None where there is none."""
        if person.id not in self._known:
            names = [name for name in (person.id, person.username) if name]
            found = (unless_gone(partial(line.opsgenie.find, name)) for name in names)
            self._known[person.id] = next((one for one in found if one), None)
        return self._known[person.id]

    def named(self, line: Line, named: Named) -> Person | None:
        """Return the account of somebody whom the record only points at."""
        person = next((one for one in self._recorded if one.is_named(named.id, named.name)), None)
        return self.now(line, person or Person(named.id, named.name))

    def forget(self, person: Person) -> None:
        """Look the person up again next time, unless an invitation is only planned."""
        if person.id not in self._awaited:
            self._known.pop(person.id, None)

    def await_invitation(self, person: Person) -> None:
        """Count a person as there whom a dry run would invite; the new id is not known, so the old one stands in."""
        self._known[person.id] = person
        self._awaited.add(person.id)


def unless_gone(call: Callable[[], T]) -> T | None:
    """Return what a call returns, None where the thing is not there."""
    try:
        return call()
    except NotFoundError:
        return None
