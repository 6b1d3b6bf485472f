"""Standard streams that cannot fail a command: what cannot be shown is replaced, what cannot be written is dropped."""

import codecs
import errno
import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO, cast

from rich.cells import cell_len

NOBODY_READS = (errno.EPIPE, errno.EIO)
"""The errors of a pipe without a reader, and of a closed terminal: whoever closed them wants no more output."""

QUESTION_MARKS = "console.question_marks"


def _question_marks(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    # As wide as what they stand for, so that the columns of a table stay where they are.
    return "?" * cell_len(error.object[error.start : error.end]), error.end


codecs.register_error(QUESTION_MARKS, _question_marks)


class _Closed(io.TextIOBase):
    """What stands for a stream that was closed before the program began."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        return len(text)


class SafeStream:
    """A text stream that never raises; `failure` has the first error, and nothing is written after it."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream or cast(TextIO, _Closed())
        self.failure = None if stream else OSError(errno.EBADF, os.strerror(errno.EBADF))

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":  # click would write to it, past this stream, where the encoding is ASCII
            raise AttributeError(name)
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text as far as the encoding can show it."""
        encoding = self._stream.encoding or "utf-8"
        shown = text.encode(encoding, QUESTION_MARKS).decode(encoding)
        self._try(lambda: self._stream.write(shown))
        return len(text)

    def flush(self) -> None:
        """Write what is buffered."""
        self._try(self._stream.flush)

    def _try(self, do: Callable[[], object]) -> None:
        if self.failure:
            return
        try:
            do()
        except OSError as error:
            self.failure = error
            self._drop_rest()
        except ValueError as error:  # the stream was closed meanwhile
            self.failure = OSError(errno.EBADF, str(error))

    def _drop_rest(self) -> None:
        # Python flushes the stream again on exit, and would fail with an exit code of its own.
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            try:
                os.dup2(nowhere, self._stream.fileno())
            finally:
                os.close(nowhere)


def protect() -> None:
    """Make the standard streams safe until the program ends."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # Else a record or a connection gets the number, and with it what is meant for the stream.
            os.open(os.devnull, os.O_RDWR)
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115 -- as long as the program runs
    for name in ("stdout", "stderr"):
        if not isinstance(stream := getattr(sys, name), SafeStream):
            setattr(sys, name, SafeStream(stream))


def failure() -> OSError | None:
    """Return why what was printed did not reach the standard output, or None."""
    sys.stdout.flush()
    return getattr(sys.stdout, "failure", None)


def shows_unicode() -> bool:
    """Tell whether standard output can show every character."""
    return (sys.stdout.encoding or "utf-8").lower().startswith("utf")
