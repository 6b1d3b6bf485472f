"""Compute who is on call at a moment, from turns, time restrictions, overrides and forwarding."""

from collections.abc import Iterator
from datetime import datetime

from local.opsgenie.account import Account
from local.simulator.fields import parsed
from local.simulator.store import Item
from local.simulator.time_restrictions import hours_of, zone
from local.simulator.turns import TICK, Override, Rotation, overridden, turn_length

DEEPEST = 4  # an escalation may notify a schedule that holds the escalation


def on_call(account: Account, schedule: Item, moment: datetime, ahead: int = 0) -> list[Item]:
    """List who is on call in a schedule, each with those behind a team or an escalation.

    `ahead` counts turns: 1 gives who is next.
    """
    return _on_call(account, schedule, moment, ahead, DEEPEST)


def usernames(participants: list[Item]) -> list[str]:
    """Flatten participants to the usernames of the people among them."""
    found: dict[str, None] = {}
    for participant in participants:
        if participant["type"] == "user":
            found[participant["name"]] = None
        found.update(dict.fromkeys(usernames(participant.get("onCallParticipants", []))))
    return list(found)


def _on_call(account: Account, schedule: Item, moment: datetime, ahead: int, depth: int) -> list[Item]:
    found: list[Item] = []
    for reference in _references(schedule, moment, ahead):
        if reference["type"] != "none":
            shown = _shown(account, reference, moment, depth)
            if shown not in found:
                found.append(shown)
    return found


def _references(schedule: Item, moment: datetime, ahead: int) -> Iterator[Item]:
    if not schedule["enabled"]:
        return
    for rotation in schedule["rotations"]:
        turns = turns_of(rotation, schedule)
        if ahead:
            participant = next((turn.who for turn in turns.later_turns(moment)), None)
        else:
            found = overridden(
                turns.turns(moment, moment + TICK), overrides_of(rotation, schedule), moment, moment + TICK
            )
            participant = found[0].who if found else None
        if participant:
            yield participant


def turns_of(rotation: Item, schedule: Item) -> Rotation:
    """Read a rotation of a schedule."""
    return Rotation(
        rotation["participants"],
        parsed(rotation["startDate"]),
        turn_length(rotation["type"], rotation["length"]),
        parsed(rotation["endDate"]) if "endDate" in rotation else None,
        hours_of(rotation.get("timeRestriction")),
        zone(schedule["timezone"]),
    )


def overrides_of(rotation: Item, schedule: Item) -> list[Override]:
    """Read the overrides of a schedule that are for a rotation: those of the whole schedule, and its own."""
    return [
        Override(override["user"], parsed(override["startDate"]), parsed(override["endDate"]))
        for override in schedule["overrides"]
        if not override.get("rotations") or any(one["id"] == rotation["id"] for one in override["rotations"])
    ]


def _shown(account: Account, reference: Item, moment: datetime, depth: int) -> Item:
    kind = reference["type"]
    if kind == "user":
        return _forwarded(account, reference, moment)
    shown = {"id": reference["id"], "name": reference["name"], "type": kind}
    behind = list(_behind(account, reference, moment, depth - 1)) if depth else []
    return {**shown, "onCallParticipants": behind} if behind else shown


def _behind(account: Account, reference: Item, moment: datetime, depth: int) -> Iterator[Item]:
    kind, identifier = reference["type"], reference["id"]
    if kind == "team" and (team := account.teams.find(identifier, "id")):
        for member in team["members"]:
            yield _forwarded(account, member["user"], moment)
    elif kind == "schedule" and (schedule := account.schedules.find(identifier, "id")):
        yield from _on_call(account, schedule, moment, 0, depth)
    elif kind == "escalation" and (escalation := account.escalations.find(identifier, "id")):
        for rule in escalation["rules"]:
            shown = _shown(account, rule["recipient"], moment, depth)
            yield {**shown, "escalationTime": rule["delay"]["timeAmount"], "notifyType": rule["notifyType"]}


def _forwarded(account: Account, user: Item, moment: datetime) -> Item:
    shown = {"id": user["id"], "name": user["username"], "type": "user"}
    for rule in account.forwarding_rules.values():
        if rule["fromUser"]["id"] == user["id"] and parsed(rule["startDate"]) <= moment < parsed(rule["endDate"]):
            other = rule["toUser"]
            return {"id": other["id"], "name": other["username"], "type": "user", "forwardedFrom": shown}
    return shown
