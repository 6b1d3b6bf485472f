"""Read the leavers: names on the command line, lists from a spreadsheet."""

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from service.json_body import BodyError
from service.model import Request
from service.request import parse

COLUMNS = ("username", "replace_with", "keep_turns")
YES_OR_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
MOST_PROBLEMS = 20


class ListError(ValueError):
    """The list is invalid; the text has a line for each problem."""

    def __init__(self, problems: list[str]) -> None:
        more = [f"and {len(problems) - MOST_PROBLEMS} more"] if len(problems) > MOST_PROBLEMS else []
        super().__init__("\n".join([*problems[:MOST_PROBLEMS], *more]))


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


def read_csv(content: bytes, name: str) -> tuple[list[Leaver], list[str]]:
    """Read a spreadsheet's CSV with a header; returns the leavers and notes; raises ListError with line numbers."""
    text = _text(content, name)
    dialect, skipped = _separator(text)
    rows = _rows(text, dialect, skipped, name)
    first = next(rows, None)
    if first is None:
        raise ListError([f"{name} is empty: its first line must name the column username"])
    places, notes = _header(first[1], f"{name} line {first[0]}")
    problems: list[str] = []
    leavers = []
    for line, row in rows:
        where = f"{name} line {line}"
        if len(row) > len(first[1]) and any(cell.strip() for cell in row[len(first[1]) :]):
            problems.append(f"{where}: more fields than the header has columns")
            continue
        cells = {column: row[place].strip() if place < len(row) else "" for column, place in places.items()}
        leavers.append(Leaver(cells["username"], cells.get("replace_with", ""), where, cells.get("keep_turns", "")))
    if problems:
        raise ListError(problems)
    if not leavers:
        raise ListError([f"{name} names nobody below its header"])
    return leavers, notes


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


def _text(content: bytes, name: str) -> str:
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ListError([f"{name} line {line}: not UTF-8; save the list as CSV UTF-8"]) from error
    if "\0" in text:
        raise ListError([f"{name} line {text[: text.index(chr(0))].count(chr(10)) + 1}: not a text file"])
    return text


def _separator(text: str) -> tuple[str, int]:
    """Return the column separator, and how many lines only declare it: a file may begin with `sep=;`."""
    first = text.lstrip("\r\n").split("\n", 1)[0].rstrip("\r")
    if told := re.fullmatch(r'"?sep=([,;\t|])"?', first, re.IGNORECASE):
        return told[1], 1
    fitting = (separator for separator in ",;\t" if "username" in map(_column, first.split(separator)))
    return next(fitting, max(",;\t", key=first.count)), 0


def _rows(text: str, separator: str, skipped: int, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, each with the number of its first line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                skipped -= 1
                if skipped < 0:
                    yield begins, row
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ListError([f"{name} line {begins}: {error}"]) from error


def _header(cells: list[str], where: str) -> tuple[dict[str, int], list[str]]:
    names = [_column(cell) for cell in cells]
    if "username" not in names:
        raise ListError([f"{where}: the header has no column username (it may have replace_with and keep_turns too)"])
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if twice:
        raise ListError([f"{where}: the header has the column {twice[0]} twice"])
    others = [cell.strip() for cell, name in zip(cells, names, strict=True) if name and name not in COLUMNS]
    notes = [f"{where}: not read: the column{'s' if len(others) > 1 else ''} {', '.join(others)}"] if others else []
    return {name: names.index(name) for name in COLUMNS if name in names}, notes


def _column(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", cell.strip(' "').lower())
