"""Where a user is used, and how to reach them: the endpoints below /v2/users/{identifier}.

https://docs.opsgenie.com/docs/user-api and https://docs.opsgenie.com/docs/contact-api
"""

import uuid
from collections.abc import Iterable, Iterator

from .account import Item, Nested
from .answers import Reply, not_found, unprocessable
from .fields import brief, chosen, require
from .resource import Context, Route
from .users import Users

USERS = Users()
METHODS = ("email", "sms", "voice", "mobile")


def routes() -> Iterator[Route]:
    """List the endpoints."""
    one = "/v2/users/<identifier:identifier>"
    yield Route("GET", f"{one}/teams", teams)
    yield Route("GET", f"{one}/schedules", schedules)
    yield Route("GET", f"{one}/escalations", escalations)
    yield Route("GET", f"{one}/forwarding-rules", forwarding_rules)
    yield Route("GET", f"{one}/contacts", contacts)
    yield Route("POST", f"{one}/contacts", create_contact)
    yield Route("PATCH", f"{one}/contacts/<identifier:contact>", update_contact)
    yield Route("DELETE", f"{one}/contacts/<identifier:contact>", delete_contact)


def teams(context: Context) -> Reply:
    """List a user's teams."""
    user = USERS.get(context)
    return Reply({"data": [brief(team, "id", "name") for team in _teams(context, user)]})


def schedules(context: Context) -> Reply:
    """List the schedules with the user in a rotation."""
    user = USERS.get(context)
    ids = {user["id"]}
    if context.quirks.schedules_through_teams:
        ids |= {team["id"] for team in _teams(context, user)}
    found = [
        schedule
        for schedule in context.account.schedules.values()
        if any(_holds(rotation["participants"], ids) for rotation in schedule["rotations"])
        or (context.quirks.schedules_through_overrides and _holds([o["user"] for o in schedule["overrides"]], ids))
    ]
    return Reply({"data": [brief(schedule, "id", "name", "enabled") for schedule in found]})


def escalations(context: Context) -> Reply:
    """List the escalations that notify the user."""
    user = USERS.get(context)
    ids = {user["id"]}
    if context.quirks.escalations_through_teams:
        ids |= {team["id"] for team in _teams(context, user)}
    every = context.account.escalations.values()
    found = [escalation for escalation in every if _holds([rule["recipient"] for rule in escalation["rules"]], ids)]
    if not context.quirks.whole_escalations:
        found = [brief(escalation, "id", "name") for escalation in found]
    return Reply({"data": found})


def forwarding_rules(context: Context) -> Reply:
    """List the forwarding rules from the user, and to them."""
    user = USERS.get(context)
    ends = ("fromUser", "toUser") if context.quirks.incoming_forwarding_rules else ("fromUser",)
    rules = context.account.forwarding_rules.values()
    return Reply({"data": [rule for rule in rules if any(rule[end]["id"] == user["id"] for end in ends)]})


def _teams(context: Context, user: Item) -> list[Item]:
    return [
        team for team in context.account.teams.values() if _holds([m["user"] for m in team["members"]], {user["id"]})
    ]


def _holds(references: Iterable[Item], ids: set[str]) -> bool:
    return not ids.isdisjoint([reference.get("id") for reference in references])


def contacts(context: Context) -> Reply:
    """List a user's contacts."""
    return Reply({"data": [_contact(contact) for contact in USERS.get(context)["userContacts"]]})


def create_contact(context: Context) -> Reply:
    """Give a user another contact."""
    user = USERS.get(context)
    body = {**context.body, "contactMethod": context.body.get("method") or context.body.get("contactMethod")}
    new = chosen(body, {"to": str, "contactMethod": str})
    require(new, "to", "contactMethod")
    if new["contactMethod"] not in METHODS:
        raise unprocessable(method=f"must be one of {METHODS}")
    contact = {"id": str(uuid.uuid4()), **new, "enabled": True}
    user["userContacts"].append(contact)
    return Reply({"result": "Created", "data": {"id": contact["id"]}}, 201)


def update_contact(context: Context) -> Reply:
    """Change a contact, or switch it on or off."""
    contact = _find_contact(context)
    contact.update(chosen(context.body, {"to": str, "enabled": bool}))
    if contact["enabled"]:
        contact.pop("disabledReason", None)
    return Reply({"result": "Updated", "data": {"id": contact["id"]}})


def delete_contact(context: Context) -> Reply:
    """Remove a contact."""
    contact = _find_contact(context)
    Nested(USERS.get(context)["userContacts"]).remove(contact)
    return Reply({"result": "Deleted"})


def _find_contact(context: Context) -> Item:
    contact = Nested(USERS.get(context)["userContacts"]).find(context.path["contact"], "id")
    if contact is None:
        raise not_found("Contact", "id", context.path["contact"])
    return contact


def _contact(contact: Item) -> Item:
    status = brief(contact, "enabled", "disabledReason")
    return {"id": contact["id"], "method": contact["contactMethod"], "to": contact["to"], "status": status}
