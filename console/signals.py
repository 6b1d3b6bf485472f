"""Stop a run on Ctrl-C, SIGTERM or SIGHUP where nothing is half done."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from types import FrameType
from typing import Any, ParamSpec

import click

from console import terminal
from console.context import EXIT_INTERRUPTED

P = ParamSpec("P")

STDERR = 2


class Interrupts:
    """The signals that end a run: the first asks it to stop, a second aborts a person."""

    def __init__(self, sentence: str) -> None:
        """Take the notice for the first signal."""
        self.asked = False
        self._sentence = f"{sentence}\n".encode()
        self._may_interrupt = False
        self._before: dict[int, Any] = {}

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Handle the signals within the context."""
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        # Leave ignored signals ignored: nohup ignores SIGHUP so that the run goes on.
        self._before = {number: handler for number, handler in before.items() if handler not in (signal.SIG_IGN, None)}
        self._watch()
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """Restore the previous handlers within the context."""
        self._leave()
        try:
            yield
        finally:
            self._watch()

    def _watch(self) -> None:
        for number in self._before:
            signal.signal(number, self._take)

    def _leave(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let a second signal raise KeyboardInterrupt within the context."""
        self._may_interrupt = True
        try:
            yield
        finally:
            self._may_interrupt = False

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """Let no signal raise KeyboardInterrupt, even within `interruptible`."""
        before, self._may_interrupt = self._may_interrupt, False
        try:
            yield
        finally:
            self._may_interrupt = before

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        if not self.asked:
            self.asked = True
            # Only a bare write: the signal may come in the middle of a print, and the terminal may be gone.
            with suppress(OSError):
                os.write(STDERR, self._sentence)
        elif self._may_interrupt:
            self._may_interrupt = False
            raise KeyboardInterrupt


def interruptible(command: Callable[P, None]) -> Callable[P, None]:
    """Exit with 130 on Ctrl-C, as shells do; click would exit with 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except KeyboardInterrupt:
            terminal.print_note("interrupted")
            click.get_current_context().exit(EXIT_INTERRUPTED)

    return run
