"""Concurrent edits of the sample account by somebody else."""

from collections.abc import Callable

from tests.support import expected_account
from tests.support.expected_account import Item
from tests.support.vendors.env import Env

NORA = "nora@example.com"
PRIMARY = "52f04f1a-0191-5579-955f-411b485b6e32"
"""The rotation Primary of Platform 24x7, in which hari has two places of eight."""
PRIMARY_PATH = f"/rotations/{PRIMARY}$"


def user(account: Item, username: str) -> Item:
    found = expected_account.user_named(account, username)
    assert found
    return {"type": "user", "id": found["id"], "username": username}


def rotation(account: Item, identifier: str = PRIMARY) -> Item:
    found: Item = next(r for s in account["schedules"] for r in s["rotations"] if r["id"] == identifier)
    return found


def add(env: Env, username: str, identifier: str = PRIMARY) -> Callable[[], None]:
    """Return an edit that appends a user to a rotation."""

    def edit() -> None:
        with env.edit() as account:
            rotation(account, identifier)["participants"].append(user(account, username))

    return edit
