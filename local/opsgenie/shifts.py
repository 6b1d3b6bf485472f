"""Compute who is on call at a moment, from turns, time restrictions, overrides and forwarding."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from local.opsgenie.account import Account
from local.opsgenie.time_restrictions import DAYS
from local.simulator.fields import parsed
from local.simulator.store import Item

HOURS = {"hourly": 1, "daily": 24, "weekly": 168}
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
    running = [o for o in schedule["overrides"] if parsed(o["startDate"]) <= moment < parsed(o["endDate"])]
    if not schedule["enabled"]:
        return
    for rotation in schedule["rotations"]:
        override = None if ahead else next((o for o in running if _overrides(o, rotation)), None)
        participant = override["user"] if override else _participant(schedule, rotation, moment, ahead)
        if participant:
            yield participant


def _overrides(override: Item, rotation: Item) -> bool:
    rotations = override.get("rotations", [])
    return not rotations or any(one["id"] == rotation["id"] for one in rotations)


def _participant(schedule: Item, rotation: Item, moment: datetime, ahead: int) -> Item | None:
    start = parsed(rotation["startDate"])
    turn_length = timedelta(hours=HOURS[rotation["type"]] * rotation["length"])
    turn = (moment - start) // turn_length + ahead
    at = moment if not ahead else start + turn * turn_length
    over = "endDate" in rotation and at >= parsed(rotation["endDate"])
    participants: list[Item] = rotation["participants"]
    if at < start or over or not participants:
        return None
    restriction = rotation.get("timeRestriction")
    if restriction and not ahead and not _allows(restriction, at.astimezone(_zone(schedule["timezone"]))):
        return None
    return participants[turn % len(participants)]


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC  # a made-up name, or a machine without time zone data


def _allows(time_restriction: Item, local: datetime) -> bool:
    single = time_restriction.get("restriction")
    restrictions = time_restriction.get("restrictions") or ([single] if single else [])
    if time_restriction["type"] == "time-of-day":
        return any(_within(local.hour * 60 + local.minute, one, with_days=False) for one in restrictions)
    minute = local.weekday() * 1440 + local.hour * 60 + local.minute
    return any(_within(minute, one, with_days=True) for one in restrictions)


def _within(minute: int, restriction: Item, *, with_days: bool) -> bool:
    def edge(name: str) -> int:
        day = DAYS.index(restriction[f"{name}Day"]) if with_days else 0
        minutes: int = day * 1440 + restriction[f"{name}Hour"] * 60 + restriction.get(f"{name}Min", 0)
        return minutes

    start, end = edge("start"), edge("end")
    return start <= minute < end if start < end else minute >= start or minute < end


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
