"""Ctrl-C, a closed terminal or a kill: a run stops where nothing is half done."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from types import FrameType
from typing import ParamSpec

import click

from console import screen
from console.desk import EXIT_INTERRUPTED

P = ParamSpec("P")


class Interrupts:
    """The signals that end a run: the first asks it to stop, a second one breaks a person off."""

    def __init__(self, on_first: Callable[[], None]) -> None:
        self.asked = False
        self._on_first = on_first
        self._breakable = False

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Take the signals as long as the context lasts."""
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        # What is ignored is meant to be: nohup ignores a closed terminal so that the run goes on.
        taken = {number: handler for number, handler in before.items() if handler not in (signal.SIG_IGN, None)}
        for number in taken:
            signal.signal(number, self._take)
        try:
            yield
        finally:
            for number, handler in taken.items():
                signal.signal(number, handler)

    @contextmanager
    def breakable(self) -> Iterator[None]:
        """Let a second signal raise KeyboardInterrupt; outside none does."""
        self._breakable = True
        try:
            yield
        finally:
            self._breakable = False

    @contextmanager
    def unbroken(self) -> Iterator[None]:
        """Let no signal raise KeyboardInterrupt, in the middle of what is breakable."""
        before, self._breakable = self._breakable, False
        try:
            yield
        finally:
            self._breakable = before

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        if not self.asked:
            self.asked = True
            with suppress(RuntimeError):  # the signal may come in the middle of another print
                self._on_first()
        elif self._breakable:
            self._breakable = False
            raise KeyboardInterrupt


def interruptible(command: Callable[P, None]) -> Callable[P, None]:
    """Let Ctrl-C end a command with the exit code that shells give it, where click has 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except KeyboardInterrupt:
            screen.say("interrupted")
            click.get_current_context().exit(EXIT_INTERRUPTED)

    return run
