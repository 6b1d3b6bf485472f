"""The audit log as Lambda takes it: lines on standard output."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

from service.audit_log import LOGGER, open_log


class CapturedLog:
    """What was written so far."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        """The raw text."""
        return self._stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines, each of which is a JSON object."""
        return [json.loads(line) for line in self.text.split("\n") if line]


@contextmanager
def capture_log(start: Callable[[], object] = open_log) -> Iterator[CapturedLog]:
    """Open the audit log with `start`, as a new process does; restore the logger afterwards."""
    before = LOGGER.handlers, LOGGER.level, LOGGER.propagate
    LOGGER.handlers = []
    stream = io.StringIO()
    with redirect_stdout(stream):
        start()
    try:
        yield CapturedLog(stream)
    finally:
        LOGGER.handlers, _, LOGGER.propagate = before
        LOGGER.setLevel(before[1])
