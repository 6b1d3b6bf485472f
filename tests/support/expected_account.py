"""Check an account against the answer about it; nothing here uses the rules under test."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from local.opsgenie import shifts
from local.opsgenie.account import Account
from local.opsgenie.shifts import usernames
from tests.support.moment import NOW

Item = dict[str, Any]
Key = tuple[str, str]
Units = dict[Key, Any]

CASCADE = ("override", "forwarding_rule")
"""What is deleted along with the user."""

STATUSES = {200, 404, 409, 502, 503, 504}


def user_named(account: Item, username: str) -> Item | None:
    return next((user for user in account["users"] if user["username"] == username), None)


def user_of(account: Item, username: str) -> Item:
    found = user_named(account, username)
    assert found, f"there is no {username}"
    return found


def left_as_asked(account: Item, body: Item) -> Item:
    """Return the account as it must look after the request with this body."""
    options = {"keep": body.get("keep_user", False), "turns": body.get("keep_turns", False)}
    return left(account, body["username"], by=body.get("replace_with"), **options)


def left(account: Item, username: str, *, by: str | None = None, keep: bool = False, turns: bool = False) -> Item:
    """Return the account as it must look after `username` has left, with `by` in the same places.

    With `turns` there is "no one" in the same places of the rotations. A kept user stays in overrides that are over.
    """
    leaver = user_named(account, username)
    if leaver is None:
        return account
    other = user_named(account, by) if by else None
    place = {"type": "user", "id": other["id"], "username": other["username"]} if other else None

    def is_leaver(reference: Item) -> bool:
        return bool(reference.get("id") == leaver["id"])

    def filled(entries: list[Item], place: Item | None) -> list[Item]:
        return [entry for entry in (place if is_leaver(entry) else entry for entry in entries) if entry]

    def participants(entries: list[Item]) -> list[Item]:
        return filled(entries, {"type": "none"} if turns else place)

    def overrides(schedule: Item) -> list[Item]:
        return [entry for entry in schedule["overrides"] if not is_leaver(entry["user"]) or (keep and is_over(entry))]

    def rules(entries: list[Item]) -> list[Item]:
        return [{**rule, "recipient": kept} for rule in entries for kept in filled([rule["recipient"]], place)]

    return {
        **account,
        "users": [user for user in account["users"] if keep or not is_leaver(user)],
        "schedules": [
            {
                **schedule,
                "overrides": overrides(schedule),
                "rotations": [
                    {**rotation, "participants": participants(rotation["participants"])}
                    for rotation in schedule["rotations"]
                ],
            }
            for schedule in account["schedules"]
        ],
        "escalations": [{**escalation, "rules": rules(escalation["rules"])} for escalation in account["escalations"]],
        "teams": [
            {**team, "members": [member for member in team["members"] if not is_leaver(member["user"])]}
            for team in account["teams"]
        ],
        "forwardingRules": [
            rule
            for rule in account["forwardingRules"]
            if not is_leaver(rule["fromUser"]) and not is_leaver(rule["toUser"])
        ],
    }


def on_calls(account: Item, moment: datetime = NOW) -> dict[str, list[str]]:
    """Return who is on call in each schedule at a moment, by the simulated Opsgenie."""
    found = Account(account)
    return {one["id"]: usernames(shifts.on_call(found, one, moment)) for one in found.schedules.values()}


def is_over(override: Item) -> bool:
    return datetime.fromisoformat(override["endDate"]) <= datetime.now(UTC)


def units(account: Item) -> Units:
    """Split an account into independently changing parts; those called rest must never change."""
    found: Units = {}
    for schedule in account["schedules"]:
        found["rest", schedule["id"]] = _without(schedule, "rotations", "overrides")
        for rotation in schedule["rotations"]:
            found["rotation", rotation["id"]] = rotation["participants"]
            found["rest", rotation["id"]] = _without(rotation, "participants")
        for override in schedule["overrides"]:
            found["override", f"{schedule['id']}/{override['alias']}"] = override
    for escalation in account["escalations"]:
        found["escalation", escalation["id"]] = escalation["rules"]
        found["rest", escalation["id"]] = _without(escalation, "rules")
    for team in account["teams"]:
        found["team", team["id"]] = team["members"]
        found["rest", team["id"]] = _without(team, "members")
    found.update({("forwarding_rule", rule["id"]): rule for rule in account["forwardingRules"]})
    found.update({("user", user["id"]): user for user in account["users"]})
    found["rest", ""] = _without(account, "users", "schedules", "escalations", "teams", "forwardingRules")
    return found


def _without(item: Item, *names: str) -> Item:
    return {name: value for name, value in item.items() if name not in names}


def changed(before: Units, after: Units) -> set[Key]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def key_of(change: Item) -> Key:
    if change["kind"] == "override":
        return "override", f"{change['before']['schedule']['id']}/{change['id']}"
    return change["kind"], change["id"]


def _keys(changes: list[Item]) -> set[Key]:
    keys = [key_of(change) for change in changes]
    assert len(keys) == len(set(keys)), f"twice in one list: {keys}"
    return set(keys)


def check(
    before: Item,
    after: Item,
    final: Item,
    status: int,
    body: Mapping[str, Any],
    *,
    edited: Item | None = None,
    cascade: Collection[str] = CASCADE,
) -> None:
    """Check an answer with the account: `final` is how it must look at the end.

    `edited` is `before` with somebody else's concurrent edits, `cascade` the kinds of what goes along with the account.
    """
    was, now, then = units(edited or before), units(after), units(final)
    by_others = changed(units(before), was)
    for key in was.keys() | now.keys():
        assert now.get(key) in (was.get(key), then.get(key)), (
            f"{key} is neither as before nor as wanted: {now.get(key)}"
        )
    for part in ("users", "schedules", "escalations", "teams", "forwardingRules"):
        ids = [item["id"] for item in after[part]]
        assert ids == [item["id"] for item in (edited or before)[part] if item["id"] in ids], f"{part} changed order"
    real, wanted = changed(was, now), changed(was, then)
    told, unsure = _keys(body.get("changes", [])), _keys(body.get("unconfirmed", []))
    assert status in STATUSES, f"status {status}: {body}"
    assert told <= real | by_others, f"told, but not so: {told - real - by_others}"
    untold = real - told - unsure
    if any(key[0] == "user" for key in real):
        untold = {key for key in untold if key[0] not in cascade}
    assert not untold, f"not told: {untold}"
    for change in body.get("changes", []):
        _check_content(change, was, now, by_others)
    _check_status(status, body, (real, wanted, told), cascade)


def _check_content(change: Item, was: Units, now: Units, by_others: set[Key]) -> None:
    key = key_of(change)
    if key in by_others:
        return
    for side, there in (("before", was), ("after", now)):
        if change["kind"] == "rotation":
            said, real = change[side]["participants"], there[key]
        elif change["kind"] == "escalation":
            said, real = [r["recipient"] for r in change[side]["rules"]], [r["recipient"] for r in there[key]]
        else:
            continue
        assert [(e["type"], e.get("id")) for e in said] == [(e["type"], e.get("id")) for e in real], f"{side} of {key}"


def _check_status(
    status: int, body: Mapping[str, Any], keys: tuple[set[Key], set[Key], set[Key]], cascade: Collection[str]
) -> None:
    real, wanted, told = keys
    done = real == wanted
    if status == 200:
        assert done, f"200, but this is left: {wanted - real}"
        assert "unconfirmed" not in body
    elif status in (404, 409):
        assert not real, f"{status}, but this was changed: {real}"
    elif status == 504:
        left_over = _keys(body["remaining"])
        missing = wanted - real - left_over
        if any(key[0] == "user" for key in left_over):
            missing = {key for key in missing if key[0] not in cascade}
        assert not (real or left_over) or not missing, f"not in remaining: {missing}"
        assert not told & left_over, "both made and remaining"
    if status in (502, 503, 504):
        assert "changes" in body
        assert body["message"].endswith("Nothing was changed") == (not body["changes"] and "unconfirmed" not in body)
