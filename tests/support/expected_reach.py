"""Find by iteration who can be called through what; nothing here uses the rules under test."""

from collections.abc import Set

from tests.support.expected_account import Item

Key = tuple[str, str]

ROLES = {"team admins": "admin", "team users": "user"}
"""The members of a team to whom a rule of an escalation may be limited, by their role."""

TEAMS = ("team", *ROLES)


def reached(account: Item) -> set[Key]:
    """Return everything through which somebody who is not blocked is called, such as a rotation, and these users."""
    found: set[Key] = {("user", user["id"]) for user in account["users"] if not user.get("blocked")}
    lists = _lists(account)
    while True:
        more = {key for key, entries in lists.items() if any(entry in found for entry in entries)} - found
        if not more:
            return found
        found |= more


def must_be_refused(before: Item, after: Item) -> bool:
    """Tell whether something that the leaver was in, or a used team, would reach nobody who can be called."""
    was, now, callable_now = _lists(before, leaving=_members(before) - _members(after)), _lists(after), reached(after)
    used = _used(was)
    changed = {key for key in now if now[key] != was[key] and key[0] in ("rotation", "escalation", *TEAMS)}
    return any(key not in callable_now and (key[0] not in TEAMS or key in used) for key in changed)


def lost(before: Item, after: Item) -> set[Key]:
    """Return what reached somebody before and does not after: rotations, escalations, routing rules, used teams."""
    lists = _lists(before)
    judged = {key for key in lists if key[0] in ("rotation", "escalation", "routing rule")} | _used(lists)
    return (reached(before) - reached(after)) & judged


def _used(lists: dict[Key, list[Key]]) -> set[Key]:
    """Return the teams, or members of a role, to which anything but a team leads, in however many steps."""
    found: set[Key] = set()
    waiting = [entry for key, entries in lists.items() if key[0] not in TEAMS for entry in entries]
    while waiting:
        if (key := waiting.pop()) not in found:
            found.add(key)
            waiting += lists.get(key, [])
    return {key for key in found if key[0] in TEAMS}


def _members(account: Item) -> set[Key]:
    return {(team["id"], member["user"]["id"]) for team in account["teams"] for member in team["members"]}


def _lists(account: Item, leaving: Set[Key] = frozenset()) -> dict[Key, list[Key]]:
    lists: dict[Key, list[Key]] = {}
    for schedule in account["schedules"]:
        lists["schedule", schedule["id"]] = [("rotation", rotation["id"]) for rotation in schedule["rotations"]]
        for rotation in schedule["rotations"]:
            lists["rotation", rotation["id"]] = [_key(entry) for entry in rotation["participants"]]
    for escalation in account["escalations"]:
        lists["escalation", escalation["id"]] = [_notified(rule) for rule in escalation["rules"]]
    for team in account["teams"]:
        lists["team", team["id"]] = [("user", member["user"]["id"]) for member in team["members"]]
        for kind, role in ROLES.items():
            # Where no role is told, a member may have any; so may one who leaves and has a role of the account's own.
            lists[kind, team["id"]] = [
                ("user", member["user"]["id"])
                for member in team["members"]
                if member["role"] in ("", role)
                or ((team["id"], member["user"]["id"]) in leaving and member["role"] not in ROLES.values())
            ]
        for rule in team["routingRules"]:
            lists["routing rule", rule["id"]] = [_key(rule["notify"])]
    return lists


def _notified(rule: Item) -> Key:
    kind, name = _key(rule["recipient"])
    limited = kind == "team" and f"team {rule['notifyType']}" in ROLES
    return (f"team {rule['notifyType']}" if limited else kind), name


def _key(entry: Item) -> Key:
    return entry["type"], entry.get("id", "")
