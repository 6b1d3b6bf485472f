"""Ctrl-C, a closed terminal or a kill: a run stops where nothing is half done."""

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
    """The signals that end a run: the first asks it to stop, a second one breaks a person off."""

    def __init__(self, sentence: str) -> None:
        """Take what is told at the first signal."""
        self.asked = False
        self._sentence = f"{sentence}\n".encode()
        self._may_interrupt = False
        self._before: dict[int, Any] = {}

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Take the signals as long as the context lasts."""
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        # What is ignored is meant to be: nohup ignores a closed terminal so that the run goes on.
        self._before = {number: handler for number, handler in before.items() if handler not in (signal.SIG_IGN, None)}
        self._watch()
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """Let the signals do what they did before, in the middle of what is watched."""
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
        """Let a second signal raise KeyboardInterrupt; outside none does."""
        self._may_interrupt = True
        try:
            yield
        finally:
            self._may_interrupt = False

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """Let no signal raise KeyboardInterrupt, within `interruptible` either."""
        before, self._may_interrupt = self._may_interrupt, False
        try:
            yield
        finally:
            self._may_interrupt = before

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        if not self.asked:
            self.asked = True
            # Nothing more than this: the signal may come in the middle of another print, and the terminal may be gone.
            with suppress(OSError):
                os.write(STDERR, self._sentence)
        elif self._may_interrupt:
            self._may_interrupt = False
            raise KeyboardInterrupt


def interruptible(command: Callable[P, None]) -> Callable[P, None]:
    """Let Ctrl-C end a command with the exit code that shells give it, where click has 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except KeyboardInterrupt:
            terminal.print_note("interrupted")
            click.get_current_context().exit(EXIT_INTERRUPTED)

    return run
