"""A site in the words of an account, and back: so that one expectation is held against either vendor.

Nothing is lost: what an account has no word for stays as it is. That is compared, too.
"""

from collections.abc import Iterable, Mapping

from local.simulator.fields import without
from tests.support.expected_account import Item

Names = Mapping[str, str]


def as_account(site: Item) -> Item:
    """Turn a site into an account: people are users, and a team without Operations is another team."""
    names = {one["accountId"]: one["email"] for one in site["people"]}
    teams = [_team(one, names) for one in site["teams"]]
    return {
        **without(site, "people"),
        "users": [_user(one, site["groups"]) for one in site["people"]],
        "groups": [without(one, "members") for one in site["groups"]],
        "teams": [one for one in teams if one["operations"]],
        "otherTeams": [one for one in teams if not one["operations"]],
        "schedules": [_schedule(one, names) for one in site["schedules"]],
        "escalations": [{**_owned(one), "rules": _rules(one["rules"], names)} for one in site["escalations"]],
        "forwardingRules": [_forwarding_rule(one, names) for one in site["forwardingRules"]],
    }


def as_site(account: Item) -> Item:
    """Turn such an account into the site that it is of."""
    users = account["users"]
    return {
        **without(account, "users", "otherTeams"),
        "people": [_person(one) for one in users],
        "groups": [
            {**one, "members": [user["id"] for user in users if one["groupId"] in user["groups"]]}
            for one in account["groups"]
        ],
        "teams": [_site_team(one) for one in (*account["teams"], *account["otherTeams"])],
        "schedules": [_site_schedule(one) for one in account["schedules"]],
        "escalations": [{**_with_owner(one), "rules": _site_rules(one["rules"])} for one in account["escalations"]],
        "forwardingRules": [
            {
                **without(one, "fromUser", "toUser"),
                "fromUserId": one["fromUser"]["id"],
                "toUserId": one["toUser"]["id"],
            }
            for one in account["forwardingRules"]
        ],
    }


def _user(person: Item, groups: Iterable[Item]) -> Item:
    active = (person["accountStatus"], person["membershipStatus"]) == ("active", "active")
    return {
        "id": person["accountId"],
        "username": person["email"],
        "blocked": not active,
        "groups": [one["groupId"] for one in groups if person["accountId"] in one["members"]],
        **without(person, "accountId", "email"),
    }


def _person(user: Item) -> Item:
    status = user["membershipStatus"]
    return {
        "accountId": user["id"],
        "email": user["username"],
        **without(user, "id", "username", "blocked", "groups"),
        "membershipStatus": "suspended" if user["blocked"] and status == "active" else status,
    }


def _team(team: Item, names: Names) -> Item:
    return {
        "id": team["teamId"],
        "name": team["displayName"],
        **without(team, "teamId", "displayName", "members", "admins"),
        # Nobody is told the role of a member.
        "members": [
            {"user": _named(one, names), "role": "", "isAdmin": one in team["admins"]} for one in team["members"]
        ],
    }


def _site_team(team: Item) -> Item:
    return {
        "teamId": team["id"],
        "displayName": team["name"],
        **without(team, "id", "name"),
        "members": [one["user"]["id"] for one in team["members"]],
        "admins": [one["user"]["id"] for one in team["members"] if one.get("isAdmin")],
    }


def _schedule(schedule: Item, names: Names) -> Item:
    return {
        **_owned(schedule),
        "rotations": [
            {**one, "participants": [_entry(entry, names) for entry in one["participants"]]}
            for one in schedule["rotations"]
        ],
        "overrides": [
            {**without(one, "responder"), "user": _entry(one["responder"], names)} for one in schedule["overrides"]
        ],
    }


def _site_schedule(schedule: Item) -> Item:
    return {
        **_with_owner(schedule),
        "rotations": [
            {**one, "participants": [_site_entry(entry) for entry in one["participants"]]}
            for one in schedule["rotations"]
        ],
        "overrides": [{**without(one, "user"), "responder": _site_entry(one["user"])} for one in schedule["overrides"]],
    }


def _owned(item: Item) -> Item:
    owner = item["teamId"]
    return {**without(item, "teamId"), **({"ownerTeam": {"id": owner}} if owner else {})}


def _with_owner(item: Item) -> Item:
    return {**without(item, "ownerTeam"), "teamId": item.get("ownerTeam", {}).get("id", "")}


def _rules(rules: Iterable[Item], names: Names) -> list[Item]:
    return [{**rule, "recipient": _entry(rule["recipient"], names)} for rule in rules]


def _site_rules(rules: Iterable[Item]) -> list[Item]:
    return [{**rule, "recipient": _site_entry(rule["recipient"])} for rule in rules]


def _forwarding_rule(rule: Item, names: Names) -> Item:
    people = {"fromUser": _named(rule["fromUserId"], names), "toUser": _named(rule["toUserId"], names)}
    return {**without(rule, "fromUserId", "toUserId"), **people}


def _entry(entry: Item, names: Names) -> Item:
    if entry["type"] == "noone":
        return {"type": "none"}
    return {**entry, **(_named(entry["id"], names) if entry["type"] == "user" else {})}


def _site_entry(entry: Item) -> Item:
    return {"type": "noone", "id": None} if entry["type"] == "none" else {"type": entry["type"], "id": entry["id"]}


def _named(account_id: str, names: Names) -> Item:
    return {"id": account_id, **({"username": names[account_id]} if account_id in names else {})}
