"""What every command works with: settings, a connection, the time of day."""

import os
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import cached_property
from typing import IO, NamedTuple, cast

import click
import requests
from flask import current_app

from console import streams
from console.endpoints import ConsoleEndpoints
from service.deadline import Deadline
from service.model import Change, Person, Survey
from service.opsgenie import Opsgenie
from service.parallel import Parallel
from service.settings import Settings, SettingsError
from service.transport import Transport, open_session

TIME_BUDGET = "120"
"""Seconds a person may take where TIME_BUDGET is not set: no Lambda's time runs out here."""

EXIT_INCOMPLETE, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130


class SetupError(click.ClickException):
    """A setting is missing or unusable: nothing was tried."""

    exit_code = EXIT_USAGE


class Observed(Opsgenie):
    """The same client, which keeps whom it found and what it surveyed first: a record has that whatever happens next.

    `before_writing` is called with each change before it is made, and without one before a rotation or an escalation is
    read to be written; what it raises keeps the change from being made.
    """

    def __init__(self, transport: Transport, parallel: Parallel) -> None:
        super().__init__(transport, parallel)
        self.found: dict[str, Person] = {}
        self.seen: Survey | None = None
        self.before_writing: Callable[[Change | None], None] = lambda _: None

    def find(self, username: str) -> Person:
        """Return the user with this username or id, and remember it."""
        person = super().find(username)
        self.found[username] = person
        return person

    def survey(self, person: Person, *, thorough: bool = False) -> Survey:
        """Read everything that holds the person, and remember the first survey."""
        survey = super().survey(person, thorough=thorough)
        self.seen = self.seen or survey
        return survey

    def turn(self) -> AbstractContextManager[object]:
        """Wait for a turn, like any client, after what has to come before a change.

        In the turn it would take time between a read and the write that is made from it.
        """
        self.before_writing(None)
        return super().turn()

    def make(self, change: Change) -> None:
        """Carry the change out, like any client, after what has to come before it."""
        self.before_writing(change)
        super().make(change)


class Connection(NamedTuple):
    """A connection with a deadline of its own."""

    opsgenie: Observed
    api: ConsoleEndpoints
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
        with _told():
            return self._settings or _from_environ(os.environ)

    @cached_property
    def session(self) -> requests.Session:
        """The session; a way to Opsgenie that cannot be used ends the command with a sentence."""
        with _told():
            return self._session or open_session(self.settings)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open a connection that has the time for one person."""
        address = self.settings.opsgenie_api_url
        transport = Transport(self.session, address, Deadline(self.settings.time_budget))
        with Parallel() as parallel:
            yield Connection(Observed(transport, parallel), ConsoleEndpoints(transport, address), parallel)

    def without_key(self, text: str) -> str:
        """Return a text of the server's without the key, should the server repeat it."""
        return text.replace(self.settings.access_token, "[the key]")

    def tell_defect(self, error: BaseException) -> None:
        """Print the traceback of what this program did not expect."""
        text = self.without_key("".join(traceback.format_exception(error)))
        click.echo(text, file=cast(IO[str], streams.stderr()), nl=False)


def desk() -> Desk:
    """Return the desk of the command that runs; raises SetupError where a setting is missing or unusable."""
    found = current_app.extensions["console"]
    assert isinstance(found, Desk)  # noqa: S101 -- for the type checker
    _ = found.session  # opened now, so that nothing is tried where a setting is missing
    return found


def _from_environ(environ: Mapping[str, str]) -> Settings:
    budget = environ.get("TIME_BUDGET", "").strip() or TIME_BUDGET
    return Settings.from_environ({**environ, "TIME_BUDGET": budget})


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except SettingsError as error:
        raise SetupError(error.message) from error
