"""Parse a record's line into the model; `service.serialization` does the reverse.

Each function raises ValueError, TypeError, KeyError or AttributeError if the JSON has another form.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

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
from service.serialization import Json


def change(data: Json) -> Change:
    """Return a change of a record."""
    read = _READERS.get(data["kind"])
    if read is None:
        raise ValueError("it has a change of an unknown kind")
    after = data["after"]
    return Change(text(data["action"]), read(data["before"]), read(after) if after is not None else None)


def text(value: Any) -> str:
    """Return a text of a record."""
    if not isinstance(value, str):
        raise ValueError("it has something else in the place of a text")
    return value


def as_moment(date: str) -> datetime | None:
    """Return the moment that a date with a time and an offset stands for, None for anything else."""
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def person(data: Json) -> Person:
    """Return a person of a record, who has an id and a username."""
    found, username, profile = text(data["id"]), text(data["username"]), data.get("profile") or {}
    if not (found and username):
        raise ValueError("a person has no id or no username")
    if not isinstance(profile, dict):
        raise TypeError("not an object")
    return Person(
        id=found,
        username=username,
        full_name=text(data.get("full_name", "")),
        role=text(data.get("role", "")),
        profile=profile,
    )


def _named(data: Json) -> Named:
    return Named(text(data.get("id", "")), text(data.get("name", "")))


def _participant(data: Json) -> Participant:
    one = {name: text(data.get(name, "")) for name in ("id", "username", "name")}
    return Participant(text(data["type"]), one["id"], one["username"], one["name"])


def _rotation(data: Json) -> Rotation:
    participants = tuple(_participant(entry) for entry in data.get("participants", ()))
    return Rotation(text(data["id"]), text(data.get("name", "")), _named(data["schedule"]), participants)


def _rule(data: Json) -> Rule:
    condition, notify_type = text(data.get("condition", "")), text(data.get("notify_type", ""))
    delay = Delay(int(data["delay"]["time_amount"]), text(data["delay"]["time_unit"]))
    return Rule(condition, notify_type, delay, _participant(data["recipient"]))


def _escalation(data: Json) -> Escalation:
    rules = tuple(_rule(entry) for entry in data.get("rules", ()))
    team = _named(data["team"]) if "team" in data else None  # only a site needs it, and asks for it by the id
    return Escalation(text(data["id"]), text(data.get("name", "")), rules, team)


def _membership(data: Json) -> Membership:
    names = (text(data["id"]), text(data.get("name", "")))
    return Membership(*names, _named(data["user"]), text(data.get("role", "")))


def _override(data: Json) -> Override:
    return Override(
        id=text(data["id"]),
        schedule=_named(data["schedule"]),
        user=_named(data["user"]),
        start_date=text(data.get("start_date", "")),
        end_date=text(data.get("end_date", "")),
        rotations=tuple(_named(entry) for entry in data.get("rotations", ())),
    )


def _forwarding_rule(data: Json) -> ForwardingRule:
    return ForwardingRule(
        id=text(data["id"]),
        alias=text(data.get("alias", "")),
        from_user=_named(data["from_user"]),
        to_user=_named(data["to_user"]),
        start_date=text(data.get("start_date", "")),
        end_date=text(data.get("end_date", "")),
    )


_READERS: Mapping[str, Callable[[Json], Entry]] = {
    model.Rotation.kind: _rotation,
    model.Escalation.kind: _escalation,
    model.Membership.kind: _membership,
    model.Override.kind: _override,
    model.ForwardingRule.kind: _forwarding_rule,
    model.Person.kind: person,
}
