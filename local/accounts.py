"""What the data of a simulated product must be like after a person has left, or is back."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from service.settings import JSM


def left(product: str, email: str, data: Any, now: datetime) -> Any:
    """Return the data without the person, who is deleted in Opsgenie, and suspended on a site.

    On a site groups stay, and so do overrides that are over: it lists them no more.
    """
    if product != JSM:
        return _without(email, data)
    account_id = next(person["accountId"] for person in data["people"] if person["email"] == email)
    people = [
        {**person, "membershipStatus": "suspended"} if person["accountId"] == account_id else person
        for person in data["people"]
    ]
    rest = _without(account_id, data, lambda entry: "responder" in entry and _ends(entry) <= now)
    return {**rest, "people": people, "groups": data["groups"]}


def places(product: str, data: Any) -> str:
    """Return who is where, without what differs when they are recreated: ids, aliases, and the order in teams."""
    if product == JSM:
        members = [sorted(team["members"]) for team in data["teams"]]
        found = [_without_aliases(data["schedules"]), data["escalations"], members, data["people"]]
        return json.dumps(found)
    usernames = {user["id"]: user["username"] for user in data["users"]}
    roles = [sorted((one["user"]["username"], one["role"]) for one in team["members"]) for team in data["teams"]]
    text = json.dumps([data["schedules"], data["escalations"], roles, sorted(usernames.values())])
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", lambda match: usernames.get(match[0], match[0]), text)


def _without_aliases(schedules: Any) -> Any:
    """Return schedules without the aliases of overrides, which are the site's."""
    return [{**one, "overrides": [{**override, "alias": ""} for override in one["overrides"]]} for one in schedules]


def _ends(entry: Any) -> datetime:
    return datetime.fromisoformat(entry["endDate"])


def _without(person: str, value: Any, stays: Callable[[Any], bool] = lambda _: False) -> Any:
    """Return the data without the list entries that are the person or refer to them, but for those that stay."""
    if isinstance(value, dict):
        return {name: _without(person, item, stays) for name, item in value.items()}
    if not isinstance(value, list):
        return value
    return [_without(person, entry, stays) for entry in value if not _is_of(person, entry) or stays(entry)]


def _is_of(person: str, entry: Any) -> bool:
    if not isinstance(entry, dict):
        return bool(entry == person)
    parts = (entry, *(item for item in entry.values() if isinstance(item, dict)))
    return any(person in part.values() for part in parts)
