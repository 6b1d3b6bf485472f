"""Records read back, line by line: who left, and what there is to put back."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from console import record_shapes
from console.record_writer import UNDER_WAY, VERSION
from service.model import Change, Person
from service.shapes import Json


@dataclass(frozen=True)
class Departure:
    """One person's line in a record: who left, who took the places, what changed or may have changed.

    One that is under way was written before the first change, and no line says what was done.
    """

    person: Person
    replacement: Person | None
    changes: tuple[Change, ...]
    under_way: bool = False


def read(path: Path) -> tuple[list[Departure], list[str]]:
    """Read a record; returns who was changed, or may have been, and a note for each line that is cut off.

    Raises UsageError with the number of a line that is wrong, and the reason.
    """
    departures: list[Departure] = []
    notes: list[str] = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise click.UsageError(f"the record {path} cannot be read: {error.strerror}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            data = _json(line)
            departure = _departure(data)
            if data.get("follows_plan"):
                _forget_what_was_planned(departures, data["person"]["id"])
        except _CutOffError:
            notes.append(f"{path} line {number} is cut off; the plan before it, if there is one, counts instead")
            continue
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise click.UsageError(f"{path} line {number} cannot be read: {_reason(error)}") from error
        departures += [departure] if departure else []
    return departures, notes


def _forget_what_was_planned(departures: list[Departure], person_id: str) -> None:
    """Drop the plan of the run whose outcome is known; a run that was killed before keeps its."""
    for place in reversed(range(len(departures))):
        if departures[place].under_way and departures[place].person.id == person_id:
            del departures[place]
            return


class _CutOffError(Exception):
    pass


def _json(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        # A crash or a full disk in the middle of a line leaves it without its end.
        if line.count(b"{") > line.count(b"}"):
            raise _CutOffError from error
        raise ValueError("it is no JSON") from error


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error} is missing"
    return str(error) if isinstance(error, ValueError) else "it is of another form"


def _departure(data: Json) -> Departure | None:
    if data["version"] != VERSION:
        raise ValueError(f"it is of version {data['version']}, and this program reads version {VERSION}")
    changes = tuple(record_shapes.change(entry) for entry in (*data["changes"], *data.get("unconfirmed", ())))
    if not changes:
        return None
    replacement = data.get("replacement")
    return Departure(
        person=record_shapes.person(data["person"]),
        replacement=record_shapes.person(replacement) if replacement else None,
        changes=changes,
        under_way=data.get("outcome") == UNDER_WAY,
    )
