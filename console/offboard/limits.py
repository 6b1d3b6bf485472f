"""How many people one run may take: a list of the wrong people must not empty an account."""

import click

from console import terminal
from console.context import ConsoleContext
from service.errors import ServiceError

MOST = 25
"""The most people that a run takes unless --at-most says more."""

SHARE = 10
"""Nor does it take more than one in so many of the account's users."""

FEW = 5
"""So many people may leave an account of any size, without its users being counted."""


def check(context: ConsoleContext, people: int, at_most: int | None, *, apply: bool) -> None:
    """Raise click.UsageError for more people than the run may take; one call counts the users where that decides."""
    if at_most is not None:
        if people > at_most:
            raise click.UsageError(f"{people} people are more than --at-most {at_most}")
        return
    if not apply or people <= FEW:
        return
    too_many = f"the {MOST} that one run takes" if people > MOST else _too_large_a_share(context, people)
    if too_many:
        raise click.UsageError(
            f"{people} people are more than {too_many}: if all of them leave, add --at-most {people}"
        )


def _too_large_a_share(context: ConsoleContext, people: int) -> str:
    try:
        with context.connect() as connection:
            users = connection.console.count_users(people * SHARE)
    except ServiceError as error:
        why = context.without_key(str(error))
        terminal.print_note(
            f"note: the account's users could not be counted ({why}); up to {MOST} people are taken", "yellow"
        )
        return ""
    return f"a tenth of the account's {users} users" if people * SHARE > users else ""
