"""Data in memory, indexed."""

import json
from collections.abc import Iterable
from typing import Any, Protocol

Item = dict[str, Any]


class Store(Protocol):
    """Everything that a simulation keeps; it is made from plain data, which it copies."""

    def data(self) -> Item:
        """Return the live items, in the shape that the store is made from."""


class Shelf(Protocol):
    """Keep items in order."""

    def values(self) -> list[Item]:
        """List the items, in order."""

    def find(self, identifier: str, by: str) -> Item | None:
        """Look an item up by one of its fields."""

    def add(self, item: Item) -> None:
        """Append a new item."""

    def change(self, item: Item, new: Item) -> None:
        """Replace an item's fields by those of `new`, in the same place."""

    def remove(self, item: Item) -> None:
        """Remove an item."""


class Collection:
    """Keep items in order and find them by id or by name without searching."""

    def __init__(self, name_field: str, items: Iterable[Item], id_field: str = "id") -> None:
        self.name_field = name_field
        self.id_field = id_field
        self._by_id: dict[str, Item] = {}
        self._by_name: dict[str, Item] = {}
        for item in items:
            self.add(item)

    def values(self) -> list[Item]:
        return list(self._by_id.values())

    def find(self, identifier: str, by: str) -> Item | None:
        """Look an item up by its id field, by its name, or by "identifier": either, the name in any case.

        That needs names stored in lower case.
        """
        if by == "identifier":
            return self._by_id.get(identifier) or self._by_name.get(identifier.lower())
        return (self._by_id if by == self.id_field else self._by_name).get(identifier)

    def add(self, item: Item) -> None:
        self._by_id[item[self.id_field]] = item
        if self.name_field in item:
            self._by_name[item[self.name_field]] = item

    def change(self, item: Item, new: Item) -> None:
        self._by_name.pop(item.get(self.name_field, ""), None)
        item.clear()
        item.update(new)
        self.add(item)

    def remove(self, item: Item) -> None:
        del self._by_id[item[self.id_field]]
        self._by_name.pop(item.get(self.name_field, ""), None)


class Nested:
    """Keep items in a list inside their parent: a handful, so searching is fine."""

    def __init__(self, items: list[Item]) -> None:
        self._items = items

    def values(self) -> list[Item]:
        return list(self._items)

    def find(self, identifier: str, by: str) -> Item | None:
        return next((item for item in self._items if item.get(by) == identifier), None)

    def add(self, item: Item) -> None:
        self._items.append(item)

    def change(self, item: Item, new: Item) -> None:
        item.clear()
        item.update(new)

    def remove(self, item: Item) -> None:
        self._items[:] = [other for other in self._items if other is not item]


def copied(data: Item) -> Item:
    """Copy plain JSON data; several times faster than copy.deepcopy."""
    copy: Item = json.loads(json.dumps(data))
    return copy
