"""The columns of a list: which says who leaves, and which look like a status."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from console.offboard.csv_table import ListError, Row
from service import usernames
from service.near_names import CLOSE, nearest
from service.wording import joined

COLUMNS = ("username", "replace_with", "keep_turns")
USERNAME = re.compile("username|upn|userprincipalname|(work|primary)?e?mail(address)?(required)?")
"""The folded name of a column that says who leaves, as HR systems, Entra ID, Google Workspace and Okta write it."""

STATUS = re.compile(
    "status|a[ck]ti[vf]|enabled|disabled|terminat|suspend|archived|resign|dismiss|separat|employ|departed|departure"
    "|(leave|leaving|left|exit)(date|day|on|at)|end(date|day|of)|contractend|last(working)?day|offboard|remove"
)
"""Parts of the folded name of a column that says who is still here."""

STATUS_WORDS = frozenset(
    ("state", "stat", "statut", "estado", "zustand", "action", "delete", "blocked", "deleted", "locked", "former")
) | {"leave", "leaver", "leavers", "leaving", "left", "exit"}
"""Whole words in the name of such a column."""

STATUS_VALUE = re.compile(
    "(in)?active|(de)?activated|(en|dis)abled|(de)?provisioned|terminated|suspended|archived"
    "|employed|on leave|leaver|left|former|resigned|retired|ended|current"
)
"""What such a column says of somebody, whatever its own name is."""

YES_OR_NO = frozenset(("yes", "no", "y", "n", "true", "false"))
"""A column that says nothing else may say who leaves."""

MOST_SHOWN = 10
"""Names or values that a message shows, each by up to 50 characters."""


class Table(NamedTuple):
    """The rows below a header, if there is one, and the place of each of COLUMNS that the list has."""

    name: str
    header: Row | None
    rows: list[Row]
    places: dict[str, int]

    @property
    def top(self) -> str:
        """Where the list begins."""
        return f"{self.name} line {(self.header or self.rows[0]).line}"

    def label(self, place: int) -> str:
        """Return the name of a column, its number where there is no header."""
        return " ".join(self.header.cell(place).split()) if self.header else str(place + 1)

    def place(self, name: str) -> int:
        """Return the place of a column by its name; raises ListError where there is none."""
        return named(self.header or Row(0, []), self.top, name)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.header.cells) if self.header else max(len(row.cells) for row in self.rows)


def is_address(cell: str) -> bool:
    """Tell whether a cell is an e-mail address, and so no name of a column."""
    return not usernames.problem(cell.strip())


def is_first(cells: Sequence[str], chosen: str | None) -> bool:
    """Tell whether these are the first row of a list: a header with the column that is looked for, or an address."""
    wanted = re.compile(fold(chosen)) if chosen else USERNAME
    return any(wanted.fullmatch(fold(cell)) for cell in cells) or (bool(cells) and is_address(cells[0]))


def fold(name: str) -> str:
    """Return a column's name without capitals and everything but letters and digits."""
    return re.sub(r"[\W_]+", "", name).lower()


def find(header: Row, where: str, chosen: str | None) -> dict[str, int]:
    """Return the places of the columns that the tool knows; raises ListError unless one says who leaves."""
    folded = [fold(cell) for cell in header.cells]
    others = {name: folded.index(fold(name)) for name in COLUMNS[1:] if fold(name) in folded}
    for cell in header.cells:
        if (near := nearest(cell, COLUMNS[1:], CLOSE)) and near not in others:
            raise ListError([f"{where}: the column {shown([cell])} is not read: did you mean {near}?"])
    for name in others:
        if folded.count(fold(name)) > 1:
            raise ListError([f"{where}: the header has the column {name} twice"])
    if chosen is None:
        return {"username": _username(header, folded, where), **others}
    place = named(header, where, chosen)
    if place in others.values():
        raise ListError([f"{where}: {chosen} says who or what takes the places: choose another --column"])
    return {"username": place, **others}


def _username(header: Row, folded: list[str], where: str) -> int:
    found = [place for place, name in enumerate(folded) if USERNAME.fullmatch(name)]
    if not found:
        raise ListError(
            [
                f"{where}: no column username, email or the like in the header ({shown(header.cells)}): "
                "choose one with --column NAME"
            ]
        )
    names = [header.cell(place) for place in found]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise ListError([f"{where}: the header has the column {twice} twice"])
    if len(found) > 1:
        raise ListError([f"{where}: {joined(names)} may each say who leaves: choose one with --column NAME"])
    return found[0]


def named(header: Row, where: str, name: str) -> int:
    """Return the place of the column that the command line names; raises ListError unless there is one."""
    name = name.strip()
    exact = [place for place in range(len(header.cells)) if name and header.cell(place) == name]
    alike = [place for place, cell in enumerate(header.cells) if fold(name) and fold(cell) == fold(name)]
    found = exact or alike
    if not found:
        raise ListError(
            [f"{where}: there is no column {name or 'without a name'}; the header has {shown(header.cells)}"]
        )
    if len(found) > 1:
        raise ListError([f"{where}: the header has the column {name} twice"])
    return found[0]


def statuses(table: Table) -> list[int]:
    """Return the places of the columns that look like a status, by their names or by what they say."""
    others = [place for place in range(table.width) if place not in table.places.values()]
    return [place for place in others if _is_status(table, place)]


def _is_status(table: Table, place: int) -> bool:
    name = table.label(place)
    words = re.split(r"[\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
    if STATUS.search(fold(name)) or STATUS_WORDS.intersection(words):
        return True
    said = {cell.lower() for row in table.rows if (cell := row.cell(place))}
    return any(map(STATUS_VALUE.fullmatch, said)) or (bool(said) and said <= YES_OR_NO)


def values(rows: Sequence[Row], place: int) -> Counter[str]:
    """Count the values of a column, each by its first spelling."""
    spelling: dict[str, str] = {}
    return Counter(spelling.setdefault(row.cell(place).casefold(), row.cell(place)) or "blank" for row in rows)


def shown(names: Sequence[str], most: int = MOST_SHOWN) -> str:
    """Return names for a message, not more than it can hold."""
    some = [" ".join(name.split())[:50] for name in names if name.strip()]
    more = f" and {len(some) - most} more" if len(some) > most else ""
    return ", ".join(some[:most]) + more
