"""What a test of behaviour needs of a vendor: an account with the service in front of it, and what has to hold."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from local.simulator.simulation import BaseSimulation
from tests.support.expected_account import Item
from tests.support.service_env import Answer
from tests.support.virtual_time import VirtualLine


class Env(Protocol):
    """One account at one vendor, in the words of Opsgenie, with the service in front of it."""

    before: Item
    """The whole account as it was at first."""

    @property
    def simulation(self) -> BaseSimulation[Any]:
        """The simulated vendor."""

    @property
    def line(self) -> VirtualLine:
        """The line to it."""

    def post(self, **body: Any) -> Answer:
        """Send a request."""

    def snapshot(self) -> Item:
        """Return a copy of the whole account as it is now."""

    def edit(self) -> AbstractContextManager[Item]:
        """Change the account by hand while every request waits."""

    def left(
        self, account: Item, username: str, *, by: str | None = None, keep: bool = False, turns: bool = False
    ) -> Item:
        """Return the account as it must look after somebody has left; see `expected_account.left`."""

    def check(self, answer: Answer, final: Item, *, edited: Item | None = None) -> None:
        """Check an answer with the account; see `expected_account.check`."""

    def on_calls(self, account: Item, moment: datetime) -> dict[str, list[str]]:
        """Return who is on call in each schedule at a moment, by the simulation."""


@dataclass(frozen=True)
class Vendor:
    """A vendor's room of the suite: what differs by nature, as data."""

    name: str
    open: Callable[..., Env]
    """Takes an account in Opsgenie's words, None for the sample; `end`, `budget` and the vendor's own settings."""
    repeats: Mapping[str, int]
    """The ends of an account, with the status of a second request after each."""
    not_checked: str
    """The sentence that each answer has about what no survey shows."""


def asked(env: Env, body: Item, account: Item | None = None) -> Item:
    """Return the account as it must look after the request with this body."""
    options = {"keep": body.get("keep_user", False), "turns": body.get("keep_turns", False)}
    return env.left(account or env.before, body["username"], by=body.get("replace_with"), **options)
