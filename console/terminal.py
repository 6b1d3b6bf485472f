"""Terminal output: tables, sums and a progress bar, on streams that survive a closed pipe."""

import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any, TextIO, TypeVar, cast

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

T = TypeVar("T")

NOBODY_READS = (errno.EPIPE, errno.EIO)
"""The errors of a pipe without a reader, and of a closed terminal."""

LONG_LIST = 4
"""The fewest people that get a progress bar."""

PIPE_WIDTH = 120
"""Columns if the output goes to a file or another program."""

KINDS = {"forwarding_rule": "forwarding rule", "user": "account", "protected_user": "protected user"}


class ClosedPipeSafeStream:
    """A stream that drops output nobody can read; a full disk still raises."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text, or drop it."""
        return self._try(lambda: self._stream.write(text), len(text))

    def flush(self) -> None:
        """Write what is buffered, or drop it."""
        self._try(self._stream.flush, None)

    def _try(self, do: Callable[[], T], dropped: T) -> T:
        try:
            return do()
        except OSError as error:
            if error.errno not in NOBODY_READS:
                raise
            self._drop_rest()
            return dropped

    def _drop_rest(self) -> None:
        # Python flushes the stream again on exit, and would fail with an exit code of its own.
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            try:
                os.dup2(nowhere, self._stream.fileno())
            finally:
                os.close(nowhere)


def stdout() -> ClosedPipeSafeStream:
    """Return the standard output."""
    return ClosedPipeSafeStream(sys.stdout)


def stderr() -> ClosedPipeSafeStream:
    """Return the standard error."""
    return ClosedPipeSafeStream(sys.stderr)


def clean(text: object) -> str:
    """Replace control characters in a text: names come from outside."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(text))


def out() -> Console:
    """Return a console on stdout that never interprets markup."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(file=cast(IO[str], stdout()), markup=False, emoji=False, highlight=False, width=width)


def err() -> Console:
    """Return a console on stderr, for everything but the result."""
    return Console(file=cast(IO[str], stderr()), markup=False, emoji=False, highlight=False, soft_wrap=True)


def can_ask() -> bool:
    """Tell whether somebody can answer a question."""
    return sys.stdin.isatty()


def print_note(text: object, style: str = "") -> None:
    """Print a remark."""
    err().print(Text(clean(text), style=style))


def print_result(text: str, *, newline: bool = True) -> None:
    """Print a result that another program reads."""
    click.echo(text, file=cast(IO[str], stdout()), nl=newline)


def kind(name: str) -> str:
    """Return the word for a kind of thing."""
    return KINDS.get(name, name)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Return a table whose cells are plain text, or made by `line`; the last column takes the rest."""
    made = Table(*columns, box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else Text(clean(cell), overflow="fold") for cell in row))
    return made


def line(*parts: str | tuple[str, str]) -> Text:
    """Return a line of text with styled parts."""
    return Text.assemble(*(clean(part) if isinstance(part, str) else (clean(part[0]), part[1]) for part in parts))


def counted(counts: Mapping[str, int], none: str) -> str:
    """Return the counts above zero, as words; `none` where there are none."""
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or none


@contextmanager
def progress(total: int) -> Iterator[Any]:
    """Show a progress bar on stderr, only in a terminal and for a long list."""
    console = err()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = console.is_terminal and total >= LONG_LIST
    with Progress(*columns, console=console, transient=True, disable=not shown) as bar:
        yield bar
