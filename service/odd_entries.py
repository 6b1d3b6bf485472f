"""Entries of lists that cannot be read: one that may be the leaver's stops the request, any other is only named."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from service import parsing
from service.model import Person, ascii_lower

T = TypeVar("T")


class OddEntries:
    """The entries that could not be read and do not name the leaver; `names` has them, a few words each."""

    def __init__(self) -> None:
        self.leaver: Person | None = None
        self.names: list[str] = []

    def read(self, what: str, read: Callable[[Any], T], data: Any) -> list[T]:
        """Read the entries of a list; raises for an odd one that names the leaver, or while no leaver is known."""
        found = []
        for entry in parsing.entries(data):
            try:
                found.append(read(entry))
            except parsing.ODD:
                if self._may_be_the_leavers(entry):
                    return parsing.each(read, [entry])
                self.names.append(f"{what} {parsing.label(entry)}")
        return found

    def _may_be_the_leavers(self, entry: Any) -> bool:
        if self.leaver is None:
            return True
        text = json.dumps(entry, ensure_ascii=False)
        return self.leaver.id in text or ascii_lower(self.leaver.username) in ascii_lower(text)
