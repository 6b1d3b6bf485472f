"""Convert between Opsgenie's JSON and the classes of the rules."""

from typing import Any

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
from service.parsing import ODD as ODD
from service.parsing import Json as Json
from service.parsing import OddError as OddError
from service.parsing import each as each
from service.parsing import entries as entries
from service.parsing import label as label
from service.parsing import maybe_text as maybe_text
from service.parsing import parsing as parsing
from service.parsing import part as part
from service.parsing import text as text
from service.survey import OnCall

LONGEST_DELAY = 10**6
"""The most of a unit that is taken for the delay of an escalation rule."""

PROFILE = ("timeZone", "locale", "userAddress", "skypeUsername", "tags", "details")
"""The fields besides name and role that a new user can be given."""


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
