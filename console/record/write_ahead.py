"""What is planned for a person, on the disk before it is done."""

import threading
from collections.abc import Callable

from console.record.writer import RecordError
from service.changes import Changes
from service.model import Change

Write = Callable[[tuple[Change, ...], tuple[Change, ...], bool], None]
"""Takes what was made, what may have been or is planned, and whether an earlier plan is replaced."""


class WriteAhead:
    """The plan of one person, written again where it changes; safe to use from several threads."""

    def __init__(self, write: Write) -> None:
        self.written = False
        self._write = write
        self._last: dict[tuple[str, str], Change] = {}
        self._trouble: RecordError | None = None
        self._lock = threading.Lock()

    def __call__(self, changes: Changes, change: Change) -> None:
        """Write the plan with this change in it, unless the last one that was written has it.

        Raises the RecordError of a plan that could not be written each time: no change is made without one.
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
    """Return the changes without those that were there before; a change cannot be hashed."""
    kept: list[Change] = []
    for change in changes:
        if change not in kept:
            kept.append(change)
    return tuple(kept)
