"""Opsgenie's room of the suite."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from service.opsgenie.client import Opsgenie
from service.parallel import AT_ONCE
from tests.support import expected_account
from tests.support.expected_account import Item
from tests.support.service_env import Answer, ServiceEnv
from tests.support.vendors.env import Moment, Vendor


class OpsgenieEnv(ServiceEnv):
    """The simulated Opsgenie with the service in front of it; an account ends by `delete`."""

    def __init__(self, account: Item | None = None, *, end: str = "delete", **settings: Any) -> None:
        assert end == "delete"
        super().__init__(account, **settings)

    @contextmanager
    def edit(self) -> Iterator[Item]:
        """Change the account by hand while every request waits."""
        with self.simulation.edit() as account:
            yield account

    def left(
        self, account: Item, username: str, *, by: str | None = None, keep: bool = False, turns: bool = False
    ) -> Item:
        """Return the account as it must look after somebody has left."""
        return expected_account.left(account, username, by=by, keep=keep, turns=turns)

    def check(self, answer: Answer, final: Item, *, edited: Item | None = None) -> None:
        """Check an answer with the account."""
        expected_account.check(self.before, self.snapshot(), final, answer.status, answer.body, edited=edited)

    def on_calls(self, account: Item, moment: datetime) -> dict[str, list[str]]:
        """Return who is on call in each schedule at a moment."""
        return expected_account.on_calls(account, moment)


FIRST_LOOK = Moment("GET", "/users/[^/]*/schedules$")
DELETE = Moment("DELETE", "/v2/users/")

OPSGENIE = Vendor(
    name="opsgenie",
    open=OpsgenieEnv,
    repeats={"delete": 404},
    not_checked=(
        "overrides in other schedules that give no turn in the next three months: Opsgenie shows none by person"
    ),
    client=Opsgenie,
    first_look=FIRST_LOOK,
    after_first_look=DELETE,
    second_look=replace(FIRST_LOOK, skip=1),
    before_end=replace(DELETE, skip=1),
    end_call=DELETE,
    put_back="still refuses to delete the user: User cannot be modified",
    chain=8,
    at_once=AT_ONCE,
    throttled="429+retry-after",
)
