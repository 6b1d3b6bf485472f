"""A click command that ends as its work did, whatever becomes of its output."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from console import streams, terminal

EXIT_UNWRITTEN = 3
"""All went well, but what there is to say of it could not be written."""


class SafeCommand(click.Command):
    """A command with safe streams, which cleans the errors that it prints of control characters."""

    def make_context(self, *words: Any, **options: Any) -> click.Context:
        """Read the command line."""
        streams.protect()
        with _ends():
            return super().make_context(*words, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; it exits with 3 where it would with 0, but standard output cannot be written."""
        with _ends():
            super().invoke(ctx)
            ctx.exit(0)


@contextmanager
def _ends() -> Iterator[None]:
    try:
        yield
    except click.exceptions.Exit as end:
        if (failure := streams.failure()) and failure.errno not in streams.NOBODY_READS:
            terminal.print_note(f"the output could not be written: {failure.strerror}", "red")
            raise click.exceptions.Exit(end.exit_code or EXIT_UNWRITTEN) from end
        raise
    except click.ClickException as error:
        vars(error)["message"] = terminal.clean_lines(error.message)  # typed as final
        raise
