"""Every fault at every call of a request: nobody else is touched, the answer is true, and a repeat finishes the job."""

from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import Any
from unittest import mock

import pytest

from deploy import package
from local.opsgenie.faults import WRITE_FAULTS
from service import changes, deadline, reach, rules
from service.errors import NotFoundError, ServiceError
from service.opsgenie import surveys
from service.transport import call, retries
from service.transport.failures import lost as really_lost
from tests.support.fault_table import (
    ALL_FAULTS,
    BODIES,
    HIDDEN,
    ODD_ANSWERS,
    Case,
    Point,
    cases,
    failures,
    first_of_each_endpoint,
    points,
)

pytestmark = pytest.mark.sweep

FAULTS = [*ALL_FAULTS, "gone"]

DEFECTS = {
    (kind, "unchanged"): "an update counts as made although the answer shows that it was not" for kind in BODIES
} | {("hidden+keep_user", "404"): "a listed schedule whose overrides are said not to be there counts as having none"}
"""What the service does not get right yet, by the kind of request and the fault that show it."""


def pairs(kinds: Iterable[str], faults: Iterable[str]) -> list[Any]:
    """Pair kinds of requests with faults, for a test with these two parameters; known defects fail."""
    return [
        pytest.param(
            *both,
            marks=pytest.mark.xfail(strict=True, reason=DEFECTS[both]) if both in DEFECTS else (),
            id="-".join(both),
        )
        for both in product(kinds, faults)
    ]


def quick_points(kind: str) -> tuple[Point, ...]:
    """Return a call per endpoint for `delete`, and for other kinds those that differ."""
    if kind == "replace":
        ends = [point for point in first_of_each_endpoint(kind) if point.method == "PATCH" or point.ends]
        return tuple([point for point in points(kind) if "kofi" in point.path] + ends)
    if kind == "keep_turns":
        return tuple(
            point for point in first_of_each_endpoint(kind) if point.method == "PATCH" and "/rotations/" in point.path
        )
    known = {point for point in points("delete") if point.method == "GET" and kind != "delete"}
    return tuple(point for point in first_of_each_endpoint(kind) if point not in known)


def quick_odd_cases(kind: str, fault: str) -> Iterator[Case]:
    """Yield the cases of an odd answer that differ: each endpoint for `delete`, then updates, each once."""
    chosen = quick_points(kind) if kind == "delete" else first_of_each_endpoint(kind)
    updates = tuple(point for point in chosen if point.method == "PATCH")
    return (case for case in cases(kind, fault, chosen if kind == "delete" else updates) if not case.permanent)


def hidden_points(kind: str) -> tuple[Point, ...]:
    """Return the calls for the sake of an override that no list shows, the first of which is for the calendar."""
    known = points("keep_user" if "keep_user" in HIDDEN[kind] else "delete")
    return tuple(point for point in points(kind) if point.path.endswith(".ics") or point not in known)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", BODIES)
def test_fault_at_each_endpoint_is_handled(
    kind: str, fault: str, record_property: Callable[[str, object], None]
) -> None:
    count, wrong = failures(cases(kind, fault, quick_points(kind), whole=False), threads=False)

    record_property("cases", count)
    assert not wrong, f"{len(wrong)} of {count}:\n" + "\n".join(wrong)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", BODIES)
def test_fault_at_every_call_is_handled(kind: str, fault: str, record_property: Callable[[str, object], None]) -> None:
    count, wrong = failures(cases(kind, fault, points(kind)), threads=True)

    record_property("cases", count)
    assert not wrong, f"{len(wrong)} of {count}:\n" + "\n".join(wrong)


SAME_AS_402 = {"403+plan", "410"}
QUICK_ODD = [
    *pairs(["delete"], [fault for fault in ODD_ANSWERS if fault not in SAME_AS_402]),
    *pairs(["keep_user", "keep_turns"], WRITE_FAULTS),
]


@pytest.mark.parametrize(("kind", "fault"), QUICK_ODD)
def test_odd_answer_at_each_endpoint_is_handled(
    kind: str, fault: str, record_property: Callable[[str, object], None]
) -> None:
    count, wrong = failures(quick_odd_cases(kind, fault), threads=False)

    record_property("cases", count)
    assert not wrong, f"{len(wrong)} of {count}:\n" + "\n".join(wrong)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kind", "fault"), pairs(BODIES, ODD_ANSWERS))
def test_odd_answer_at_every_call_is_handled(
    kind: str, fault: str, record_property: Callable[[str, object], None]
) -> None:
    count, wrong = failures(cases(kind, fault, points(kind)), threads=True)

    record_property("cases", count)
    assert not wrong, f"{len(wrong)} of {count}:\n" + "\n".join(wrong)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kind", "fault"), pairs(HIDDEN, [*FAULTS, *(set(ODD_ANSWERS) - {"unchanged"})]))
