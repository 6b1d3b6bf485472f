"""Convert between Opsgenie's JSON and the classes of the rules."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from service.errors import Cause, UnexpectedResponseError
from service.model import (
    Delay,
    Escalation,
    ForwardingRule,
    Named,
    Override,
    Participant,
    Person,
    Rotation,
    RoutingRule,
    Rule,
)
from service.survey import OnCall

Json = Mapping[str, Any]
T = TypeVar("T")

LONGEST_DELAY = 10**6
"""The most of a unit that is taken for the delay of an escalation rule."""

PROFILE = ("timeZone", "locale", "userAddress", "skypeUsername", "tags", "details")
"""The fields besides name and role that a new user can be given."""


ODD = (KeyError, TypeError, AttributeError, ValueError, IndexError)
"""What reading JSON of another shape than documented raises."""


class OddError(ValueError):
    """JSON of another shape than documented; the text says what is odd, as the end of a sentence."""


@contextmanager
def parsing(what: str) -> Iterator[None]:
    """Turn an answer of an undocumented shape into an UnexpectedResponseError that names what was read."""
    try:
        yield
    except ODD as error:
        message = f"the answer about {what} is not of the documented form: {_odd(error)}"
        odd = UnexpectedResponseError(message)
        odd.cause = Cause(what)
        raise odd from error


def each(read: Callable[[Any], T], data: Any, name: str = "it") -> list[T]:
    """Read the entries of a list; an OddError names the entry."""
    found = []
    for entry in entries(data, name):
        try:
            found.append(read(entry))
        except ODD as error:
            raise OddError(f"in {label(entry)} {_odd(error)}") from error
    return found


def label(entry: Any) -> str:
    """Return what an entry goes by, without characters that cannot be shown."""
    known = entry if isinstance(entry, dict) else {}
    texts = [known[name] for name in ("name", "alias", "username", "id") if isinstance(known.get(name), str)]
    shown = ["".join(char if char.isprintable() else " " for char in text[:100]) for text in texts if text]
    if not shown:
        return "an entry without a name"
    return shown[0] if shown[0] == shown[-1] else f"{shown[0]} ({shown[-1]})"


def _odd(error: Exception) -> str:
    if isinstance(error, OddError):
        return str(error)
    if isinstance(error, KeyError):
        return f"there is no {error.args[0]}"
    return "something is of another type"


def text(data: Json, name: str) -> str:
    """Return a string that must be there and not be empty."""
    value = data[name]
    if not isinstance(value, str) or not value:
        raise OddError(f"{name} is not a text")
    return value


def maybe_text(data: Json, name: str) -> str:
    """Return a string that may be absent or empty."""
    return text(data, name) if data.get(name) else ""


def part(data: Json, name: str) -> Json:
    """Return an object that must be there."""
    value = data[name]
    if not isinstance(value, Mapping):
        raise OddError(f"{name} is not an object")
    return value


def entries(value: Any, name: str = "it") -> list[Any]:
    """Return a list that must be there."""
    if not isinstance(value, list):
        raise OddError(f"{name} is not a list")
    return value


def user(data: Json) -> Person:
    """Read a user.

    https://docs.opsgenie.com/docs/user-api
    """
    role = text(part(data, "role"), "name") if "role" in data else ""
    return Person(
        id=text(data, "id"),
        username=text(data, "username"),
        full_name=data.get("fullName") or "",
        role=role,
        owner=role.lower() == "owner",
        blocked=data.get("blocked") is True,
        profile={name: data[name] for name in PROFILE if data.get(name)},
    )


def named(data: Json) -> Named:
    """Read a reference to a thing; without a name it is called by its id."""
    return Named(text(data, "id"), data.get("name") or data["id"])


def named_user(data: Json) -> Named:
    """Read a reference to a user; id or username may be missing."""
    found = Named(maybe_text(data, "id"), maybe_text(data, "username"))
    if not (found.id or found.name):
        raise OddError("a user has neither id nor username")
    return found


def participant(data: Json) -> Participant:
    """Read a participant of a rotation or a recipient of an escalation rule; empty is absent."""
    return Participant(
        type=text(data, "type"),
        id=maybe_text(data, "id"),
        username=maybe_text(data, "username"),
        name=maybe_text(data, "name"),
        source=data,
    )


def participant_json(entry: Participant) -> Json:
    """Write a participant, unchanged if it was read."""
    if entry.source is not None:
        return entry.source
    named = {"id": entry.id, "username": entry.username}
    return {"type": entry.type, **{name: value for name, value in named.items() if value}}


def rotation(data: Json, schedule: Named) -> Rotation:
    """Read a rotation of `schedule`.

    https://docs.opsgenie.com/docs/schedule-rotation-api
    """
    participants = tuple(each(participant, data["participants"], "participants"))
    found = named(data)
    return Rotation(found.id, found.name, schedule, participants, source=data)


def escalation(data: Json) -> Escalation:
    """Read a whole escalation.

    https://docs.opsgenie.com/docs/escalation-api
    """
    found = named(data)
    rules = tuple(_rule(entry) for entry in entries(data["rules"], "rules"))
    return Escalation(found.id, found.name, rules, team=_team(data.get("ownerTeam")), source=data)


def _team(data: Any) -> Named | None:
    """Read the owner team; one of another shape is None, since no rule needs it to take somebody out."""
    try:
        return named(data)
    except (KeyError, TypeError, AttributeError, ValueError):
        return None


def _amount(value: Any) -> int:
    """Read the length of a delay; one that makes no sense is none, since the rule is written back as it came."""
    return value if isinstance(value, int) and 0 <= value <= LONGEST_DELAY else 0


def _rule(data: Json) -> Rule:
    delay = data.get("delay") or {}
    return Rule(
        condition=data.get("condition") or "",
        notify_type=data.get("notifyType") or "",
        delay=Delay(_amount(delay.get("timeAmount")), maybe_text(delay, "timeUnit") or "minutes"),
        recipient=participant(part(data, "recipient")),
        source=data,
    )


def rule_json(rule: Rule) -> Json:
    """Write an escalation rule: only the recipient may differ from what was read."""
    return {**(rule.source or {}), "recipient": participant_json(rule.recipient)}


def override(data: Json, schedule: Named) -> Override:
    """Read an override of `schedule`.

    https://docs.opsgenie.com/docs/schedule-override-api
    """
    return Override(
        id=text(data, "alias"),
        schedule=schedule,
        user=_stand_in(part(data, "user")),
        start_date=data.get("startDate") or "",
        end_date=data.get("endDate") or "",
        rotations=tuple(named(entry) for entry in data.get("rotations") or ()),
        source=data,
    )


def _stand_in(data: Json) -> Named:
    """Read who stands in: in Opsgenie's own pages only users do, and anything else is not the person."""
    return named_user(data) if data.get("type", "user") == "user" else Named("", "")


