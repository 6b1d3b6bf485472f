"""What every command works with: settings, a connection, the time of day."""

import os
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import IO, cast

import click
import requests
from flask import current_app

from console import terminal, vendors
from console.client import Connection
from service.client import Capabilities
from service.deadline import Deadline
from service.parallel import Parallel
from service.settings import Settings, SettingsError
from service.vendors import capabilities, open_session

TIME_BUDGET = "120"
"""Seconds a person may take where TIME_BUDGET is not set: no Lambda's time runs out here."""

EXIT_INCOMPLETE, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130


class SetupError(click.ClickException):
    """A setting is missing or unusable: nothing was tried."""

    exit_code = EXIT_USAGE


class ConsoleContext:
    """Settings, session and clock of a command."""

    def __init__(
        self, settings: Settings | None, session: requests.Session | None, now: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._session = session
        self.now = now

    @cached_property
    def settings(self) -> Settings:
        """The settings; those that are missing end the command with a sentence."""
        with _setup_errors():
            return self._settings or _from_environ(os.environ)

    @cached_property
    def session(self) -> requests.Session:
        """The session; a proxy or CA bundle that cannot be used ends the command with a sentence."""
        with _setup_errors():
            return self._session or open_session(self.settings)

    @cached_property
    def capabilities(self) -> Capabilities:
        """What the chosen vendor can do."""
        return capabilities(self.settings)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open a connection that has the time for one person."""
        deadline = Deadline(self.settings.time_budget)
        with Parallel() as parallel:
            yield vendors.connect(self.settings, self.session, deadline, parallel)

    def without_key(self, text: str) -> str:
        """Return a text of the server's without the key, should the server repeat it."""
        return text.replace(self.settings.access_token, "[the key]")

    def tell_defect(self, error: BaseException) -> None:
        """Print the traceback of what this program did not expect."""
        text = self.without_key("".join(traceback.format_exception(error)))
        click.echo(text, file=cast(IO[str], terminal.stderr()), nl=False)


def current_context() -> ConsoleContext:
    """Return the context of the command that runs; raises SetupError where a setting is missing or unusable."""
    found = current_app.extensions["console"]
    assert isinstance(found, ConsoleContext)  # noqa: S101 -- for the type checker
    _ = found.session  # opened now, so that nothing is tried where a setting is missing
    return found


def _from_environ(environ: Mapping[str, str]) -> Settings:
    budget = environ.get("TIME_BUDGET", "").strip() or TIME_BUDGET
    return Settings.from_environ({**environ, "TIME_BUDGET": budget})


@contextmanager
def _setup_errors() -> Iterator[None]:
    """Let a setting that is wrong end the command as a SetupError."""
    try:
        yield
    except SettingsError as error:
        raise SetupError(error.message) from error
