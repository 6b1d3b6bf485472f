"""Terminal output: tables, sums and a progress bar; `clean` makes foreign text safe for it."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

LONG_LIST = 4
"""The fewest people for whom it is told how far a run is."""

PIPE_WIDTH = 120
"""Columns if the output goes to a file or another program."""

KINDS = {"forwarding_rule": "forwarding rule", "user": "account", "protected_user": "protected user"}


def clean(text: object) -> str:
    """Replace what a line must not have, newlines too, in names of the account and words of the server."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(text))


def clean_lines(text: str) -> str:
    """Clean each line of a text that has several."""
    return "\n".join(map(clean, text.split("\n")))


def out() -> Console:
    """Return a console on stdout that never interprets markup."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(file=sys.stdout, markup=False, emoji=False, highlight=False, width=width)


def err() -> Console:
    """Return a console on stderr, for everything but the result."""
    return Console(file=sys.stderr, markup=False, emoji=False, highlight=False, soft_wrap=True)


def can_ask() -> bool:
    """Tell whether somebody can answer a question."""
    return sys.stdin.isatty() and not getattr(sys.stderr, "failure", None)


def check_answer(*, apply: bool, yes: bool, can_ask: bool) -> None:
    """Raise click.UsageError where --apply needs an answer that nobody can give, or --yes answers nothing."""
    if yes and not apply:
        # Ignoring it would let a script believe that it is done.
        raise click.UsageError("--yes answers what --apply asks: without it nothing is changed")
    if apply and not yes and not can_ask:
        raise click.UsageError("--apply asks before it changes anything, and here nobody can answer: add --yes")


def ask(question: str) -> None:
    """Ask before something is done; raises click.Abort on no, and KeyboardInterrupt on Ctrl-C."""
    try:
        sure = click.confirm(question, err=True)
    except click.Abort:
        raise KeyboardInterrupt from None  # click turns Ctrl-C into Abort
    if not sure:
        raise click.Abort


def print_note(text: object, style: str = "") -> None:
    """Print a remark."""
    err().print(Text(clean(text), style=style))


def print_result(text: str, *, newline: bool = True) -> None:
    """Print a result that another program reads."""
    click.echo(text, file=sys.stdout, nl=newline)


def print_defect(trace: str) -> None:
    """Print a traceback, which may quote what came from outside."""
    click.echo(clean_lines(trace), file=sys.stderr, nl=False)


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


class Steps:
    """How far a run is: a bar in a terminal, else a line for each person who ends; nothing for a short list."""

    def __init__(self, bar: Progress, total: int) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=total)
        self._total = total
        self._ended = 0
        self._has_lines = bar.disable and total >= LONG_LIST

    def begin(self, name: str) -> None:
        """Tell who is under way."""
        self._bar.update(self._task, description=clean(name))

    def end(self, name: str, outcome: str) -> None:
        """Tell what became of somebody."""
        self._ended += 1
        self._bar.advance(self._task)
        if self._has_lines:
            print_note(f"{self._ended} of {self._total}: {name} {outcome}")


@contextmanager
def progress(total: int) -> Iterator[Steps]:
    """Show on stderr how far a run is."""
    console = err()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    has_bar = sys.stderr.isatty() and not console.is_dumb_terminal and total >= LONG_LIST
    with Progress(*columns, console=console, transient=True, disable=not has_bar) as bar:
        yield Steps(bar, total)
