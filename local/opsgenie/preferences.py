"""Serve the notification rules and the saved searches of users, which nobody else depends on; to be read only.

https://docs.opsgenie.com/docs/notification-rule-api, notification-rule-step-api and user-api
"""

import uuid
from collections.abc import Iterator

from local.opsgenie.answers import Reply, not_found
from local.opsgenie.entities import Context, Route
from local.opsgenie.users import USERS
from local.simulator.fields import brief
from local.simulator.store import Item, Nested

META = ("id", "name", "actionType", "order", "enabled")


def routes() -> Iterator[Route]:
    """List the endpoints."""
    user = "/v2/users/<identifier:identifier>"
    rule = f"{user}/notification-rules/<identifier:rule>"
    yield Route("GET", f"{user}/notification-rules", notification_rules)
    yield Route("GET", rule, notification_rule)
    yield Route("GET", f"{rule}/steps", steps)
    yield Route("GET", f"{rule}/steps/<identifier:step>", step)
    for path in (user, "/v2/users"):  # the documents have the one, the official Go client the other
        yield Route("GET", f"{path}/saved-searches", saved_searches)
        yield Route("GET", f"{path}/saved-searches/<identifier:search>", saved_search)


def notification_rules(context: Context) -> Reply:
    """List a user's notification rules."""
    return Reply({"data": [brief(rule, *META) for rule in _rules(USERS.get(context))]})


def notification_rule(context: Context) -> Reply:
    """Answer a notification rule with its steps."""
    return Reply({"data": _rule(context)})


def steps(context: Context) -> Reply:
    """List the steps of a notification rule."""
    rule = _rule(context)
    return Reply({"data": [{"_parent": brief(rule, "id", "name"), **step} for step in rule["steps"]]})


def step(context: Context) -> Reply:
    """Answer a step of a notification rule."""
    rule = _rule(context)
    found = _found(rule["steps"], "Step", context.variables["step"])
    return Reply({"data": {"_parent": brief(rule, "id", "name"), **found}})


def saved_searches(context: Context) -> Reply:
    """List the saved searches: a user's, or everybody's."""
    return Reply({"data": [brief(search, "id", "name") for search in _searches(context)]})


def saved_search(context: Context) -> Reply:
    """Answer a saved search."""
    kind = context.query.get("identifierType", "id")
    return Reply({"data": _found(_searches(context), "Saved search", context.variables["search"], kind)})


def _rule(context: Context) -> Item:
    return _found(_rules(USERS.get(context)), "Notification rule", context.variables["rule"])


def _found(items: list[Item], entity: str, identifier: str, by: str = "id") -> Item:
    found = Nested(items).find(identifier, by)
    if found is None:
        raise not_found(entity, by, identifier)
    return found


def _searches(context: Context) -> list[Item]:
    users = [USERS.get(context)] if "identifier" in context.variables else context.account.users.values()
    return [{"ownerId": user["id"], **search} for user in users for search in user.get("savedSearches", [])]


def _rules(user: Item) -> list[Item]:
    """List a user's own rules, or else those that everybody begins with: each contact is told, one after the other."""
    own: list[Item] = user.get("notificationRules", [])
    return own or [
        _default_rule(user, "create-alert", "New Alert"),
        {**_default_rule(user, "schedule-start", "Schedule Start"), "notificationTime": ["just-before"]},
    ]


def _default_rule(user: Item, action: str, name: str) -> Item:
    described = {"id": _id(user, action), "name": name, "actionType": action, "order": 0, "enabled": True}
    steps = [
        {
            "id": _id(user, f"{action} {contact['id']}"),
            "sendAfter": {"timeAmount": 5 * number, "timeUnit": "minutes"},
            "contact": {"method": contact["contactMethod"], "to": contact["to"]},
            "enabled": contact["enabled"],
        }
        for number, contact in enumerate(user.get("userContacts", []))
    ]
    return {**described, "criteria": {"type": "match-all"}, "steps": steps}


def _id(user: Item, name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{user['id']} {name}"))
