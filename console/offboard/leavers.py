"""Read the leavers: names on the command line, lists from a spreadsheet."""

import json
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from console.offboard import columns, list_rows
from console.offboard.columns import Table
from console.offboard.csv_table import ListError, read_rows
from console.offboard.list_rows import Choice
from service.json_body import BodyError
from service.model import Request
from service.request import parse

YES_OR_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
NO_CHOICE = Choice()


@dataclass(frozen=True)
class Leaver:
    """A person to off-board, as written, and where."""

    username: str
    replace_with: str
    where: str
    keep_turns: str = ""


class Defaults(NamedTuple):
    """What holds for each leaver whose own line does not say otherwise."""

    replace_with: str | None = None
    keep_user: bool = False
    keep_turns: bool = False


def read_csv(content: bytes, name: str, choice: Choice = NO_CHOICE) -> tuple[list[Leaver], list[str]]:
    """Read a list, with or without a header; returns the leavers and notes; raises ListError with line numbers."""
    table = _table(content, name, choice)
    rows, notes = list_rows.choose(table, choice)
    leavers = []
    for row in rows:
        cells = {column: row.cell(place) for column, place in table.places.items()}
        where = f"{name} line {row.line}"
        leavers.append(Leaver(cells["username"], cells.get("replace_with", ""), where, cells.get("keep_turns", "")))
    return leavers, notes


def _table(content: bytes, name: str, choice: Choice) -> Table:
    rows = read_rows(content, name, partial(columns.is_first, chosen=choice.column))
    if not rows:
        raise ListError([f"{name} is empty: its first line names the columns, one of which is username"])
    first, where = rows[0], f"{name} line {rows[0].line}"
    if columns.is_address(first.cells[0]):
        if choice.column is not None or choice.where:
            raise ListError([f"{where} is an address, not a header: --column and --where need one"])
        return Table(name, None, rows, {"username": 0})
    table = Table(name, first, rows[1:], columns.find(first, where, choice.column))
    width = len(first.cells)
    longer = [row for row in table.rows if any(cell.strip() for cell in row.cells[width:])]
    if longer:
        raise ListError([f"{name} line {row.line}: more fields than the header has columns" for row in longer])
    if not table.rows:
        raise ListError([f"{name} names nobody below its header"])
    return table


def requests_of(leavers: list[Leaver], defaults: Defaults) -> tuple[list[Request], list[str]]:
    """Turn leavers into requests, by the rules of the API's own body; returns them and notes about duplicates."""
    problems: list[str] = []
    notes: list[str] = []
    found: dict[str, tuple[Request, Leaver]] = {}
    for leaver in leavers:
        try:
            request = _request(leaver, defaults)
        except BodyError as error:
            problems.append(f"{leaver.where}: {error}")
            continue
        earlier = found.setdefault(request.username, (request, leaver))
        if earlier[0] != request:
            what = "keep_turns" if earlier[0].replace_with == request.replace_with else "replacement"
            problems.append(f"{leaver.where}: {request.username} with another {what} than in {earlier[1].where}")
        elif earlier[1] is not leaver:
            notes.append(f"{leaver.where}: {request.username} is in {earlier[1].where} already")
    for request, leaver in found.values():
        if request.replace_with != request.username and request.replace_with in found:
            problems.append(f"{leaver.where}: {request.replace_with} is to take a place, and is on the list of leavers")
    if problems:
        raise ListError(problems)
    return [request for request, _ in found.values()], notes


def _request(leaver: Leaver, defaults: Defaults) -> Request:
    replacement, keep_turns = leaver.replace_with or None, _keep_turns(leaver.keep_turns)
    # Whoever or whatever takes the places by the leaver's own line leaves none for the default.
    if not keep_turns and not replacement:
        replacement = defaults.replace_with
        keep_turns = defaults.keep_turns if keep_turns is None else keep_turns
    fields: dict[str, Any] = {"username": leaver.username, "keep_user": defaults.keep_user}
    if replacement is not None:
        fields["replace_with"] = replacement
    return parse(json.dumps({**fields, "keep_turns": bool(keep_turns)}).encode())


def _keep_turns(text: str) -> bool | None:
    """Read a cell that says yes or no, None where it is empty; raises BodyError where it says something else."""
    if text and text.lower() not in YES_OR_NO:
        raise BodyError(f"keep_turns is {text[:50]!r}: it must be true or false, yes or no, 1 or 0, or empty")
    return YES_OR_NO.get(text.lower())
