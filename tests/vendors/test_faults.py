"""Every fault at every call of a request: nobody else is touched, the answer is true, and a repeat finishes the job."""

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from deploy import package
from service import changes, deadline, reach, rules
from service.errors import NotFoundError, ServiceError
from service.opsgenie import surveys
from service.transport import call, retries
from tests.support.fault_table import (
    ALL_FAULTS,
    BODIES,
    Point,
    cases,
    failures,
    first_of_each_endpoint,
    points,
)

pytestmark = pytest.mark.sweep

FAULTS = [*ALL_FAULTS, "gone"]


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


def test_fault_table_has_the_size_in_the_readme() -> None:
    """Count calls x faults, each once and permanently; "gone" only happens once."""
    pairs = [(kind, fault) for kind in BODIES for fault in FAULTS]
    quick = sum(len(list(cases(kind, fault, quick_points(kind), whole=False))) for kind, fault in pairs)
    whole = sum(len(list(cases(kind, fault, points(kind)))) for kind, fault in pairs)

    calls = {kind: len(points(kind)) for kind in BODIES}
    assert calls == {"delete": 37, "replace": 38, "keep_user": 41, "keep_turns": 37}
    assert len(FAULTS) == 18
    assert (quick, whole) == (1267, 5355)
    assert f"{quick:,} cases in `make test`, {whole:,} in `make test-all`" in (package.ROOT / "README.md").read_text()


def without_teams(participants: Any, leavers: Any) -> Any:
    return tuple(entry for entry in reach.without(participants, leavers) if entry.type == "user")


def in_another_order(participants: Any, leavers: Any) -> Any:
    return tuple(sorted(reach.without(participants, leavers), key=lambda entry: entry.id))


def not_sent(self: Any, error: Exception) -> ServiceError:
    """Treat every lost answer as a request that was not sent."""
    lost = LOST(self, error)
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


LOST = call.Transport._lost
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
    "a time-out counts as not sent": (call.Transport, "_lost", not_sent, "delete", "hang-lost", "PATCH"),
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
