"""What the data of a simulated product must be like after a person has left, or is back."""

import json
import re
from typing import Any

from service.settings import JSM


def left(product: str, email: str, data: Any) -> Any:
    """Return the data without the person: deleted in Opsgenie, suspended on a site, where groups and seat stay."""
    if product != JSM:
        return _without(email, data)
    account_id = next(person["accountId"] for person in data["people"] if person["email"] == email)
    people = [
        {**person, "membershipStatus": "suspended"} if person["accountId"] == account_id else person
        for person in data["people"]
    ]
    return {**_without(account_id, data), "people": people, "groups": data["groups"]}


def places(account: Any) -> str:
    """Return who is where in Opsgenie: a recreated user has another id, and comes last in their teams' lists."""
    usernames = {user["id"]: user["username"] for user in account["users"]}
    members = [sorted((one["user"]["username"], one["role"]) for one in team["members"]) for team in account["teams"]]
    text = json.dumps([account["schedules"], account["escalations"], members, sorted(usernames.values())])
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", lambda match: usernames.get(match[0], match[0]), text)


def _without(person: str, value: Any) -> Any:
    """Return the data without the list entries that are the person or refer to them."""
    if isinstance(value, dict):
        return {name: _without(person, item) for name, item in value.items()}
    if not isinstance(value, list):
        return value
    return [_without(person, entry) for entry in value if not _is_of(person, entry)]


def _is_of(person: str, entry: Any) -> bool:
    if not isinstance(entry, dict):
        return bool(entry == person)
    places = (entry, *(item for item in entry.values() if isinstance(item, dict)))
    return any(person in place.values() for place in places)
