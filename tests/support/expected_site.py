"""How a site must look after somebody has left; nothing here uses the rules under test."""

from collections.abc import Mapping
from typing import Any

from tests.support.expected_account import Item

PASSING = ("listedFor", "leaving", "unknownFor")
"""Counts of looks, which say nothing of what is there."""


def account_id(site: Item, email: str) -> str:
    """Return the account id of somebody."""
    return next(str(person["accountId"]) for person in site["people"] if person["email"] == email)


def left(site: Item, email: str, *, by: str = "", turns: bool = False, end: str = "none") -> Item:
    """Return the site as it must look after somebody has left, with `by` in the same places, by an `end`."""
    leaver = account_id(site, email)
    place = {"type": "user", "id": account_id(site, by)} if by else None
    nobody = {"type": "noone", "id": None}

    def filled(entries: list[Item], place: Item | None) -> list[Item]:
        return [entry for entry in (place if entry["id"] == leaver else entry for entry in entries) if entry]

    def rotation(one: Item) -> Item:
        return {**one, "participants": filled(one["participants"], nobody if turns else place)}

    def rules(entries: list[Item]) -> list[Item]:
        return [{**rule, "recipient": kept} for rule in entries for kept in filled([rule["recipient"]], place)]

    def overrides(entries: list[Item]) -> list[Item]:
        # Operations does not list those that are over.
        return [one for one in entries if one["responder"]["id"] != leaver or one["endDate"] < "2026-11-25"]

    return stable(
        {
            **site,
            "people": [ended(one, end) if one["accountId"] == leaver else one for one in site["people"]],
            "groups": [
                {**one, "members": [member for member in one["members"] if end != "remove" or member != leaver]}
                for one in site["groups"]
            ],
            "teams": [
                {
                    **team,
                    "members": [one for one in team["members"] if one != leaver or not team["operations"]],
                    "admins": [one for one in team["admins"] if one != leaver or not team["operations"]],
                }
                for team in site["teams"]
            ],
            "schedules": [
                {
                    **one,
                    "rotations": list(map(rotation, one["rotations"])),
                    "overrides": overrides(one["overrides"]),
                }
                for one in site["schedules"]
            ],
            "escalations": [{**one, "rules": rules(one["rules"])} for one in site["escalations"]],
            "forwardingRules": [
                one for one in site["forwardingRules"] if leaver not in (one["fromUserId"], one["toUserId"])
            ],
        }
    )


def ended(person: Item, end: str) -> Item:
    """Return an account as an end leaves it."""
    if end == "none":
        return person
    if end == "suspend":
        return {**person, "membershipStatus": "suspended"}
    return {**person, "membershipStatus": "no_membership", "directories": []}


def stable(site: Mapping[str, Any]) -> Item:
    """Leave out what a look changes; a removal that is queued counts as done."""
    return {
        **site,
        "people": [_done(person) for person in site["people"]],
        "teams": [_without_passing(team) for team in site["teams"]],
    }


def _done(person: Item) -> Item:
    directories = [] if "listedFor" in person else person["directories"]
    return {**_without_passing(person), "directories": directories}


def _without_passing(item: Item) -> Item:
    return {name: value for name, value in item.items() if name not in PASSING}