def test_fault_at_every_call_for_a_hidden_override_is_handled(
    kind: str, fault: str, record_property: Callable[[str, object], None]
) -> None:
    count, wrong = failures(cases(kind, fault, hidden_points(kind)), threads=True)

    record_property("cases", count)
    assert not wrong, f"{len(wrong)} of {count}:\n" + "\n".join(wrong)


def test_fault_table_has_the_size_in_the_readme() -> None:
    """Count calls x faults, each once and permanently; "gone" only happens once."""
    faults = [(kind, fault) for kind in BODIES for fault in FAULTS]
    odd = list(product(BODIES, ODD_ANSWERS))
    quick = sum(len(list(cases(kind, fault, quick_points(kind), whole=False))) for kind, fault in faults)
    quick += sum(len(list(quick_odd_cases(*one.values))) for one in QUICK_ODD)
    whole = sum(len(list(cases(kind, fault, points(kind)))) for kind, fault in [*faults, *odd])
    whole += sum(
        len(list(cases(kind, fault, hidden_points(kind)))) for kind in HIDDEN for fault in [*FAULTS, *ODD_ANSWERS]
    )

    calls = {kind: len(points(kind)) for kind in BODIES}
    assert calls == {"delete": 37, "replace": 38, "keep_user": 41, "keep_turns": 37}
    assert {kind: len(hidden_points(kind)) for kind in HIDDEN} == {"hidden": 8, "hidden+keep_user": 8}
    assert (len(FAULTS), len(ODD_ANSWERS)) == (18, 13)
    assert (quick, whole) == (1401, 7837)
    assert f"{quick:,} cases in `make test`, {whole:,} in `make test-all`" in (package.ROOT / "README.md").read_text()


def without_teams(participants: Any, leavers: Any) -> Any:
    return tuple(entry for entry in reach.without(participants, leavers) if entry.type == "user")


def in_another_order(participants: Any, leavers: Any) -> Any:
    return tuple(sorted(reach.without(participants, leavers), key=lambda entry: entry.id))


def not_sent(error: Exception, *, out_of_time: bool) -> ServiceError:
    """Treat every lost answer as a request that was not sent."""
    lost = really_lost(error, out_of_time=out_of_time)
    lost.outcome_unknown = False
    return lost


def believing(self: Any, change: Any, rule: Any, error: ServiceError) -> bool:
    """Trust a 404 without a check."""
    return isinstance(error, NotFoundError) or LOOK(self, change, rule, error)


def lenient(read: Any, listed: Any, _: Any) -> Any:
    """Treat a 404 for a listed item as its deletion."""
    try:
        found = read(listed)
    except NotFoundError:
        return []
    return found if isinstance(found, list) else [found]


LOOK = changes.Changes._happened
BROKEN = {
    "teams are dropped": (rules, "without", without_teams, "delete", "429", "PATCH"),
    "the order changes": (rules, "without", in_another_order, "delete", "429", "PATCH"),
    "a lost answer counts as not made": (
        changes.Changes,
        "_happened",
        lambda *_: False,
        "delete",
        "html-lost",
        "PATCH",
    ),
    "a lost answer counts as made": (changes.Changes, "_happened", lambda *_: True, "delete", "drop", "PATCH"),
    "a time-out counts as not sent": (call, "lost", not_sent, "delete", "hang-lost", "PATCH"),
    "a 404 is believed": (changes.Changes, "_happened", believing, "delete", "404", "DELETE"),
    "what is planned counts as made": (
        changes.Changes,
        "made",
        property(lambda self: self.remaining),
        "delete",
        "403",
        "PATCH",
    ),
    "what remains is not told": (changes.Changes, "remaining", property(lambda _: ()), "delete", "hang", "DELETE"),
    "nothing is tried again": (retries._Waits, "too_long", lambda *_: True, "delete", "503", "GET"),
    "time is not looked at": (deadline.Deadline, "remaining", lambda _: 25.0, "delete", "hang", "GET"),
    "what is listed and not there counts as gone": (surveys, "_unless_gone", lenient, "keep_user", "404", "GET"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_fault_table_catches_each_deliberate_bug(name: str) -> None:
    target, attribute, broken, kind, fault, method = BROKEN[name]
    chosen = tuple(point for point in first_of_each_endpoint(kind) if point.method == method)

    with mock.patch.object(target, attribute, broken):
        _, wrong = failures(cases(kind, fault, chosen), threads=False, enough=1)

    assert wrong
