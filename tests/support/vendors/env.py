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


@dataclass(frozen=True)
class Moment:
    """The call of a request at which somebody else acts: the `skip`th (from 0) of those that match."""

    method: str
    path: str
    skip: int = 0


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
    client: type
    """The service's client of this vendor."""
    first_look: Moment
    """When everything that holds the person is listed."""
    after_first_look: Moment
    """When that is done, and nothing is written yet."""
    second_look: Moment
    """When what was written is looked at, to keep the account."""
    before_end: Moment
    """The same, to end the account: the last time that anybody asks whether the person is out of everything."""
    end_call: Moment
    """When the account is ended, and asked for where that is refused."""
    put_back: str
    """What is said where somebody puts the person back each time, before the end of the account."""
    chain: int
    """Calls that wait for one another in an off-boarding of the sample account where nothing goes wrong."""
    at_once: int
    """Calls under way at the same time at most."""
    throttled: str
    """The fault that asks to wait for a second."""


def at(env: Env, moment: Moment, act: Callable[[], None], times: int = 1) -> None:
    """Let somebody else act at a moment of the next request."""
    env.simulation.before(moment.method, moment.path, act, times=times, skip=moment.skip)


def asked(env: Env, body: Item, account: Item | None = None) -> Item:
    """Return the account as it must look after the request with this body."""
    options = {"keep": body.get("keep_user", False), "turns": body.get("keep_turns", False)}
    return env.left(account or env.before, body["username"], by=body.get("replace_with"), **options)
