"""What is left of an account when somebody else removes the thing that a call is about."""

from tests.support import expected_account
from tests.support.expected_account import Item

SHELVES = {"escalations": "escalations", "teams": "teams", "forwarding-rules": "forwardingRules"}
FIELDS = {"rotations": "id", "overrides": "alias"}


def is_about_user(path: str) -> bool:
    """Tell whether a path names a user: their calendar does, too."""
    return path.startswith("/v2/users/") or path.endswith(".ics")


def remove(account: Item, path: str) -> Item:
    """Return the account without what `path` names, as if somebody else had just removed it."""
    what, name, *below = [*path.split("/")[2:], ""]
    if is_about_user(path):
        name = below[0].removesuffix(".ics") if name == "on-calls" else name
        return _without_user(account, name)
    if name in {"", "on-calls"}:  # a list of everything stays
        return account
    if what == "schedules":
        _remove_of_schedule(account, name, *below[:-1])
    elif what == "teams" and len(below) == 3:
        team = next(team for team in account["teams"] if team["id"] == name)
        team["members"] = [member for member in team["members"] if member["user"]["id"] != below[1]]
    else:
        account[SHELVES[what]] = [item for item in account[SHELVES[what]] if item["id"] != name]
        _without_references(account, name)
    return account


def _without_user(account: Item, name: str) -> Item:
    names = ((user["id"], user["username"].replace("@", "%40"), user["username"]) for user in account["users"])
    return expected_account.left(account, next(username for *both, username in names if name in both))


def _remove_of_schedule(account: Item, name: str, kind: str = "", item: str = "") -> None:
    schedule = next(schedule for schedule in account["schedules"] if schedule["id"] == name)
    if item:
        schedule[kind] = [one for one in schedule[kind] if one[FIELDS[kind]] != item]
    else:
        account["schedules"].remove(schedule)
        _without_references(account, name)


def _without_references(account: Item, name: str) -> None:
    for schedule in account["schedules"]:
        for rotation in schedule["rotations"]:
            rotation["participants"] = [entry for entry in rotation["participants"] if entry.get("id") != name]
    for escalation in account["escalations"]:
        escalation["rules"] = [rule for rule in escalation["rules"] if rule["recipient"].get("id") != name]
    for team in account["teams"]:
        for rule in team["routingRules"]:
            if rule["notify"].get("id") == name:
                rule["notify"] = {"type": "none"}
    for item in (*account["schedules"], *account["escalations"]):
        if item.get("ownerTeam", {}).get("id") == name:
            del item["ownerTeam"]
