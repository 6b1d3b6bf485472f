"""Create, read, list, update and delete: the same for every kind of entity of Operations."""

import uuid
from collections.abc import Iterator

from local.jsm.answers import NO_CONTENT, Reply, conflict, not_found
from local.jsm.context import Context, Route
from local.jsm.paging import LARGE, page
from local.simulator.store import Item, Shelf


class Entities:
    """Serve the entities of one kind; a subclass says what is special about it."""

    entity = ""
    path = ""
    identifier = ""  # the variable in the path
    by = "id"  # the field that tells entities apart
    unique_name = False  # 409 for a name that is taken
    update_method = "PATCH"
    sizes = LARGE

    def routes(self) -> Iterator[Route]:
        """List the endpoints."""
        one = f"{self.path}/<raw:{self.identifier}>"
        yield Route("GET", self.path, self.list)
        yield Route("POST", self.path, self.create)
        yield Route("GET", one, self.read)
        yield Route(self.update_method, one, self.update)
        yield Route("DELETE", one, self.delete)

    def shelf(self, context: Context, *, write: str = "") -> Shelf:
        """Find where the entities are kept; raises 403 where the caller may not see, or `write`, them."""
        raise NotImplementedError

    def prepare(self, context: Context, body: Item, old: Item) -> Item:
        """Check a body and return the item to be stored; `old` is empty for a new one."""
        raise NotImplementedError

    def listed(self, context: Context) -> list[Item]:
        """List the items that the caller sees."""
        return self.shelf(context).values()

    def show(self, context: Context, item: Item) -> Item:  # noqa: ARG002 - for those that depend on the request
        """Return the item as it is answered."""
        return item

    def summary(self, context: Context, item: Item) -> Item:
        """Return the item as it is answered in a list."""
        return self.show(context, item)

    def removed(self, context: Context, item: Item) -> None:
        """Clean up after an item that is gone."""

    def check_removal(self, context: Context, item: Item) -> None:
        """Raise for an item that has to stay."""

    def list(self, context: Context) -> Reply:
        """Answer a page of the items."""
        answer = page(context, self.listed(context), self.sizes)
        return Reply({**answer, "values": [self.summary(context, item) for item in answer["values"]]})

    def create(self, context: Context) -> Reply:
        """Store a new item and answer it whole; an id in the body, as some clients send one, is ignored."""
        shelf = self.shelf(context, write=f"create a {self.entity}")
        item = {self.by: str(uuid.uuid4()), **self.prepare(context, context.body, {})}
        self._refuse_taken_name(shelf, item, {})
        shelf.add(item)
        return Reply(self.show(context, item), 201)

    def read(self, context: Context) -> Reply:
        """Answer one item."""
        return Reply(self.show(context, self.get(context)))

    def update(self, context: Context) -> Reply:
        """Change an item and answer it whole."""
        item = self.get(context, write=f"change a {self.entity}")
        new = {self.by: item[self.by], **self.prepare(context, context.body, item)}
        shelf = self.shelf(context)
        self._refuse_taken_name(shelf, new, item)
        shelf.change(item, new)
        return Reply(self.show(context, item))

    def delete(self, context: Context) -> Reply:
        """Remove an item, also where something still refers to it."""
        item = self.get(context, write=f"delete a {self.entity}")
        self.check_removal(context, item)
        self.shelf(context).remove(item)
        self.removed(context, item)
        return NO_CONTENT

    def get(self, context: Context, *, write: str = "") -> Item:
        """Find the item that the path names, or raise 404."""
        identifier = context.variables[self.identifier]
        item = self.shelf(context, write=write).find(identifier, self.by)
        if item is None:
            raise not_found(self.entity, identifier, self.by)
        return item

    def _refuse_taken_name(self, shelf: Shelf, new: Item, old: Item) -> None:
        if self.unique_name and new["name"] != old.get("name") and shelf.find(new["name"], "name") is not None:
            raise conflict(self.entity, new["name"])
