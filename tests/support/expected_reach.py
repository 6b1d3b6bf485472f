"""Find by iteration who can be called through what; nothing here uses the rules under test."""

from tests.support.expected_account import Item

Key = tuple[str, str]


def reached(account: Item) -> set[Key]:
    """Return the rotations, schedules, escalations and teams through which somebody who is not blocked is called."""
    found: set[Key] = {("user", user["id"]) for user in account["users"] if not user.get("blocked")}
    lists = _lists(account)
    while True:
        more = {key for key, entries in lists.items() if any(entry in found for entry in entries)} - found
        if not more:
            return found
        found |= more


def must_be_refused(before: Item, after: Item) -> bool:
    """Tell whether something that the leaver was in, or a used team, would reach nobody who can be called."""
    was, now, callable_now = _lists(before), _lists(after), reached(after)
    used = {entry for key, entries in was.items() if key[0] != "team" for entry in entries if entry[0] == "team"}
    changed = {key for key in now if now[key] != was[key] and key[0] in ("rotation", "escalation", "team")}
    return any(key not in callable_now and (key[0] != "team" or key in used) for key in changed)


def lost(before: Item, after: Item) -> set[Key]:
    """Return what reached somebody before and does not after: rotations, escalations, and teams that they use."""
    lists = _lists(before)
    used = {entry for key, entries in lists.items() if key[0] != "team" for entry in entries if entry[0] == "team"}
    judged = {key for key in lists if key[0] in ("rotation", "escalation") or key in used}
    return (reached(before) - reached(after)) & judged


def _lists(account: Item) -> dict[Key, list[Key]]:
    lists: dict[Key, list[Key]] = {}
    for schedule in account["schedules"]:
        lists["schedule", schedule["id"]] = [("rotation", rotation["id"]) for rotation in schedule["rotations"]]
        for rotation in schedule["rotations"]:
            lists["rotation", rotation["id"]] = [_key(entry) for entry in rotation["participants"]]
    for escalation in account["escalations"]:
        lists["escalation", escalation["id"]] = [_key(rule["recipient"]) for rule in escalation["rules"]]
    for team in account["teams"]:
        lists["team", team["id"]] = [("user", member["user"]["id"]) for member in team["members"]]
    return lists


def _key(entry: Item) -> Key:
    return entry["type"], entry.get("id", "")
