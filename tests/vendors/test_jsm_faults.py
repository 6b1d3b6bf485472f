"""Every fault at every call of a request to a site: nothing but the leaver's goes, and what is told is so."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.wrappers import Response

from local.jsm import Call, Quirks
from local.simulator.faults import Situation
from tests.support.expected_account import Item
from tests.support.expected_site import left, stable
from tests.support.site_env import SiteEnv
from tests.support.virtual_time import Hang, virtual_time
from tests.vendors.test_jsm_offboarding import HARI, site_of_hari

pytestmark = pytest.mark.sweep

FAULTS = (
    "202",
    "202+done",
    "202+later",
    "401+scope",
    "402",
    "403",
    "404",
    "422",
    "429",
    "500",
    "bare",
    "hang",
    "html-lost",
    "lost",
    "lost+later",
    "null",
    "truncated",
    "unchanged",
)
"""One of each kind."""
HEALS = {"429", "500", "503", "drop", "lost", "hang", "lost+later"}
"""Faults that a second try gets over."""

Point = tuple[str, str, int]
Units = dict[tuple[str, str], Any]


def units(site: Item) -> Units:
    """Split a site into what changes independently; what is called rest must never change."""
    found: Units = {("user", one["accountId"]): one for one in site["people"]}
    for schedule in site["schedules"]:
        found["rest", schedule["id"]] = {**schedule, "rotations": [], "overrides": []}
        for one in schedule["rotations"]:
            found["rotation", one["id"]] = one["participants"]
            found["rest", one["id"]] = {**one, "participants": []}
        found |= {("override", one["alias"]): one for one in schedule["overrides"]}
    for one in site["escalations"]:
        found["escalation", one["id"]] = one["rules"]
        found["rest", one["id"]] = {**one, "rules": []}
    for one in site["teams"]:
        found["team", one["teamId"]] = one["members"]
    return found | {("forwarding_rule", one["id"]): one for one in site["forwardingRules"]}


def hang(_: Situation) -> Response:
    raise Hang


def environment(end: str) -> SiteEnv:
    return SiteEnv(site_of_hari(), end=end, quirks=Quirks(removal_lag=0))


def points(end: str) -> list[Point]:
    """List the calls of a request, each with how many there were to the same address before it."""
    env = environment(end)
    env.post(username=HARI)
    found: list[Point] = []
    for call in env.simulation.calls:
        found.append((call.method, call.path, sum(one[:2] == (call.method, call.path) for one in found)))
    return found


def check(env: SiteEnv, status: int, body: Item, end: str, fault: str) -> None:
    was, now = units(stable(env.before)), units(stable(env.snapshot()))
    final = left(env.before, HARI, end=end)
    then = units(final)
    for key in was.keys() | now.keys():
        assert now.get(key) in (was.get(key), then.get(key)), f"{key} is neither as before nor as wanted"
    real = {key for key in was.keys() | now.keys() if was.get(key) != now.get(key)}
    told = {(change["kind"], change["id"]) for change in body.get("changes", [])}
    unsure = {(change["kind"], change["id"]) for change in body.get("unconfirmed", [])}
    assert told <= real, f"told, but not so: {told - real}"
    assert real <= told | unsure, f"not told: {real - told - unsure}"
    assert status in (200, 404, 409, 502, 503, 504), body
    if status == 200:
        wanted = {key for key in was.keys() | then.keys() if was.get(key) != then.get(key)}
        unread = [note for note in body["not_checked"] if note.startswith("forwarding rules: the plan")]
        assert {key for key in wanted - real if not (unread and key[0] == "forwarding_rule")} == set(), fault
        assert "unconfirmed" not in body
    elif status in (404, 409):
        assert not real, f"{status}, but this was changed: {real}"


def cases(end: str, fault: str) -> Iterator[tuple[Point, int | None]]:
    """Yield where the fault is, once or for good; of a read only what differs."""
    writes = {(call.method, call.path) for call in written(end)}
    for point in points(end):
        if fault in HEALS or point[:2] in writes:
            yield point, 1
        if fault not in HEALS or point[:2] in writes:
            yield point, None


def written(end: str) -> list[Call]:
    env = environment(end)
    env.post(username=HARI)
    return env.simulation.writes


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_at_any_call_leaves_what_is_not_the_leavers(fault: str) -> None:
    wrong, end = [], "suspend"
    with virtual_time(threads=False):
        for (method, path, skip), times in cases(end, fault):
            env = environment(end)
            known = hang if fault == "hang" else env.simulation.faults.known[fault]
            env.simulation.faults.add(known, method, f"^{re.escape(path)}$", times, skip)
            answer = env.post(username=HARI)
            try:
                check(env, answer.status, answer.body, end, fault)
                assert answer.seconds < 25.1
                if not env.simulation.writes:
                    continue
                env.simulation.faults.clear()
                again = env.post(username=HARI)
                assert again.status in (200, 404), again
                assert stable(env.snapshot()) == left(env.before, HARI, end=end)
            except AssertionError as error:
                how = "once" if times else "for good"
                wrong.append(f"{fault} {how} at {method} {path} ({skip}): {answer.status} {error!s:.300}")
    assert wrong == []
