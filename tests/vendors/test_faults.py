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
from tests.support.fault_table import BODIES, Case, cases, failures
from tests.support.vendors import jsm_faults, opsgenie_faults
from tests.support.vendors.opsgenie_faults import HIDDEN, hidden_points

pytestmark = pytest.mark.sweep

Record = Callable[[str, object], None]

ROOMS = {room.name: room for room in (opsgenie_faults.ROOM, jsm_faults.ROOM)}
FAULTS = {name: [*room.faults, "gone"] for name, room in ROOMS.items()}
KINDS = {"opsgenie": BODIES, "jsm": jsm_faults.KINDS}
SAME_AS_402 = {"403+plan", "410"}
QUICK_ODD = [
    *product(["delete"], [fault for fault in ROOMS["opsgenie"].odd if fault not in SAME_AS_402]),
    *product(["keep_user", "keep_turns"], WRITE_FAULTS),
]


def rows(table: Iterable[tuple[str, str, str]]) -> pytest.MarkDecorator:
    """Parametrize a test by vendor, kind of request and fault."""
    return pytest.mark.parametrize(("vendor", "kind", "fault"), [pytest.param(*row, id="-".join(row)) for row in table])


def quick_cases(vendor: str, kind: str, fault: str) -> Iterator[Case]:
    """Yield the cases of `make test`: a call for each endpoint."""
    room = ROOMS[vendor]
    return cases(room, kind, fault, room.quick(kind), whole=False)


def quick_odd_cases(kind: str, fault: str) -> Iterator[Case]:
    """Yield the cases of an odd answer of Opsgenie's that differ, each once."""
    chosen = opsgenie_faults.quick_odd_points(kind)
    return (case for case in cases(ROOMS["opsgenie"], kind, fault, chosen) if not case.permanent)


def every_case(vendor: str, kind: str, fault: str) -> Iterator[Case]:
    """Yield the cases of a fault at every call."""
    room = ROOMS[vendor]
    return cases(room, kind, fault, room.every(kind), whole=room.refuses)


def hold(table: Iterator[Case], record_property: Record, *, threads: bool) -> None:
    """Run the cases of a row, and name all that fail."""
    count, wrong = failures(table, threads=threads)
    record_property("cases", count)
    assert not wrong, f"{len(wrong)} of {count}:\n" + "\n".join(wrong)


QUICK = [
    (name, *row)
    for name, room in ROOMS.items()
    for row in product(KINDS[name], room.quick_faults)
    if any(quick_cases(name, *row))
]
EVERY = [
    (name, *row)
    for name, room in ROOMS.items()
    for row in product(KINDS[name], dict.fromkeys([*FAULTS[name], *room.odd]))
    if any(every_case(name, *row))
]


@rows(QUICK)
def test_fault_at_each_endpoint_is_handled(vendor: str, kind: str, fault: str, record_property: Record) -> None:
    hold(quick_cases(vendor, kind, fault), record_property, threads=False)


@pytest.mark.long
@pytest.mark.timeout(600)
@rows(EVERY)
def test_fault_at_every_call_is_handled(vendor: str, kind: str, fault: str, record_property: Record) -> None:
    hold(every_case(vendor, kind, fault), record_property, threads=ROOMS[vendor].refuses)


@pytest.mark.parametrize(("kind", "fault"), [pytest.param(*row, id="-".join(row)) for row in QUICK_ODD])
def test_odd_answer_at_each_endpoint_is_handled(kind: str, fault: str, record_property: Record) -> None:
    hold(quick_odd_cases(kind, fault), record_property, threads=False)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", [*FAULTS["opsgenie"], *(set(ROOMS["opsgenie"].odd) - {"unchanged"})])
@pytest.mark.parametrize("kind", HIDDEN)
def test_fault_at_every_call_for_a_hidden_override_is_handled(kind: str, fault: str, record_property: Record) -> None:
    hold(cases(ROOMS["opsgenie"], kind, fault, hidden_points(kind)), record_property, threads=True)


def size(table: Iterable[Iterator[Case]]) -> int:
    return sum(len(list(row)) for row in table)


def test_fault_table_has_the_size_in_the_readme() -> None:
    """Count calls x faults, each once and permanently; "gone" only happens once."""
    odd, room = ROOMS["opsgenie"].odd, ROOMS["opsgenie"]
    quick = {name: size(quick_cases(*row) for row in QUICK if row[0] == name) for name in ROOMS}
    quick["opsgenie"] += size(quick_odd_cases(*row) for row in QUICK_ODD)
    every = {name: size(every_case(*row) for row in EVERY if row[0] == name) for name in ROOMS}
    hidden = product(HIDDEN, [*FAULTS["opsgenie"], *odd])
    every["opsgenie"] += size(cases(room, kind, fault, hidden_points(kind)) for kind, fault in hidden)

    calls = {name: {kind: len(room.points(kind)) for kind in KINDS[name]} for name, room in ROOMS.items()}
    assert calls == {
        "opsgenie": {"delete": 37, "replace": 38, "keep_user": 41, "keep_turns": 37},
        "jsm": {"suspend": 37, "remove": 46, "replace": 38, "keep_user": 35, "keep_turns": 37},
    }
    assert {kind: len(hidden_points(kind)) for kind in HIDDEN} == {"hidden": 8, "hidden+keep_user": 8}
    assert (len(FAULTS["opsgenie"]), len(odd)) == (18, 13)
    assert (quick, every) == ({"opsgenie": 1401, "jsm": 488}, {"opsgenie": 7837, "jsm": 1802})
    row = (
        f"{quick['opsgenie']:,} cases in `make test`, {every['opsgenie']:,} in `make test-all`; "
        f"for a site {quick['jsm']:,} and {every['jsm']:,}"
    )
    assert row in (package.ROOT / "README.md").read_text()


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
    room = ROOMS["opsgenie"]
    chosen = tuple(point for point in room.first_of_each_endpoint(kind) if point.method == method)

    with mock.patch.object(target, attribute, broken):
        _, wrong = failures(cases(room, kind, fault, chosen), threads=False, enough=1)

    assert wrong
