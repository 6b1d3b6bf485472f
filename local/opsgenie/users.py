"""Users: find, list, create, change and delete them.

https://docs.opsgenie.com/docs/user-api
"""

import uuid
from collections.abc import Mapping

from local.opsgenie.answers import ApiError, Reply, unprocessable
from local.opsgenie.entities import Context, Entities
from local.opsgenie.paging import paged
from local.opsgenie.user_search import UserSearch
from local.simulator.fields import chosen, require, without
from local.simulator.store import Item

APART = ("notificationRules", "savedSearches")  # kept with the user, but shown by endpoints of their own
FIELDS = {
    "fullName": str,
    "skypeUsername": str,
    "timeZone": str,
    "locale": str,
    "userAddress": dict,
    "tags": list,
    "details": dict,
}


class Users(Entities):
    """Serve the users' own endpoints; a user is named by id or by username."""

    entity = "User"
    collection = "users"
    path = "/v2/users"
    by: Mapping[str, str] = {"identifier": "identifier"}
    type_parameter = ""
    identity = ("id", "username")

    @property
    def name_field(self) -> str:
        return "username"

    def prepare(self, context: Context, body: Item, old: Item) -> Item:
        picked = {field: value for field, value in chosen(body, FIELDS).items() if value != {}}
        defaults: Item = {"blocked": False, "verified": False, "locale": "en_US", "timeZone": "Etc/UTC"}
        new = {**({} if old else defaults), **old, **picked, **_username(body), **_role(body)}
        require(new, "username", "fullName", "role")
        if not old:
            new["createdAt"] = context.now.strftime("%Y-%m-%dT%H:%M:%S.000Z")
            email = {"id": str(uuid.uuid4()), "to": new["username"], "contactMethod": "email", "enabled": True}
            new["userContacts"] = [email]
        return new

    def summary(self, context: Context, item: Item) -> Item:
        expanded = "contact" in context.query.get("expand", "").split(",")
        return without(item, *APART, *(() if expanded else ("userContacts",)))

    def read(self, context: Context) -> Reply:
        return Reply({"data": self.summary(context, self.get(context)), "expandable": ["contact"]})

    def create(self, context: Context) -> Reply:
        reply = super().create(context)
        data = reply.body["data"]
        return Reply({"result": "Created", "data": {"id": data["id"], "name": data["username"]}}, reply.status)

    def update(self, context: Context) -> Reply:
        super().update(context)
        return Reply({"result": "Updated"})

    def delete(self, context: Context) -> Reply:
        if self.get(context)["role"]["name"] == "Owner":
            raise ApiError(context.quirks.owner_refusal, "Account owner cannot be deleted.")
        return super().delete(context)

    def removed(self, context: Context, item: Item) -> None:
        for schedule in context.account.schedules.values():
            if not context.quirks.overrides_outlive_users:
                schedule["overrides"][:] = [o for o in schedule["overrides"] if o["user"]["id"] != item["id"]]
        for rule in context.account.forwarding_rules.values():
            if item["id"] in (rule["fromUser"]["id"], rule["toUser"]["id"]):
                context.account.forwarding_rules.remove(rule)

    def list(self, context: Context) -> Reply:
        users = _sorted(context, _matching(context))
        page, paging = paged(context, self.path, users)
        data = [self.summary(context, user) for user in page]
        return Reply({"totalCount": len(users), "data": data, "paging": paging})


USERS = Users()


def _username(body: Item) -> Item:
    username = chosen(body, {"username": str}).get("username", "").strip().lower()
    if len(username) > 100:
        raise unprocessable(username="may not be longer than 100 characters")
    return {"username": username} if username else {}


def _role(body: Item) -> Item:
    role = chosen(body, {"role": dict}).get("role", {})
    name = role.get("name") or role.get("id")
    return {"role": {"id": name, "name": name}} if name else {}


def _matching(context: Context) -> list[Item]:
    search = UserSearch(context.query.get("query", ""))
    word = context.quirks.blocked_query if "blocked" in search.fields else "answered"
    if word == "refused":
        raise unprocessable(query="blocked is not searchable")
    users = (context.past() if word == "behind" else context.account).users.values()
    if word == "ignored":
        return users
    return [user for user in users if search.finds(user)]


def _sorted(context: Context, users: list[Item]) -> list[Item]:
    # The documents say sortField, the official Go client sends sort.
    field = context.query.get("sort") or context.query.get("sortField") or "insertedAt"
    if field not in ("username", "fullName", "insertedAt"):
        raise unprocessable(sortField="must be username, fullName or insertedAt")
    if field != "insertedAt":
        users.sort(key=lambda user: str(user[field]).lower())
    return users[::-1] if context.query.get("order", "").lower() == "desc" else users
