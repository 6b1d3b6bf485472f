"""The options of `offboard` that are about a list, and the people that list and command line name."""

import sys
from collections.abc import Callable, Sequence
from functools import reduce, wraps
from typing import Any, BinaryIO, NamedTuple

import click

from console import terminal
from console.offboard import leavers
from console.offboard.columns import COLUMNS
from console.offboard.csv_table import ListError
from console.offboard.leavers import Defaults
from console.offboard.limits import MOST
from console.offboard.list_rows import Choice
from service.model import Request

BOTH = "--keep-turns leaves the places to no one, --replace-with gives them to somebody: choose one of the two"


class ListOptions(NamedTuple):
    """The list, which of its rows are taken, and how many people may be."""

    csv_file: BinaryIO | None
    choice: Choice
    at_most: int | None

    @property
    def is_stdin(self) -> bool:
        """Whether the list is on standard input, so that nobody can answer there."""
        return self.csv_file is sys.stdin.buffer


def _conditions(_: click.Context, __: click.Parameter, words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for word in words:
        column, _equals, value = (part.strip() for part in word.partition("="))
        if not column or not value:
            raise click.BadParameter(f"write COLUMN=VALUE, not {word!r}")
        pairs.append((column, value))
    return tuple(pairs)


def _print_template(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        terminal.print_result(",".join(COLUMNS))
        context.exit()


OPTIONS = (
    click.option("--from-csv", "csv_file", type=click.File("rb"), metavar="FILE", help="Read a list; - is stdin."),
    click.option("--column", metavar="NAME", help="The list's column that says who leaves."),
    click.option(
        "--where",
        multiple=True,
        metavar="COLUMN=VALUE",
        callback=_conditions,
        help="Take only the rows with this value, in any case; of several, all must hold.",
    ),
    click.option("--all-rows", is_flag=True, help="Take the rows whatever a status in the list says."),
    click.option(
        "--at-most",
        type=click.IntRange(1),
        metavar="N",
        help=f"The most people to take.  [default: {MOST}, or a tenth of the users if that is less]",
    ),
    click.option(
        "--template",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_print_template,
        help="Print an empty list and exit.",
    ),
)


def list_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options to a command, which gets them as `listed`."""

    @wraps(command)
    def with_list(
        *words: Any,
        csv_file: BinaryIO | None,
        column: str | None,
        where: tuple[tuple[str, str], ...],
        all_rows: bool,
        at_most: int | None,
        **others: Any,
    ) -> None:
        choice = Choice(column, where, all_rows)
        command(*words, listed=ListOptions(csv_file, choice, at_most), **others)

    return reduce(lambda made, option: option(made), reversed(OPTIONS), with_list)


def requests_of(emails: Sequence[str], listed: ListOptions, defaults: Defaults) -> list[Request]:
    """Return what is asked for each person of command line and list, and print notes about the list.

    Raises click.UsageError.
    """
    if defaults.keep_turns and defaults.replace_with is not None:
        raise click.UsageError(BOTH)
    people = [leavers.Leaver(email, "", "the command line") for email in emails]
    notes: list[str] = []
    try:
        if listed.csv_file is not None:
            name = "standard input" if listed.is_stdin else listed.csv_file.name
            read, notes = leavers.read_csv(listed.csv_file.read(), name, listed.choice)
            people += read
        elif useless := _without_list(listed.choice):
            raise click.UsageError(f"{useless} is for a list: add --from-csv FILE")
        requests, more = leavers.requests_of(people, defaults)
    except ListError as error:
        raise click.UsageError(str(error)) from error
    if not requests:
        raise click.UsageError("name somebody: EMAIL... or --from-csv FILE")
    for note in (*notes, *more):
        terminal.print_note(f"note: {note}", "yellow")
    return requests


def _without_list(choice: Choice) -> str:
    given = {"--column": choice.column is not None, "--where": choice.where, "--all-rows": choice.all_rows}
    return next((option for option, value in given.items() if value), "")
