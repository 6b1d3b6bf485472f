"""Compute who is on call in a schedule, when, and who is behind a team or an escalation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from local.jsm.site import Site
from local.simulator.fields import parsed
from local.simulator.store import Item
from local.simulator.time_restrictions import hours_of, zone
from local.simulator.turns import TICK, Override, Rotation, Turn, overridden, turn_length

DEEPEST = 4  # an escalation may notify a schedule that holds the escalation


@dataclass(frozen=True)
class Period:
    """A stretch of a rotation: who has it, of which type it is, and from whom it is forwarded."""

    start: datetime
    end: datetime
    kind: str
    responder: Item
    forwarded_from: Item | None = None


def rotation_of(schedule: Item, rotation: Item) -> Rotation:
    """Read a rotation of a schedule."""
    return Rotation(
        rotation["participants"],
        parsed(rotation["startDate"]),
        turn_length(rotation["type"], rotation["length"]),
        parsed(rotation["endDate"]) if rotation.get("endDate") else None,
        hours_of(rotation.get("timeRestriction")),
        zone(schedule["timezone"]),
    )


def overrides_of(schedule: Item, rotation: Item) -> list[Override]:
    """Read the overrides of a schedule that are for a rotation: those of the whole schedule, and its own."""
    return [
        Override(override["responder"], parsed(override["startDate"]), parsed(override["endDate"]))
        for override in schedule["overrides"]
        if not override.get("rotationIds") or rotation["id"] in override["rotationIds"]
    ]


def periods(
    site: Site, schedule: Item, rotation: Item, since: datetime, until: datetime, *, forwarded: bool = True
) -> list[Period]:
    """List who has a rotation between two moments, after overrides and, unless told not to, forwarding rules."""
    if not schedule["enabled"]:
        return []
    turns = rotation_of(schedule, rotation).turns(since, until)
    found = overridden(turns, overrides_of(schedule, rotation), since, until)
    return [
        period for turn in found for period in _forwarded(turn, _forwarding_rules(site, turn.who) if forwarded else [])
    ]


def on_call(site: Site, schedule: Item, moment: datetime, depth: int = DEEPEST) -> list[Item]:
    """List who is on call in a schedule, each with those behind a team or an escalation."""
    found: list[Item] = []
    for rotation in schedule["rotations"] if schedule["enabled"] else []:
        turns = rotation_of(schedule, rotation).turns(moment, moment + TICK)
        found += [turn.who for turn in overridden(turns, overrides_of(schedule, rotation), moment, moment + TICK)]
    return _participants(site, found, moment, depth)


def next_on_call(site: Site, schedule: Item, moment: datetime) -> list[Item]:
    """List who has the next turn of each rotation of a schedule."""
    rotations = schedule["rotations"] if schedule["enabled"] else []
    turns = (next(rotation_of(schedule, rotation).later_turns(moment), None) for rotation in rotations)
    return _participants(site, [turn.who for turn in turns if turn], moment, DEEPEST)


def people(participants: Iterable[Item]) -> list[str]:
    """Flatten participants to the account ids of the people among them."""
    found: dict[str, None] = {}
    for participant in participants:
        if participant["type"] == "user":
            found[participant["id"]] = None
        found.update(dict.fromkeys(people(participant.get("onCallParticipants", []))))
    return list(found)


def behind(site: Site, reference: Item, moment: datetime, depth: int = DEEPEST) -> list[Item]:
    """List whom a team, a schedule or an escalation reaches at a moment; for a person the list is empty."""
    kind, identifier = reference["type"], str(reference["id"])
    found: list[Item] = []
    if kind == "team" and (team := site.teams.find(identifier, "teamId")):
        found = [{"type": "user", "id": member} for member in team["members"]]
    elif kind == "schedule" and (schedule := site.schedules.find(identifier, "id")):
        return on_call(site, schedule, moment, depth - 1) if depth else []
    elif kind == "escalation" and (escalation := site.escalations.find(identifier, "id")):
        found = [rule["recipient"] for rule in escalation["rules"]]
    return _participants(site, found, moment, depth - 1) if depth else []


def _participants(site: Site, references: Iterable[Item], moment: datetime, depth: int) -> list[Item]:
    found: list[Item] = []
    for reference in references:
        shown = _participant(site, reference, moment, depth)
        if reference["type"] != "noone" and shown not in found:
            found.append(shown)
    return found


def _participant(site: Site, reference: Item, moment: datetime, depth: int) -> Item:
    shown = {"id": reference["id"], "type": reference["type"]}
    others = behind(site, reference, moment, depth)
    for rule in _forwarding_rules(site, reference):
        if rule.start <= moment < rule.end:
            return {**rule.who, "forwardedFrom": shown}
    return {**shown, **({"onCallParticipants": others} if others else {})}


def _forwarding_rules(site: Site, reference: Item) -> list[Override]:
    return [
        Override({"id": rule["toUserId"], "type": "user"}, parsed(rule["startDate"]), parsed(rule["endDate"]))
        for rule in site.forwarding_rules.values()
        if (reference["type"], reference["id"]) == ("user", rule["fromUserId"])
    ]


def _forwarded(turn: Turn, rules: list[Override]) -> list[Period]:
    """Cut a turn where forwarding rules give it to somebody else; a rule does not lead to another."""
    kind = "override" if turn.number is None else "base"
    pieces = overridden([turn], rules, turn.start, turn.end)
    return [
        Period(piece.start, piece.end, kind, turn.who)
        if piece.who is turn.who
        else Period(piece.start, piece.end, "forwarding", piece.who, turn.who)
        for piece in pieces
    ]
