"""Write a person's planned changes to disk before making them."""

import threading
from collections.abc import Callable

from console.record.writer import RecordError
from service.changes import Changes
from service.model import Change

Write = Callable[[tuple[Change, ...], tuple[Change, ...], bool], None]
"""Takes changes made, changes unconfirmed or planned, and whether an earlier plan is replaced."""


class WriteAhead:
    """One person's plan, written again when it changes; thread-safe."""

    def __init__(self, write: Write) -> None:
        self.written = False
        self._write = write
        self._last: dict[tuple[str, str], Change] = {}
        self._trouble: RecordError | None = None
        self._lock = threading.Lock()

    def __call__(self, changes: Changes, change: Change) -> None:
        """Write the plan with this change, unless the last one written has it.

        Raises the RecordError of an unwritten plan on every call: no change is made without one.
        """
        with self._lock:
            if self._trouble:
                raise self._trouble
            if self._last.get(change.key) == change:
                return
            planned = {one.key: one for one in (*changes.remaining, change)}
            made, doubted = changes.made, changes.unconfirmed
            try:
                self._write(made, each_once(*doubted, *planned.values()), self.written)
            except RecordError as error:
                self._trouble = error
                raise
            self._last = planned
            self.written = True


def each_once(*changes: Change) -> tuple[Change, ...]:
    """Drop repeated changes; without a set, since a change cannot be hashed."""
    kept: list[Change] = []
    for change in changes:
        if change not in kept:
            kept.append(change)
    return tuple(kept)
