"""Read records line by line: who left, and what there is to restore."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from console.record import parsing
from console.record.parsing import as_moment
from console.record.place import Place
from console.record.writer import UNDER_WAY, VERSION
from service.model import Change, Person
from service.serialization import Json
from service.settings import OPSGENIE

BEGIN = b'{"version"'
"""How each line of a record begins."""


@dataclass(frozen=True)
class OffboardedUser:
    """One person's line in a record: the leaver, the replacement, what changed or may have changed.

    `place` and `time`: where and when it was made. `under_way`: written before a change, and no later line has the
    result. `keep_turns`: "no one" took the person's places in rotations.
    """

    person: Person
    replacement: Person | None
    changes: tuple[Change, ...]
    place: Place
    time: datetime | None = None
    under_way: bool = False
    keep_turns: bool = False


def read(path: Path) -> tuple[list[OffboardedUser], list[str]]:
    """Read a record; returns whoever was changed, or may have been, and a note for each cut-off line.

    Raises UsageError with the number of an invalid line, and the reason.
    """
    offboarded_users: list[OffboardedUser] = []
    notes: list[str] = []
    try:
        lines = list(_lines(path.read_bytes()))
    except OSError as error:
        raise click.UsageError(f"the record {path} cannot be read: {error.strerror}") from error
    for number, line, whole in lines:
        try:
            data = _json(line, whole=whole)
            offboarded_user = _offboarded_user(data)
            if data.get("follows_plan"):
                _forget_what_was_planned(offboarded_users, data["person"]["id"])
        except _CutOffError:
            notes.append(f"{path} line {number} is cut off; a plan before it that it would have replaced counts")
            continue
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise click.UsageError(f"{path} line {number} cannot be read: {_reason(error)}") from error
        offboarded_users += [offboarded_user] if offboarded_user else []
    return offboarded_users, notes


def places(content: bytes) -> Iterator[Place]:
    """Yield where each line of a record was made, of those that can be read."""
    for _, line, _ in _lines(content):
        with suppress(ValueError, RecursionError, TypeError, AttributeError):
            yield _place(json.loads(line))


def _forget_what_was_planned(offboarded_users: list[OffboardedUser], person_id: str) -> None:
    """Drop the last plan, which a later line of the same run replaces; an earlier killed run's plan stays."""
    for place in reversed(range(len(offboarded_users))):
        if offboarded_users[place].under_way and offboarded_users[place].person.id == person_id:
            del offboarded_users[place]
            return


class _CutOffError(Exception):
    pass


def _lines(content: bytes) -> Iterator[tuple[int, bytes, bool]]:
    """Yield the non-empty lines, each with its number and whether it ends in a newline."""
    *ended, last = content.split(b"\n")
    for number, line in enumerate((*ended, last), 1):
        # A crash may leave NULs where the file grew but nothing was written yet.
        text = line.strip(b"\0 \t\r")
        if text:
            yield number, text, number <= len(ended)


def _json(line: bytes, *, whole: bool) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        if (added := _added(line)) is not None:
            return added
        # A crash or a full disk may cut a line off.
        if not whole or line.startswith(BEGIN[: len(line)]):
            raise _CutOffError from error
        raise ValueError("it is no JSON") from error


def _added(line: bytes) -> Json | None:
    """Return a whole line that was appended by hand to a cut-off one, as its writer asked."""
    place = line.find(BEGIN, 1)
    while place > 0:
        with suppress(ValueError, RecursionError):
            data = json.loads(line[place:])
            if "changes" in data:
                return dict(data)
        place = line.find(BEGIN, place + 1)
    return None


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error} is missing"
    return str(error) if isinstance(error, ValueError) else "it is of another form"


def _offboarded_user(data: Json) -> OffboardedUser | None:
    if data["version"] != VERSION:
        raise ValueError(f"it is of version {data['version']}, and this program reads version {VERSION}")
    changes = tuple(parsing.change(entry) for entry in (*data["changes"], *data.get("unconfirmed", ())))
    if not changes:
        return None
    replacement = data.get("replacement")
    return OffboardedUser(
        person=parsing.person(data["person"]),
        replacement=parsing.person(replacement) if replacement else None,
        changes=changes,
        place=_place(data),
        time=as_moment(parsing.text(data.get("time", ""))),
        under_way=data.get("outcome") == UNDER_WAY,
        keep_turns=_keep_turns(data.get("request", {})),
    )


def _place(data: Json) -> Place:
    """Return where a line was made; one from before there were several products is Opsgenie's."""
    return Place(parsing.text(data.get("product", OPSGENIE)), parsing.text(data.get("site", "")))


def _keep_turns(request: Json) -> bool:
    keep_turns = request.get("keep_turns", False)  # records from before there was this field have none
    if not isinstance(keep_turns, bool):
        raise ValueError("keep_turns is neither true nor false")
    return keep_turns
