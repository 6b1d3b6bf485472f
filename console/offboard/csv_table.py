"""Read a CSV as spreadsheets write it: encoding, separator, and rows with their line numbers."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from console.terminal import clean

MOST_PROBLEMS = 20
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""What the files of .xlsx, .ods and .xls begin with."""

LINE_END = "\r\n|\r|\n"
SAVE_AS = "save the list as CSV UTF-8"
CSV_ERRORS = {
    "unexpected end": 'a quoted cell that begins here is not closed: add the " that is missing',
    "expected after": 'text follows the " that closes a cell: within a quoted cell, write " twice',
    "field larger": f"a cell has more than {csv.field_size_limit()} characters",
}
"""Sentences by a part of the csv module's own."""


class ListError(ValueError):
    """The list is invalid; the text has a line for each problem."""

    def __init__(self, problems: list[str]) -> None:
        more = [f"and {len(problems) - MOST_PROBLEMS} more"] if len(problems) > MOST_PROBLEMS else []
        super().__init__("\n".join([*map(clean, problems[:MOST_PROBLEMS]), *more]))


class Row(NamedTuple):
    """A row that is not blank, and the number of its first line."""

    line: int
    cells: list[str]

    def cell(self, place: int) -> str:
        """Return a cell without the spaces around it, "" where the row is shorter."""
        return self.cells[place].strip() if place < len(self.cells) else ""


def read_rows(content: bytes, name: str, is_first: Callable[[list[str]], bool]) -> list[Row]:
    """Return the rows that are not blank; raises ListError with the line that cannot be read.

    `is_first` knows a first row by its cells: the separator is the one that shows it, or else makes most cells.
    """
    text = _text(content, name)
    separator, skipped = _separator(text, is_first)
    return list(_rows(text, separator, name))[skipped:]


def _text(content: bytes, name: str) -> str:
    if content.startswith(SPREADSHEETS):
        raise ListError([f"{name} is a spreadsheet's own file; {SAVE_AS}"])
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8").lstrip("\ufeff")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-16" if wide else "utf-8", "ignore")
        problem = "not valid UTF-16" if wide else "not UTF-8"
        raise ListError([f"{name} line {_line_after(before)}: {problem}; {SAVE_AS}"]) from error
    if "\0" in text:
        line = _line_after(text[: text.index("\0")])
        raise ListError([f"{name} line {line}: a NUL character, which no text has; {SAVE_AS}"])
    return text


def _line_after(text: str) -> int:
    return len(re.split(LINE_END, text))


def _separator(text: str, is_first: Callable[[list[str]], bool]) -> tuple[str, int]:
    """Return the column separator, and how many rows only declare it: a file may begin with `sep=;`."""
    first = re.split(LINE_END, text.lstrip("\r\n"), maxsplit=1)[0]
    if told := re.fullmatch(r'"?sep=([,;\t|])"?', first, re.IGNORECASE):
        return told[1], 1
    found = {separator: _first_cells(text, separator) for separator in ",;\t"}
    fitting = (separator for separator, cells in found.items() if is_first(cells))
    return next(fitting, max(found, key=lambda separator: len(found[separator]))), 0


def _first_cells(text: str, separator: str) -> list[str]:
    """Split the first row, which may be of several lines; [] where the separator does not fit its quotes."""
    try:
        return next((row.cells for row in _rows(text, separator, "")), [])
    except ListError:
        return []


def _rows(text: str, separator: str, name: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Row(begins, cells)
            begins = reader.line_num + 1
    except csv.Error as error:
        why = next((told for part, told in CSV_ERRORS.items() if part in str(error)), f"not a row of a CSV ({error})")
        raise ListError([f"{name} line {begins}: {why}"]) from error
