"""The fault table of a site: its requests, its endpoints, and which of its reads only tell."""

import re

from local.jsm import Quirks
from local.jsm.faults import faults
from local.jsm.simulation import READS_BY_POST
from tests.support import removals
from tests.support.expected_account import Item
from tests.support.small_account import account, email
from tests.support.vendors.faults import NETWORK, FaultRoom, Point
from tests.support.vendors.jsm import JsmEnv

LEA, UMA = email("lea"), email("uma")
KINDS: dict[str, Item] = {
    "suspend": {"username": LEA},
    "remove": {"username": LEA},
    "replace": {"username": LEA, "replace_with": UMA},
    "keep_user": {"username": LEA, "keep_user": True},
    "keep_turns": {"username": LEA, "keep_turns": True},
}
ENDS = {"remove": "remove", "keep_user": "none"}

KNOWN = faults(Quirks)
OF_ANY_CALL = ("429", "503", "403", "404", "html", "html-lost", "truncated", "hang", "drop", "lost", "redirect")
OF_READS = ("null", "401", "401+scope", "402", "403+operations", "403+plan", "410", "422")
OF_WRITES = ("202", "202+done", "202+later", "bare", "unchanged", "lost+later", "401+scope", "402", "405", "409", "422")

QUICK = (
    *("429", "hang", "lost", "403", "404", "html-lost", "gone", "402", "null"),
    *("202", "202+done", "202+later", "bare", "unchanged", "lost+later"),
)
"""Faults of each kind; the others differ by their status or by a few words."""

UNREAD = "overrides in schedules that hold the person in no other way"
NO_PLAN = {"402", "403+plan"}

API = re.compile(
    r"^/jsm/ops/api/[^/]+/v1/|^/admin/v2/orgs/[^/]+/directories/[^/]+/|^/gateway/api/public/.*?/org/[^/]+/"
)
"""What is before the thing in a path."""


def leaving() -> Item:
    """Make a small account in which one of everything holds lea."""
    start = account(
        rotations={"r": ["lea", "team t", "rex", "none"], "other": ["rex"]},
        escalations={"e": ["lea", "rex"]},
        teams={"t": ["lea", "rex", "uma:admin"]},
        routing_rules={"t": ["escalation e"]},
    )
    dates = {"startDate": "2026-11-20T00:00:00Z", "endDate": "2036-11-20T00:00:00Z"}
    lea, rex = ({"id": name, "username": email(name)} for name in ("lea", "rex"))
    over = {"startDate": "2025-11-20T00:00:00Z", "endDate": "2025-11-21T00:00:00Z"}
    user = {"type": "user", **lea}
    start["schedules"][1]["overrides"] = [
        {"alias": "o", "user": user, **dates},
        {"alias": "over", "user": user, **over},
    ]
    start["forwardingRules"] = [{"id": "f", "fromUser": rex, "toUser": lea, **dates}]
    return start


def _open(kind: str) -> JsmEnv:
    return JsmEnv(leaving(), end=ENDS.get(kind, "suspend"))


def _is_read(point: Point) -> bool:
    return point.method == "GET" or bool(READS_BY_POST.search(point.path))


def _endpoint(point: Point) -> tuple[str, str, int]:
    path = re.sub(r"(schedules|teams|rotations|escalations|overrides|forwarding-rules)/[^/]+", r"\1/*", point.path)
    return point.method, path, point.skip


def _takes(point: Point, fault: str) -> bool:
    if fault == "unchanged":
        return point.method == "PATCH"
    if fault in OF_ANY_CALL or fault in NETWORK or fault == "gone":
        return True
    return fault in (OF_READS if _is_read(point) else OF_WRITES)


def _quick(kind: str) -> tuple[Point, ...]:
    """Return a call per endpoint for `suspend`, and for other kinds what differs."""
    points = ROOM.first_of_each_endpoint(kind)
    if kind == "suspend":
        # The second look makes the calls of the first again.
        return tuple(point for point in points if not (_is_read(point) and point.skip))
    if kind == "remove":
        return tuple(point for point in points if ROOM.ends(point))
    if kind == "keep_user":
        return ()
    if kind == "replace":
        return tuple(point for point in points if point.method == "PATCH" or point.path.endswith("/users/search"))
    return tuple(point for point in points if point.method == "PATCH" and "/rotations/" in point.path)


def _every(kind: str) -> tuple[Point, ...]:
    """Return every call for `suspend`, and for other kinds those that it does not make, and what differs."""
    known = ROOM.points("suspend") if kind != "suspend" else ()
    return tuple(point for point in ROOM.points(kind) if point not in known or point in _quick(kind))


def _told(point: Point, fault: str) -> str:
    if fault == "gone" or (fault in ("404", "410") and point.path.endswith(".ics")):  # somebody without turns has none
        return ""
    if point.path.endswith("/on-calls"):
        return "who is on call"
    if point.path.endswith(".ics") and point.skip:  # the first one shows what the token sees
        return UNREAD
    if point.path.endswith("/forwarding-rules") and fault in NO_PLAN:
        return "^forwarding rules: the plan of the site does not have them"
    return ""


def _remove(account: Item, path: str) -> Item:
    """Return the account without what a path names, as if somebody else had just removed it."""
    what = API.sub("", path).split("/")
    if path.endswith(".ics") or what[0] == "users":
        return account if path.endswith("/search") else removals.remove(account, "/v2/users/712020:lea")
    if what[0] == "teams" and len(what) > 1:
        return _without_of_team(account, *what[1:])
    known = what[0] in ("schedules", "forwarding-rules")
    return removals.remove(account, "/v2/" + "/".join(what)) if known else account


def _without_of_team(account: Item, team: str, kind: str = "", item: str = "") -> Item:
    if kind == "escalations" and item:
        return removals.remove(account, f"/v2/escalations/{item}")
    if item == "remove":
        return removals.remove(account, f"/v2/teams/{team}/members/712020:lea")
    # The escalations of a team go with it.
    for one in [one["id"] for one in account["escalations"] if one["ownerTeam"]["id"] == team]:
        account = removals.remove(account, f"/v2/escalations/{one}")
    return removals.remove(account, f"/v2/teams/{team}")


ROOM: FaultRoom = FaultRoom(
    name="jsm",
    kinds=KINDS,
    open=_open,
    faults={**{name: KNOWN[name] for name in OF_ANY_CALL}, **NETWORK},
    odd={name: KNOWN[name] for name in dict.fromkeys((*OF_READS, *OF_WRITES))},
    takes=_takes,
    is_read=_is_read,
    endpoint=_endpoint,
    ends=lambda point: point.path.endswith("/suspend") or (point.method == "DELETE" and "/directories/" in point.path),
    told=_told,
    remove=_remove,
    is_about_leaver=lambda path: path.endswith(".ics") or "/users/712020:lea" in path,
    is_about_replacement=lambda _: False,
    refuses=False,
    lists_outlast=lambda _: True,
    chain=13,
    # It takes no rotation that names a team which is no longer there.
    after_gone={200, 404, 409, 502},
    quick=_quick,
    quick_faults=QUICK,
    every=_every,
)
