"""The calls of each kind of request at which faults are injected, and what a vendor's faults are."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.simulator.faults import Fault
from tests.support.expected_account import Item
from tests.support.vendors.env import Env
from tests.support.virtual_time import Hang, Refused, virtual_time


@dataclass(frozen=True)
class Point:
    """A call of a request: the `skip`th (from 0) of those with this method and path."""

    method: str
    path: str
    skip: int


Points = tuple[Point, ...]


def _refused(_: Any) -> Any:
    raise Refused


def _hang(_: Any) -> Any:
    raise Hang


def _hang_lost(situation: Any) -> Any:
    situation.act()
    raise Hang


def _cut(situation: Any) -> Any:
    """Break the connection in the middle of the answer."""
    answer = situation.act()
    answer.headers["Content-Length"] = str(len(answer.get_data()))
    answer.response = [answer.get_data()[:20]]
    return answer


NETWORK: Mapping[str, Fault] = {"refused": _refused, "hang": _hang, "hang-lost": _hang_lost, "cut": _cut}
"""What a network does to any call, in virtual time."""

HEALS = {"429", "429+retry-after", "500", "503", "drop", "lost", "refused", "hang", "hang-lost", "cut", "gone"}
HEALS |= {"lost+later", "202+done", "accepted+done"}
"""Faults that a request survives if they happen once."""


@dataclass(frozen=True)
class FaultRoom:
    """What differs between the fault tables of the vendors, as data and pure functions."""

    name: str
    kinds: Mapping[str, Item]
    """The kinds of requests, by their bodies."""
    open: Callable[[str], Env]
    """Takes a kind of request."""
    faults: Mapping[str, Fault]
    """What a network and a busy server do to any call."""
    odd: Mapping[str, Fault]
    """What the vendor may answer to a read or to a write besides what its documents say."""
    takes: Callable[[Point, str], bool]
    """Tells whether a fault is for calls like this."""
    is_read: Callable[[Point], bool]
    endpoint: Callable[[Point], tuple[str, str, int]]
    """Returns the documented endpoint: the same for each schedule or team."""
    ends: Callable[[Point], bool]
    """Tells whether a call ends an account."""
    told: Callable[[Point, str], str]
    """Returns a pattern of the sentence that says that this read failed; empty where it stops the request."""
    remove: Callable[[Item, str], Item]
    """Returns the account without what a path names."""
    is_about_leaver: Callable[[str], bool]
    is_about_replacement: Callable[[str], bool]
    refuses: bool
    """Whether an account in use is asked for, and refused."""
    lists_outlast: Callable[[str], bool]
    """Tells of a kind whether what stands in a list that is not read outlasts the account."""
    chain: int
    """Calls that wait for one another at most where nothing goes wrong."""
    after_gone: Collection[int]
    """The statuses of a request during which the thing that a call is about goes."""
    quick: Callable[[str], tuple[Point, ...]]
    """Returns the calls of a kind that `make test` lets fail."""
    quick_faults: Collection[str]
    """The faults with which it does."""
    every: Callable[[str], tuple[Point, ...]]
    """Returns the calls of a kind that `make test-all` lets fail."""
    _points: dict[str, Points] = field(default_factory=dict)

    def points(self, kind: str) -> Points:
        """Record the calls that this kind of request makes without any fault."""
        if kind not in self._points:
            with virtual_time(threads=False):
                env = self.open(kind)
                env.post(**self.kinds[kind])
            seen: list[tuple[str, str]] = []
            found = []
            for call in env.simulation.calls:
                found.append(Point(call.method, call.path, seen.count((call.method, call.path))))
                seen.append((call.method, call.path))
            self._points[kind] = tuple(found)
        return self._points[kind]

    def first_of_each_endpoint(self, kind: str) -> Points:
        """Return one call per endpoint: the first rotation, team and so on."""
        return tuple({self.endpoint(point): point for point in reversed(self.points(kind))}.values())[::-1]

    def refused_ends(self, kind: str) -> Points:
        """Return the calls that ask, by ending the account while it is in use, what else uses it."""
        return tuple(point for point in self.points(kind) if self.ends(point))[:-1] if self.refuses else ()
