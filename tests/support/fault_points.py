"""The calls of each kind of request, at which faults are injected."""

import json
import re
from dataclasses import dataclass
from functools import cache

from local.opsgenie import sample_account
from local.opsgenie.faults import READ_FAULTS, WRITE_FAULTS
from local.simulator.store import copied
from tests.support import expected_account
from tests.support.expected_account import Item
from tests.support.service_env import ServiceEnv
from tests.support.virtual_time import virtual_time

HARI, KOFI = "hari@example.com", "kofi@example.com"
BODIES: dict[str, Item] = {
    "delete": {"username": HARI},
    "replace": {"username": HARI, "replace_with": KOFI},
    "keep_user": {"username": HARI, "keep_user": True},
    "keep_turns": {"username": HARI, "keep_turns": True},
}
HIDDEN: dict[str, Item] = {"hidden": BODIES["delete"], "hidden+keep_user": BODIES["keep_user"]}
"""Requests for an account with an override that no list shows by person."""

KINDS = {**BODIES, **HIDDEN}

UNREAD = "overrides in schedules that hold the person in no other way"
TOLD = {
    r"/v2/schedules/on-calls": "who is on call",
    r"/v2/schedules": "its times were not read",
    r".*\.ics": UNREAD,
}
"""Reads that only tell, with a pattern of the sentence that says that one failed."""

NO_PLAN = {"402", "403+plan", "410"}
NOT_IN_PLAN = {
    r".*/overrides": r"^overrides( of .+)?: ",
    r".*/forwarding-rules": "^forwarding rules: Opsgenie does not have them for this account",
    r"/v2/users": "^who is blocked: Opsgenie does not list it",
}
"""Reads of what a plan may not include, with a pattern of the sentence that says so."""


def trimmed(account: Item, users: int) -> Item:
    """Drop some users who are in nothing: each of thousands of cases copies the account."""
    held = json.dumps({**account, "users": []})
    some = [user for user in account["users"] if user["id"] in held or user["username"] in held]
    return {**account, "users": [*some, *[user for user in account["users"] if user not in some][: users - len(some)]]}


ACCOUNT = trimmed(sample_account(), 40)


def account_of(kind: str) -> Item:
    """Return the account of a kind of request."""
    if kind not in HIDDEN:
        return ACCOUNT
    account = copied(ACCOUNT)
    user = {"type": "user", "id": expected_account.user_of(account, HARI)["id"], "username": HARI}
    dates = {"startDate": "2026-12-24T00:00:00Z", "endDate": "2026-12-26T00:00:00Z"}
    schedule = next(schedule for schedule in account["schedules"] if schedule["name"] == "Support desk")
    schedule["overrides"].append({"alias": "holidays", "user": user, **dates})
    return account


@dataclass(frozen=True)
class Point:
    """A call of a request: the `skip`th (from 0) of those with this method and path."""

    method: str
    path: str
    skip: int

    @property
    def endpoint(self) -> tuple[str, str, int]:
        """The documented endpoint: the same for each schedule or team."""
        return self.method, re.sub(r"(?<=/)[^/]*[0-9@%][^/]*(?=/|$)", "*", self.path.removeprefix("/v2/")), self.skip

    @property
    def ends(self) -> bool:
        """Whether the call deletes an account."""
        return self.method == "DELETE" and self.path.startswith("/v2/users/")

    def told(self, fault: str) -> str:
        """Return a pattern of the sentence that says that this failed; empty where it stops the request."""
        if self.method != "GET":
            return ""
        if (self.path, self.skip) == ("/v2/schedules", 1):  # the second one is for the overrides in all of them
            return UNREAD
        optional = NO_PLAN | ({"404", "422"} if self.path == "/v2/users" else set())
        known = {**TOLD, **(NOT_IN_PLAN if fault in optional else {})}
        return next((words for path, words in known.items() if re.fullmatch(path, self.path)), "")

    def takes(self, fault: str) -> bool:
        """Tell whether the fault is for calls like this."""
        if fault == "unchanged":
            return self.method == "PATCH"
        return fault not in (WRITE_FAULTS if self.method == "GET" else READ_FAULTS)


@cache
def refused_deletes(kind: str) -> tuple[Point, ...]:
    """Return the calls that ask, by deleting the account while it is in use, what else uses it."""
    return tuple(point for point in points(kind) if point.ends)[:-1]


@cache
def points(kind: str) -> tuple[Point, ...]:
    """Record the calls that this kind of request makes without any fault."""
    with virtual_time(threads=False):
        service_env = ServiceEnv(account_of(kind))
        service_env.post(**KINDS[kind])
    seen: list[tuple[str, str]] = []
    found = []
    for call in service_env.simulation.calls:
        found.append(Point(call.method, call.path, seen.count((call.method, call.path))))
        seen.append((call.method, call.path))
    return tuple(found)


def first_of_each_endpoint(kind: str) -> tuple[Point, ...]:
    """Return one call per endpoint: the first rotation, team and so on."""
    return tuple({point.endpoint: point for point in reversed(points(kind))}.values())[::-1]
