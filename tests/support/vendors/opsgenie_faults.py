"""Opsgenie's fault table: its requests, its endpoints, and which of its reads only tell."""

import json
import re

from local.opsgenie import sample_account
from local.opsgenie.faults import FAULTS, READ_FAULTS, WRITE_FAULTS
from local.simulator.store import copied
from tests.support import expected_account
from tests.support.expected_account import Item
from tests.support.removals import is_about_user, remove
from tests.support.vendors.faults import NETWORK, FaultRoom, Point
from tests.support.vendors.opsgenie import OpsgenieEnv

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


def _quick(kind: str) -> tuple[Point, ...]:
    """Return a call per endpoint for `delete`, and for other kinds those that differ."""
    points = ROOM.first_of_each_endpoint(kind)
    if kind == "replace":
        ends = [point for point in points if point.method == "PATCH" or ROOM.ends(point)]
        return tuple([point for point in ROOM.points(kind) if "kofi" in point.path] + ends)
    if kind == "keep_turns":
        return tuple(point for point in points if point.method == "PATCH" and "/rotations/" in point.path)
    known = {point for point in ROOM.points("delete") if point.method == "GET" and kind != "delete"}
    return tuple(point for point in points if point not in known)


def _every(kind: str) -> tuple[Point, ...]:
    return ROOM.points(kind)


def quick_odd_points(kind: str) -> tuple[Point, ...]:
    """Return the calls of which an odd answer differs: each endpoint for `delete`, then updates."""
    if kind == "delete":
        return _quick(kind)
    return tuple(point for point in ROOM.first_of_each_endpoint(kind) if point.method == "PATCH")


def hidden_points(kind: str) -> tuple[Point, ...]:
    """Return the calls for the sake of an override that no list shows, the first of which is for the calendar."""
    known = ROOM.points("keep_user" if "keep_user" in HIDDEN[kind] else "delete")
    return tuple(point for point in ROOM.points(kind) if point.path.endswith(".ics") or point not in known)


def _endpoint(point: Point) -> tuple[str, str, int]:
    path = re.sub(r"(?<=/)[^/]*[0-9@%][^/]*(?=/|$)", "*", point.path.removeprefix("/v2/"))
    return point.method, path, point.skip


def _told(point: Point, fault: str) -> str:
    if point.method != "GET":
        return ""
    if (point.path, point.skip) == ("/v2/schedules", 1):  # the second one is for the overrides in all of them
        return UNREAD
    optional = NO_PLAN | ({"404", "422"} if point.path == "/v2/users" else set())
    known = {**TOLD, **(NOT_IN_PLAN if fault in optional else {})}
    return next((words for path, words in known.items() if re.fullmatch(path, point.path)), "")


def _takes(point: Point, fault: str) -> bool:
    if fault == "unchanged":
        return point.method == "PATCH"
    return fault not in (WRITE_FAULTS if point.method == "GET" else READ_FAULTS)


ROOM: FaultRoom = FaultRoom(
    name="opsgenie",
    kinds=KINDS,
    open=lambda kind: OpsgenieEnv(account_of(kind)),
    faults={**FAULTS, **NETWORK},
    odd={**READ_FAULTS, **WRITE_FAULTS},
    takes=_takes,
    is_read=lambda point: point.method == "GET",
    endpoint=_endpoint,
    ends=lambda point: point.method == "DELETE" and point.path.startswith("/v2/users/"),
    told=_told,
    remove=remove,
    is_about_leaver=is_about_user,
    is_about_replacement=lambda path: "kofi" in path,
    refuses=True,
    lists_outlast=lambda kind: "keep_user" in KINDS[kind],
    chain=8,
    after_gone={200, 404, 409},
    quick=_quick,
    quick_faults=tuple(dict.fromkeys((*FAULTS, *NETWORK, "gone"))),
    every=lambda kind: ROOM.points(kind),
)
