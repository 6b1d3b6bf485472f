"""Create, read, list, update and delete: the same for every kind of entity."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from local.opsgenie.account import Account
from local.opsgenie.answers import Calendar, Reply, conflict, not_found, unprocessable
from local.opsgenie.quirks import Quirks
from local.opsgenie.references import refuse_while_used, rename
from local.simulator.fields import brief
from local.simulator.store import Item, Nested, Shelf

BY_ID: Mapping[str, str] = {"id": "id"}


@dataclass(frozen=True)
class Context:
    """Everything that an endpoint works with."""

    account: Account
    past: Callable[[], Account]  # the account as what is late shows it
    quirks: Quirks
    now: datetime
    variables: Mapping[str, str]  # of the path, decoded
    query: Mapping[str, str]
    body: Item
    host_url: str

    def flag(self, name: str) -> bool:
        """Read a boolean of the query; some clients send True."""
        return self.query.get(name, "").lower() == "true"


@dataclass(frozen=True)
class Route:
    """An endpoint; `configuration` says whether a key needs that right too, beside the method's own."""

    method: str
    path: str
    endpoint: Callable[[Context], Reply | Calendar]
    configuration: bool = True


class Entities:
    """Serve the entities of one kind; a subclass says what is special about it."""

    entity = ""
    collection = ""  # attribute of Account, or field of the parent
    path = ""
    identifier = "identifier"  # the variable in the path
    by: Mapping[str, str] = {"id": "id", "name": "name"}  # value of the type parameter -> field
    type_parameter = "identifierType"
    update_method = "PATCH"
    identity: tuple[str, ...] = ("id", "name")  # what answers to writes give back
    parent: "Entities | None" = None
    blockable = True  # whether others refer to it, and so keep it from being deleted

    def routes(self) -> Iterator[Route]:
        """List the endpoints."""
        one = f"{self.path}/<identifier:{self.identifier}>"
        yield Route("GET", self.path, self.list)
        yield Route("POST", self.path, self.create)
        yield Route("GET", one, self.read)
        yield Route(self.update_method, one, self.update)
        yield Route("DELETE", one, self.delete)

    def prepare(self, context: Context, body: Item, old: Item) -> Item:
        """Check a body and return the item to be stored; `old` is empty for a new one."""
        raise NotImplementedError

    def show(self, item: Item) -> Item:
        """Return the item as it is answered."""
        return item

    def summary(self, context: Context, item: Item) -> Item:  # noqa: ARG002 - for those whose query matters
        """Return the item as it is answered in a list."""
        return self.show(item)

    def removed(self, context: Context, item: Item) -> None:
        """Clean up after an item that is gone."""

    def list(self, context: Context) -> Reply:
        """Answer all items."""
        return Reply({"data": [self.summary(context, item) for item in self.shelf(context).values()]})

    def create(self, context: Context) -> Reply:
        """Store a new item."""
        shelf = self.shelf(context)
        new_id = {"id": str(uuid.uuid4())} if "id" in self.identity else {}
        item = {**new_id, **self.prepare(context, context.body, {})}
        self.refuse_taken_name(shelf, item, {})
        shelf.add(item)
        return Reply({"result": "Created", "data": brief(item, *self.identity)}, 201)

    def read(self, context: Context) -> Reply:
        """Answer one item."""
        item = self.get(context)
        parent = {"_parent": brief(self.parent.get(context), "id", "name", "enabled")} if self.parent else {}
        return Reply({"data": {**parent, **self.show(item)}})

    def update(self, context: Context) -> Reply:
        """Change an item; PATCH keeps what the body leaves out."""
        item = self.get(context)
        shelf = self.shelf(context)
        new = self.prepare(context, context.body, item)
        self.refuse_taken_name(shelf, new, item)
        name = self.name_field
        renamed = new.get(name) != item.get(name)
        shelf.change(item, new)
        if renamed:
            rename(context.account, item, item[name])
        return Reply({"result": "Updated", "data": brief(item, *self.identity)})

    def delete(self, context: Context) -> Reply:
        """Remove an item that nothing else uses."""
        item = self.get(context)
        if self.blockable and not context.quirks.deletes_in_use:
            refuse_while_used(context.account, context.quirks, self.entity, item)
        self.shelf(context).remove(item)
        self.removed(context, item)
        return Reply({"result": "Deleted"})

    @property
    def name_field(self) -> str:
        """Return the field, beside the id, that tells items apart."""
        return next((field for field in self.by.values() if field != "id"), "id")

    def shelf(self, context: Context) -> Shelf:
        """Find where the items are kept: in the account, or in their parent."""
        if self.parent is None:
            shelf: Shelf = getattr(context.account, self.collection)
            return shelf
        return Nested(self.parent.get(context)[self.collection])

    def get(self, context: Context) -> Item:
        """Find the item that the path names, or raise 404."""
        kind = context.query.get(self.type_parameter, next(iter(self.by)))
        if kind not in self.by:
            raise unprocessable(**{self.type_parameter: f"must be one of {list(self.by)}"})
        item = self.shelf(context).find(context.variables[self.identifier], self.by[kind])
        if item is None:
            raise not_found(self.entity, kind, context.variables[self.identifier])
        return item

    def refuse_taken_name(self, shelf: Shelf, new: Item, old: Item) -> None:
        """Raise 409 if another item of the kind has the name."""
        field = self.name_field
        if field not in new or new[field] == old.get(field):
            return
        if shelf.find(new[field], field) is not None:
            raise conflict(self.entity, field, new[field])