def forwarding_rule(data: Json) -> ForwardingRule:
    """Read a forwarding rule.

    https://docs.opsgenie.com/docs/forwarding-rule-api
    """
    return ForwardingRule(
        id=text(data, "id"),
        alias=data.get("alias") or "",
        from_user=named_user(part(data, "fromUser")),
        to_user=named_user(part(data, "toUser")),
        start_date=data.get("startDate") or "",
        end_date=data.get("endDate") or "",
    )


def user_participant(data: Json) -> Participant:
    """Read a user as a participant of a rotation; id or username may be missing."""
    found = named_user(data)
    return Participant("user", found.id, found.name)


def routing_rule(data: Json) -> RoutingRule:
    """Read a routing rule of a team.

    https://docs.opsgenie.com/docs/team-routing-rule-api
    """
    found = named(data)
    return RoutingRule(found.id, found.name, participant(data.get("notify") or {"type": "none"}))


def members(data: Json) -> list[tuple[Named, str]]:
    """Read the members of a team with their roles; a team without members has no such key.

    https://docs.opsgenie.com/docs/team-api
    """
    return [
        (named_user(part(member, "user")), member.get("role") or "")
        for member in entries(data.get("members") or [], "members")
    ]


def on_call(data: Json) -> OnCall:
    """Read who is on call in a schedule, from the flat form.

    https://docs.opsgenie.com/docs/who-is-on-call-api
    """
    schedule = named(part(data, "_parent"))
    if "onCallParticipants" in data:
        raise OddError("it is not the flat form, which was asked for")
    recipients = entries(data.get("onCallRecipients") or [], "onCallRecipients")
    return OnCall(schedule.id, schedule.name, tuple(text({"a recipient": name}, "a recipient") for name in recipients))
