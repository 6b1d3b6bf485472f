"""The context of every command: settings, connection and clock."""

import os
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property

import click
from flask import current_app

from console import terminal, vendors
from console.client import Connection
from console.deadline import PersonDeadline
from console.record.place import Place, place_of
from service import near_names
from service.client import Capabilities
from service.parallel import Parallel
from service.settings import Settings, SettingsError
from service.transport.session import Session
from service.vendors import capabilities, open_session

TIME_BUDGET = "120"
"""Seconds per person unless TIME_BUDGET is set: there is no Lambda time-out here."""

EXIT_INCOMPLETE, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130


class SetupError(click.ClickException):
    """A setting is missing or unusable: nothing was tried."""

    exit_code = EXIT_USAGE


class ConsoleContext:
    """Settings, session and clock of a command."""

    def __init__(self, settings: Settings | None, session: Session | None, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._session = session
        self.now = now

    @cached_property
    def settings(self) -> Settings:
        """The settings; a missing one ends the command with a message."""
        with _setup_errors():
            return self._settings or _from_environ(os.environ)

    @cached_property
    def session(self) -> Session:
        """The session; an unusable proxy or CA bundle ends the command with a message."""
        with _setup_errors():
            return self._session or open_session(self.settings)

    @cached_property
    def capabilities(self) -> Capabilities:
        """What the chosen vendor can do."""
        return capabilities(self.settings)

    @cached_property
    def place(self) -> Place:
        """The product and the site or host that the settings are for."""
        return place_of(self.settings)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open a connection with one person's time budget."""
        deadline = PersonDeadline(self.settings.time_budget, self._tell_wait)
        with Parallel(deadline.break_off) as parallel:
            yield vendors.connect(self.settings, self.session, deadline, parallel)

    def _tell_wait(self, seconds: int) -> None:
        terminal.print_note(f"{self.capabilities.product} asks to wait: going on in {seconds} seconds")

    def without_key(self, text: str) -> str:
        """Mask every secret in a text from the server, which may echo it."""
        for secret in self.settings.secrets:
            text = text.replace(secret, "[the key]")
        return text

    def tell_defect(self, error: BaseException) -> None:
        """Print the traceback of an unexpected error."""
        terminal.print_defect(self.without_key("".join(traceback.format_exception(error))))


def current_context() -> ConsoleContext:
    """Return the running command's context; raises SetupError if a setting is missing or invalid."""
    found = current_app.extensions["console"]
    assert isinstance(found, ConsoleContext)  # noqa: S101 -- for the type checker
    _ = found.session  # opened now: a missing setting must fail before any call
    return found


def _from_environ(environ: Mapping[str, str]) -> Settings:
    for note in near_names.notes(environ):
        terminal.print_note(f"note: {note}", "yellow")
    budget = environ.get("TIME_BUDGET", "").strip() or TIME_BUDGET
    return Settings.from_environ({**environ, "TIME_BUDGET": budget})


@contextmanager
def _setup_errors() -> Iterator[None]:
    """Turn a SettingsError into a SetupError."""
    try:
        yield
    except SettingsError as error:
        raise SetupError(error.message) from error
