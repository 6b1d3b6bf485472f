"""The standard streams, of which a run needs neither to go on."""

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO, TypeVar

T = TypeVar("T")

NOBODY_READS = (errno.EPIPE, errno.EIO)
"""What a pipe answers whose reader is gone, and a terminal that is closed."""


class Lasting:
    """A stream that drops what nobody can read any more; a full disk is still told."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text, or drop it."""
        return self._try(lambda: self._stream.write(text), len(text))

    def flush(self) -> None:
        """Write what is kept back, or drop it."""
        self._try(self._stream.flush, None)

    def _try(self, do: Callable[[], T], dropped: T) -> T:
        try:
            return do()
        except OSError as error:
            if error.errno not in NOBODY_READS:
                raise
            self._to_nowhere()
            return dropped

    def _to_nowhere(self) -> None:
        # Python tries again at its end to write what the stream kept back, and would fail with an exit code of its own.
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            try:
                os.dup2(nowhere, self._stream.fileno())
            finally:
                os.close(nowhere)


def stdout() -> Lasting:
    """Return the standard output."""
    return Lasting(sys.stdout)


def stderr() -> Lasting:
    """Return the standard error."""
    return Lasting(sys.stderr)
