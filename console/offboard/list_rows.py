"""Which rows of a list are taken: a list with a status has people in it who do not leave."""

from collections.abc import Sequence
from typing import NamedTuple

from console.offboard import columns
from console.offboard.columns import Table, shown
from console.offboard.csv_table import ListError, Row
from service.wording import joined

MOST_VALUES = 5
"""Values of a status that a message counts."""


class Choice(NamedTuple):
    """What the command line says about a list: its column, conditions on its rows, or all of them."""

    column: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    all_rows: bool = False


def choose(table: Table, choice: Choice) -> tuple[list[Row], list[str]]:
    """Return the rows that are taken, and notes.

    Raises ListError where no row is, or where a status would have to be guessed.
    """
    where = [(table.place(name), value) for name, value in choice.where]
    _check_status(table, choice, [place for place, _ in where])
    rows = table.rows
    for place, value in where:
        known = columns.values(table.rows, place)
        if value.casefold() not in map(str.casefold, known):
            raise ListError(
                [f"{table.name}: no row has {table.label(place)}={value}; its values are {shown(list(known))}"]
            )
        rows = [row for row in rows if row.cell(place).casefold() == value.casefold()]
    conditions = joined([f"{table.label(place)}={value}" for place, value in where]) if where else ""
    if not rows:
        raise ListError([f"{table.name}: no row has {conditions}"])
    notes = [f"{table.name}: {len(rows)} of {len(table.rows)} rows taken: those with {conditions}"] if where else []
    return rows, notes + _not_read(table, [place for place, _ in where])


def _check_status(table: Table, choice: Choice, asked: Sequence[int]) -> None:
    found = columns.statuses(table)
    if choice.all_rows or not found or set(found).intersection(asked):
        return
    names = [f"{table.label(place)} ({_counted(table, place)})" for place in found]
    header = "" if table.header else "add a header and "
    raise ListError(
        [
            f"{table.top}: who leaves may depend on the column{'s' if len(names) > 1 else ''} {joined(names)}: "
            f"{header}choose with --where COLUMN=VALUE, or take every row with --all-rows"
        ]
    )


def _counted(table: Table, place: int) -> str:
    counts = columns.values(table.rows, place)
    return shown([f"{count} {value}" for value, count in counts.items()], MOST_VALUES)


def _not_read(table: Table, asked: Sequence[int]) -> list[str]:
    read = {*table.places.values(), *asked}
    others = [table.label(place) for place in range(table.width) if place not in read and table.label(place)]
    if table.header is None:
        rest = ", of whose columns only the first is read" if others else ""
        return [f"{table.top} is an address: read as a list without a header{rest}"]
    if not others:
        return []
    return [f"{table.top}: not read: the column{'s' if len(others) > 1 else ''} {shown(others)}"]
