"""What every command works with: settings, a connection, the time of day."""

import os
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import IO, NamedTuple, cast

import click
import requests
from flask import current_app

from console import streams
from console.endpoints import ConsoleEndpoints
from service.deadline import Deadline
from service.opsgenie.client import Opsgenie
from service.opsgenie.endpoints import api
from service.parallel import Parallel
from service.settings import Settings, SettingsError
from service.transport.call import Transport
from service.vendors import open_session

TIME_BUDGET = "120"
"""Seconds a person may take where TIME_BUDGET is not set: no Lambda's time runs out here."""

EXIT_INCOMPLETE, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130


class SetupError(click.ClickException):
    """A setting is missing or unusable: nothing was tried."""

    exit_code = EXIT_USAGE


class Connection(NamedTuple):
    """A connection with a deadline of its own."""

    opsgenie: Opsgenie
    api: ConsoleEndpoints
    transport: Transport
    parallel: Parallel


class Desk:
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
        return self._settings or _from_environ(os.environ)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open a connection that has the time for one person."""
        if self._session is None:
            self._session = open_session(self.settings)
        address = self.settings.opsgenie_api_url
        transport = Transport(self._session, api(self.settings), Deadline(self.settings.time_budget))
        with Parallel() as parallel:
            yield Connection(Opsgenie(transport, parallel), ConsoleEndpoints(transport, address), transport, parallel)

    def without_key(self, text: str) -> str:
        """Return a text of the server's without the key, should the server repeat it."""
        return text.replace(self.settings.access_token, "[the key]")

    def tell_defect(self, error: BaseException) -> None:
        """Print the traceback of what this program did not expect."""
        text = self.without_key("".join(traceback.format_exception(error)))
        click.echo(text, file=cast(IO[str], streams.stderr()), nl=False)


def desk() -> Desk:
    """Return the desk of the command that runs; raises SetupError where a setting is missing."""
    found = current_app.extensions["console"]
    assert isinstance(found, Desk)  # noqa: S101 -- for the type checker
    _ = found.settings  # read now, so that nothing is tried where one is missing
    return found


def _from_environ(environ: Mapping[str, str]) -> Settings:
    budget = environ.get("TIME_BUDGET", "").strip() or TIME_BUDGET
    try:
        return Settings.from_environ({**environ, "TIME_BUDGET": budget})
    except SettingsError as error:
        raise SetupError(error.message) from error
