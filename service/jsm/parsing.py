"""Convert between the JSON of a site's APIs and the classes of the rules; people have ids only there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.model import (
    Delay,
    Escalation,
    ForwardingRule,
    Named,
    Override,
    Participant,
    Rotation,
    RoutingRule,
    Rule,
)
from service.parsing import Json, OddError, each, entries, maybe_text, part, text

LONGEST_DELAY = 10**6
"""The most minutes that are taken for the delay of an escalation rule."""

NOBODY = {"type": "noone", "id": None}


@dataclass(frozen=True)
class ListedSchedule:
    """A schedule out of the list; `rotations` is None where not all of them are surely there."""

    named: Named
    team_id: str
    rotations: list[Any] | None
    source: Mapping[str, Any] = field(repr=False)

    @property
    def enabled(self) -> bool:
        """Whether it has anybody on call."""
        return self.source.get("enabled") is not False


PAGE_SIZES = (25, 50)
"""Rotations of a schedule whose list may be cut: these are the default and the largest page."""


def schedule(data: Json) -> ListedSchedule:
    """Read a schedule with its rotations.

    https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedules/
    """
    rotations = entries(data["rotations"], "rotations") if data.get("rotations") is not None else None
    whole = rotations is not None and len(rotations) not in PAGE_SIZES
    return ListedSchedule(named(data), maybe_text(data, "teamId"), rotations if whole else None, data)


def named(data: Json) -> Named:
    """Read a reference to a thing; without a name it is called by its id."""
    return Named(text(data, "id"), maybe_text(data, "name") or data["id"])


def team(data: Json) -> Named:
    """Read a team of Operations."""
    return Named(text(data, "teamId"), maybe_text(data, "teamName") or data["teamId"])


def participant(data: Json) -> Participant:
    """Read a participant of a rotation or a recipient of an escalation rule; "no one" has no id."""
    kind = text(data, "type")
    if kind in ("noone", "none"):
        return Participant("none", source=data)
    return Participant(kind, text(data, "id"), source=data)


def participant_json(entry: Participant) -> Json:
    """Write a participant, unchanged if it was read."""
    if entry.source is not None:
        return entry.source
    return NOBODY if entry.type == "none" else {"type": entry.type, "id": entry.id}


def participants(data: Json) -> tuple[Participant, ...]:
    """Read the participants of a rotation."""
    return tuple(each(participant, data["participants"], "participants"))


def rotation(data: Json, schedule: Named) -> Rotation:
    """Read a rotation of `schedule`.

    https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedule-rotations/
    """
    found = named(data)
    return Rotation(found.id, found.name, schedule, participants(data), source=data)


def rotation_json(rotation: Rotation) -> Json:
    """Write a whole rotation as it was read, but for its participants: what is left out may get a default."""
    listed = [participant_json(entry) for entry in rotation.participants]
    return {**_without_id(rotation.source), "participants": listed}


def escalation(data: Json, team: Named) -> Escalation:
    """Read an escalation of `team`.

    https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-escalations/
    """
    found = named(data)
    return Escalation(found.id, found.name, rules(data), team=team, source=data)


def rules(data: Json) -> tuple[Rule, ...]:
    """Read the rules of an escalation."""
    return tuple(each(_rule, data["rules"], "rules"))


def _rule(data: Json) -> Rule:
    delay = data.get("delay")
    return Rule(
        condition=maybe_text(data, "condition"),
        notify_type=maybe_text(data, "notifyType"),
        delay=Delay(delay if isinstance(delay, int) and 0 <= delay <= LONGEST_DELAY else 0, "minutes"),
        recipient=participant(part(data, "recipient")),
        source=data,
    )


def escalation_json(escalation: Escalation) -> Json:
    """Write a whole escalation as it was read, but for its rules."""
    written = [{**(rule.source or {}), "recipient": participant_json(rule.recipient)} for rule in escalation.rules]
    return {**_without_id(escalation.source), "rules": written}


def _without_id(data: Json | None) -> Json:
    return {name: value for name, value in (data or {}).items() if name != "id"}


def override(data: Json, schedule: Named) -> Override:
    """Read an override of `schedule`; that of no one has no user.

    https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedule-overrides/
    """
    responder = participant(part(data, "responder"))
    rotation_ids = entries(data.get("rotationIds") or [], "rotationIds")
    return Override(
        id=text(data, "alias"),
        schedule=schedule,
        user=Named(responder.id, responder.id) if responder.type == "user" else Named("", ""),
        start_date=maybe_text(data, "startDate"),
        end_date=maybe_text(data, "endDate"),
        rotations=tuple(Named(text({"a rotation": one}, "a rotation"), one) for one in rotation_ids),
        source=data,
    )


def forwarding_rule(data: Json) -> ForwardingRule:
    """Read a forwarding rule, which has no alias.

    https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-forwarding-rules/
    """
    sender, receiver = text(data, "fromUserId"), text(data, "toUserId")
    return ForwardingRule(
        id=text(data, "id"),
        alias="",
        from_user=Named(sender, sender),
        to_user=Named(receiver, receiver),
        start_date=maybe_text(data, "startDate"),
        end_date=maybe_text(data, "endDate"),
    )


def routing_rule(data: Json) -> RoutingRule:
    """Read a routing rule of a team.

    https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-routing-rules/
    """
    found = named(data)
    return RoutingRule(found.id, found.name, participant(data.get("notify") or NOBODY))


def texts(data: Any, name: str) -> list[str]:
    """Return a list of strings, none of them empty."""
    return [text({name: value}, name) for value in entries(data, name)]


def only_account(rows: Iterable[Json], username: str) -> Json | None:
    """Return the row of the only account, None without rows; raises OddError for several accounts."""
    accounts = {text(row, "accountId"): row for row in rows}
    if len(accounts) > 1:
        raise OddError(f"several accounts have the address {username}")
    return next(iter(accounts.values()), None)
