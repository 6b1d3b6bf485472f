"""Accounts of three sizes, each with a leaver."""

import copy
from collections.abc import Callable
from functools import partial

from local.opsgenie import sample_account
from local.samples import HARI
from local.simulator.store import Item


def small() -> Item:
    """Return the sample account shrunk to two people in one rotation and one team."""
    account = sample_account()
    account["users"] = [user for user in account["users"] if user["username"] in (HARI, "henrik.dahl@example.com")]
    schedule = account["schedules"][0]
    schedule.update(rotations=schedule["rotations"][1:2], overrides=[])
    ids = {user["id"] for user in account["users"]}
    entries = schedule["rotations"][0]["participants"]
    schedule["rotations"][0]["participants"] = [entry for entry in entries if entry["id"] in ids]
    team = account["teams"][0]
    team.update(members=[member for member in team["members"] if member["user"]["id"] in ids], routingRules=[])
    nothing: Item = {"escalations": [], "forwardingRules": [], "integrations": [], "policies": []}
    schedule.pop("ownerTeam", None)
    return {**account, **nothing, "schedules": [schedule], "teams": [team]}


def big(schedules: int = 500, teams: int = 300, users: int = 5000, mine: int = 60) -> Item:
    """Return a larger sample account: the leaver is in `mine` of the added rotations and teams."""
    account = sample_account()
    hari = next(user for user in account["users"] if user["username"] == HARI)
    place = {"type": "user", "id": hari["id"], "username": HARI}
    names = [f"user-{number}@example.com" for number in range(max(users, 3))]
    account["users"] += [{**account["users"][-1], "id": name, "username": name} for name in names]
    others = [{"type": "user", "id": name, "username": name} for name in names[:3]]
    model = account["schedules"][2]
    for number in range(schedules):
        participants = [others[0], place, *others[1:]] if number < mine else others
        rotation = {
            **copy.deepcopy(model["rotations"][0]),
            "id": f"rotation-{number}",
            "participants": copy.deepcopy(participants),
        }
        one = {"id": f"schedule-{number}", "name": f"Schedule {number}", "overrides": [], "rotations": [rotation]}
        account["schedules"].append({**model, **one})
    for number in range(teams):
        members = [{"user": {"id": hari["id"], "username": HARI}, "role": "user"}] if number < mine else []
        account["teams"].append(
            {"id": f"team-{number}", "name": f"Team {number}", "members": members, "routingRules": []}
        )
    return account


ACCOUNTS: dict[str, Callable[[], Item]] = {
    "small": small,
    "sample": sample_account,
    "big": partial(big, mine=0),
    "big, busy": big,
}
"""In the last one the leaver is in 60 more rotations and teams."""
