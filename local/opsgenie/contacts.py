"""Serve the contacts of users.

https://docs.opsgenie.com/docs/contact-api
"""

import uuid
from collections.abc import Iterator

from local.opsgenie.answers import Reply, not_found, unprocessable
from local.opsgenie.entities import Context, Route
from local.opsgenie.users import USERS
from local.simulator.fields import brief, chosen, require
from local.simulator.store import Item, Nested

METHODS = ("email", "sms", "voice", "mobile")


def routes() -> Iterator[Route]:
    """List the endpoints."""
    every = "/v2/users/<identifier:identifier>/contacts"
    one = f"{every}/<identifier:contact>"
    yield Route("GET", every, contacts)
    yield Route("POST", every, create_contact)
    yield Route("PATCH", one, update_contact)
    yield Route("DELETE", one, delete_contact)


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
    contact = Nested(USERS.get(context)["userContacts"]).find(context.variables["contact"], "id")
    if contact is None:
        raise not_found("Contact", "id", context.variables["contact"])
    return contact


def _contact(contact: Item) -> Item:
    status = brief(contact, "enabled", "disabledReason")
    return {"id": contact["id"], "method": contact["contactMethod"], "to": contact["to"], "status": status}
