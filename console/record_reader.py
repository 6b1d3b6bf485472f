"""Records read back: each line turned into the classes of the rules, or refused with its number."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from console.record_writer import VERSION
from service import model
from service.model import (
    Change,
    Delay,
    Entry,
    Escalation,
    ForwardingRule,
    Membership,
    Named,
    Override,
    Participant,
    Person,
    Rotation,
    Rule,
)
from service.shapes import Json


@dataclass(frozen=True)
class Departure:
    """One person's line in a record: who left, who took the places, what changed or may have changed."""

    person: Person
    replacement: Person | None
    changes: tuple[Change, ...]


def read(path: Path) -> tuple[list[Departure], list[str]]:
    """Read a record; returns who changed something, and a note for each line that is cut off.

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
            departure = _departure(_json(line))
        except _CutOffError:
            notes.append(f"{path} line {number} is cut off: what it had is not put back")
            continue
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise click.UsageError(f"{path} line {number} cannot be read: {_reason(error)}") from error
        departures += [departure] if departure else []
    return departures, notes


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
    changes = tuple(_change(entry) for entry in (*data["changes"], *data.get("unconfirmed", ())))
    if not changes:
        return None
    replacement = data.get("replacement")
    return Departure(_person(data["person"]), _person(replacement) if replacement else None, changes)


def _change(data: Json) -> Change:
    read = _READERS.get(data["kind"])
    if read is None:
        raise ValueError("it has a change of an unknown kind")
    after = data["after"]
    return Change(_text(data["action"]), read(data["before"]), read(after) if after is not None else None)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("it has something else in the place of a text")
    return value


def _person(data: Json) -> Person:
    found, username, profile = _text(data["id"]), _text(data["username"]), data.get("profile") or {}
    if not (found and username):
        raise ValueError("a person has no id or no username")
    if not isinstance(profile, dict):
        raise TypeError("not an object")
    return Person(
        id=found,
        username=username,
        full_name=_text(data.get("full_name", "")),
        role=_text(data.get("role", "")),
        profile=profile,
    )


def _named(data: Json) -> Named:
    return Named(_text(data.get("id", "")), _text(data.get("name", "")))


def _participant(data: Json) -> Participant:
    one = {name: _text(data.get(name, "")) for name in ("id", "username", "name")}
    return Participant(_text(data["type"]), one["id"], one["username"], one["name"])


def _rotation(data: Json) -> Rotation:
    participants = tuple(_participant(entry) for entry in data.get("participants", ()))
    return Rotation(_text(data["id"]), _text(data.get("name", "")), _named(data["schedule"]), participants)


def _rule(data: Json) -> Rule:
    condition, notify_type = _text(data.get("condition", "")), _text(data.get("notify_type", ""))
    delay = Delay(int(data["delay"]["time_amount"]), _text(data["delay"]["time_unit"]))
    # What Opsgenie is sent for a rule is its source; one that is made anew has none but this.
    source = {
        "condition": condition,
        "notifyType": notify_type,
        "delay": {"timeAmount": delay.time_amount, "timeUnit": delay.time_unit},
    }
    return Rule(condition, notify_type, delay, _participant(data["recipient"]), source)


def _escalation(data: Json) -> Escalation:
    rules = tuple(_rule(entry) for entry in data.get("rules", ()))
    return Escalation(_text(data["id"]), _text(data.get("name", "")), rules)


def _membership(data: Json) -> Membership:
    names = (_text(data["id"]), _text(data.get("name", "")))
    return Membership(*names, _named(data["user"]), _text(data.get("role", "")))


def _override(data: Json) -> Override:
    return Override(
        id=_text(data["id"]),
        schedule=_named(data["schedule"]),
        user=_named(data["user"]),
        start_date=_text(data.get("start_date", "")),
        end_date=_text(data.get("end_date", "")),
        rotations=tuple(_named(entry) for entry in data.get("rotations", ())),
    )


def _forwarding_rule(data: Json) -> ForwardingRule:
    return ForwardingRule(
        id=_text(data["id"]),
        alias=_text(data.get("alias", "")),
        from_user=_named(data["from_user"]),
        to_user=_named(data["to_user"]),
        start_date=_text(data.get("start_date", "")),
        end_date=_text(data.get("end_date", "")),
    )


_READERS: Mapping[str, Callable[[Json], Entry]] = {
    model.Rotation.kind: _rotation,
    model.Escalation.kind: _escalation,
    model.Membership.kind: _membership,
    model.Override.kind: _override,
    model.ForwardingRule.kind: _forwarding_rule,
    model.Person.kind: _person,
}
