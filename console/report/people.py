"""Find the people who are counted on and cannot be called."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from console.report.inventory import (
    Inventory,
    Place,
    User,
    forwarding_participants,
    key_of,
    on_call_participants,
    user_of,
    username_of,
)
from service.model import Participant

NO_ACCOUNT = "no account"
"""The state of somebody who is named and is not among the users."""


@dataclass(frozen=True)
class InactiveUser:
    """Somebody who can no longer be called and still stands somewhere; `state` is the vendor's word for why."""

    username: str
    full_name: str
    state: str
    places: tuple[str, ...]


@dataclass(frozen=True)
class UnreachableUser:
    """Somebody on call who would not hear an alert."""

    username: str
    full_name: str
    problems: tuple[str, ...]
    places: tuple[str, ...]


def inactive_users(inventory: Inventory) -> Iterator[InactiveUser]:
    """Yield who can no longer be called, with every place that still names them."""
    entries = chain(on_call_participants(inventory), forwarding_participants(inventory))
    for user, one, places in _by_person(inventory, entries):
        if state := user.state if user else NO_ACCOUNT:
            yield InactiveUser(username_of(inventory, one), user.full_name if user else "", state, places)


def unreachable_users(inventory: Inventory) -> Iterator[UnreachableUser]:
    """Yield who is on call and has an account that works, but no way to hear an alert."""
    for user, _, places in _by_person(inventory, on_call_participants(inventory)):
        if user and not user.state and (problems := _problems(user)):
            yield UnreachableUser(user.username, user.full_name, problems, places)


def _by_person(
    inventory: Inventory, entries: Iterable[Place]
) -> list[tuple[User | None, Participant, tuple[str, ...]]]:
    places: dict[tuple[str, str], list[str]] = {}
    who: dict[tuple[str, str], Participant] = {}
    for kind, name, one in entries:
        key = key_of(inventory, one)
        who.setdefault(key, one)
        places.setdefault(key, []).append(f"{kind} {name}")
    return [(user_of(inventory, one), one, tuple(dict.fromkeys(places[key]))) for key, one in who.items()]


def _problems(user: User) -> tuple[str, ...]:
    words = {"never verified": not user.verified, "no contact method enabled": user.reachable is False}
    return tuple(word for word, holds in words.items() if holds)
