"""The computed shifts against the simulated Opsgenie's own on-call answers."""

import zoneinfo
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.opsgenie import Simulation, sample_account
from local.opsgenie.account import Account
from local.opsgenie.shifts import on_call
from service import coverage
from service.coverage import Shift, shifts
from service.model import Named, Participant
from service.opsgenie import parsing, schedules
from service.schedule import Schedule
from service.timetable import DAYS
from tests.support.simulation_client import of_type, ref, user

START = datetime(2026, 11, 25, 9, 15, tzinfo=UTC)
END = START + timedelta(weeks=4)
DAYS = DAYS
NIGHTS = {"type": "time-of-day", "restriction": {"startHour": 18, "startMin": 0, "endHour": 6, "endMin": 0}}

hour = st.integers(0, 23)
hours = st.fixed_dictionaries(
    {"startHour": hour, "startMin": st.sampled_from([0, 30]), "endHour": hour, "endMin": st.just(0)}
)
one_day = hours.map(lambda found: {"type": "time-of-day", "restriction": found})
some_days = st.lists(st.tuples(hours, st.sampled_from(DAYS), st.sampled_from(DAYS)), min_size=1, max_size=3).map(
    lambda found: {
        "type": "weekday-and-time-of-day",
        "restrictions": [{**one, "startDay": start, "endDay": end} for one, start, end in found],
    }
)
moments = st.integers(-40 * 24, 40 * 24).map(lambda n: (START + timedelta(hours=n)).isoformat().replace("+00:00", "Z"))
participants = st.lists(
    st.sampled_from([of_type("user", "ann"), of_type("user", "bob"), {"type": "none"}, of_type("team", "ops")]),
    min_size=1,
    max_size=4,
)
rotations = st.lists(
    st.fixed_dictionaries(
        {
            "startDate": moments,
            "type": st.sampled_from(["hourly", "daily", "weekly"]),
            "length": st.integers(1, 30),
            "participants": participants,
        },
        optional={"endDate": moments, "timeRestriction": st.one_of(one_day, some_days)},
    ),
    max_size=3,
)
overrides = st.lists(
    st.tuples(moments, st.integers(1, 300), st.lists(st.sampled_from(["r0", "r1"]), max_size=1)), max_size=3
)


def schedule(found: list[dict[str, Any]], covers: list[tuple[str, int, list[str]]], zone: str) -> dict[str, Any]:
    return {
        "id": "s",
        "name": "S",
        "timezone": zone,
        "enabled": True,
        "rotations": [{**rotation, "id": f"r{n}", "name": f"R{n}"} for n, rotation in enumerate(found)],
        "overrides": [
            {
                "alias": f"o{n}",
                "user": of_type("user", "cid"),
                "startDate": start,
                "endDate": (datetime.fromisoformat(start) + timedelta(hours=length)).isoformat().replace("+00:00", "Z"),
                **({"rotations": [{"id": one, "name": one} for one in only]} if only else {}),
            }
            for n, (start, length, only) in enumerate(covers)
        ],
    }


def read(data: dict[str, Any]) -> Schedule:
    return schedules.schedule(data, [parsing.override(entry, Named("s", "S")) for entry in data["overrides"]])


def at(found: list[Shift], moment: datetime) -> set[str]:
    return names(shift.who for shift in found if shift.start <= moment < shift.end and not shift.is_nobody)


def account_of(data: dict[str, Any]) -> Account:
    team = {"id": "ops", "name": "ops", "members": [{"user": ref("ann"), "role": "user"}]}
    return Account({"users": [user(name) for name in ("ann", "bob", "cid")], "teams": [team], "schedules": [data]})


def simulated(account: Account, moment: datetime) -> set[str]:
    """Return who is on call by the simulated Opsgenie, a team by its name."""
    return {one["name"].removesuffix("@example.com") for one in on_call(account, account.schedules.values()[0], moment)}


def names(participants: Iterable[Participant]) -> set[str]:
    return {(one.username or one.name).removesuffix("@example.com") for one in participants}


@settings(max_examples=80)
@given(
    found=rotations,
    covers=overrides,
    zone=st.sampled_from(["Etc/UTC", "Europe/Stockholm", "America/New_York", "Asia/Kolkata", "Nowhere/Land"]),
    minutes=st.lists(st.integers(0, 4 * 7 * 24 * 60 - 1), min_size=1, max_size=20),
)
def test_computed_shifts_match_the_simulated_on_call_answers(
    found: list[dict[str, Any]], covers: list[tuple[str, int, list[str]]], zone: str, minutes: list[int]
) -> None:
    data = schedule(found, covers, zone)
    account = account_of(data)

    computed = shifts(read(data), START, END)
    gaps = coverage.gaps(computed, START, END)

    for moment in (START + timedelta(minutes=number) for number in minutes):
        there = simulated(account, moment)
        assert at(computed, moment) == names(coverage.on_call(read(data), moment)) == there
        assert any(start <= moment < end for start, end in gaps) == (not there)


def clocks_change(zone: str, moment: datetime) -> bool:
    """Tell whether clocks change around a moment: an hour that comes twice has no one meaning."""
    hours = [(moment + timedelta(hours=hours)).astimezone(coverage.timezone(zone)).utcoffset() for hours in (-26, 26)]
    return len(set(hours)) > 1


SUMMER_TIME = [("Europe/Stockholm", 3, 29), ("Europe/Stockholm", 10, 25), ("America/New_York", 11, 1)]


@settings(max_examples=80)
@given(
    found=rotations,
    covers=overrides,
    change=st.sampled_from(SUMMER_TIME),
    hours=st.lists(st.integers(-14 * 24, 14 * 24), min_size=1, max_size=20),
)
def test_computed_on_call_matches_the_simulation_around_clock_changes(
    found: list[dict[str, Any]],
    covers: list[tuple[str, int, list[str]]],
    change: tuple[str, int, int],
    hours: list[int],
) -> None:
    zone, month, day = change
    data = schedule(found, covers, zone)
    account = account_of(data)

    for moment in (datetime(2026, month, day, 1, 30, tzinfo=UTC) + timedelta(hours=number) for number in hours):
        if not clocks_change(zone, moment):
            assert names(coverage.on_call(read(data), moment)) == simulated(account, moment)


@settings(max_examples=80)
@given(
    found=rotations,
    covers=overrides,
    zone=st.sampled_from(["Etc/UTC", "Europe/Stockholm", "America/New_York", "Asia/Kolkata"]),
    minutes=st.integers(0, 4 * 7 * 24 * 60 - 1),
    shares=st.lists(st.integers(0, 999), min_size=1, max_size=10),
)
def test_next_hand_over_is_when_the_simulated_on_call_answer_changes(
    found: list[dict[str, Any]],
    covers: list[tuple[str, int, list[str]]],
    zone: str,
    minutes: int,
    shares: list[int],
) -> None:
    data = schedule(found, covers, zone)
    account, now = account_of(data), START + timedelta(minutes=minutes)

    following = coverage.next_hand_over(read(data), now)

    there, until = simulated(account, now), following or now + timedelta(days=365)
    for share in shares:
        moment = now + share * (until - now) // 1000
        if not clocks_change(zone, moment):
            assert simulated(account, moment) == there
    if following and not clocks_change(zone, following):
        assert simulated(account, following) != there


ANN, BOB, CID = (of_type("user", name) for name in ("ann", "bob", "cid"))
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


def weekly(*participants: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "startDate": "2026-11-02T08:00:00Z",
        "type": "weekly",
        "length": 1,
        "participants": list(participants),
        **more,
    }


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], None),
        ([weekly(ANN)], None),
        ([weekly(ANN, ANN)], None),
        ([weekly({**ANN, "id": "1"}, {"type": "user", "id": "1"})], None),
        ([weekly({"type": "user", "username": "ann@x"}, {"type": "user", "username": "Ann@x"})], None),
        ([weekly(ANN, BOB)], timedelta(days=7)),
        ([weekly(ANN, BOB, length=5)], timedelta(days=14)),
        ([weekly(ANN, BOB, length=20)], timedelta(days=119)),
        ([weekly(ANN, BOB, length=60)], None),
        ([weekly(ANN, {"type": "none"}, type="hourly", length=7)], timedelta(hours=7)),
        ([weekly(ANN, endDate="2027-01-01T00:00:00Z")], datetime(2027, 1, 1, tzinfo=UTC) - MONDAY),
        ([weekly(ANN, startDate="2026-12-01T00:00:00Z")], datetime(2026, 12, 1, tzinfo=UTC) - MONDAY),
        ([weekly(ANN, BOB, type="hourly"), weekly(BOB, ANN, type="hourly")], None),
        ([weekly(ANN, BOB, type="hourly"), weekly(BOB)], timedelta(hours=1)),
        ([weekly(ANN, timeRestriction=NIGHTS)], timedelta(hours=10)),
        ([weekly(ANN, BOB, timeRestriction=NIGHTS)], timedelta(hours=10)),
    ],
)
def test_next_hand_over_is_found_within_a_year(found: list[dict[str, Any]], expected: timedelta | None) -> None:
    following = coverage.next_hand_over(read(schedule(found, [], "Etc/UTC")), MONDAY)

    assert (following - MONDAY if following else None) == expected


def test_turns_without_the_leaver_are_counted_anew_from_the_start() -> None:
    """In the fourth week the second of three has the turn, and the second of the two who stay is another one."""
    before, after = (read(schedule([weekly(*people)], [], "Etc/UTC")) for people in ((ANN, BOB, CID), (BOB, CID)))
    moment = datetime(2026, 11, 11, tzinfo=UTC)

    assert (names(coverage.on_call(before, moment)), names(coverage.on_call(after, moment))) == ({"bob"}, {"cid"})


def test_sample_account_shifts_are_joined_and_within_the_window() -> None:
    simulation = Simulation(sample_account())
    for data in simulation.snapshot()["schedules"]:
        computed = shifts(read(data), START, END)
        assert all(START <= shift.start < shift.end <= END for shift in computed)
        pairs = [(one, other) for one in computed for other in computed if one.end == other.start]
        assert not [pair for pair in pairs if (pair[0].who, pair[0].rotation) == (pair[1].who, pair[1].rotation)]


@pytest.fixture
def _without_the_machine_s_time_zones() -> Iterator[None]:
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


@pytest.mark.usefixtures("_without_the_machine_s_time_zones")
def test_time_zones_load_without_a_system_tz_database() -> None:
    summer = datetime(2026, 7, 1, tzinfo=UTC)

    assert coverage.timezone("Europe/Stockholm").utcoffset(summer) == timedelta(hours=2)
    assert coverage.is_known("Europe/Stockholm")


@pytest.mark.parametrize(
    "name", ["Nowhere/Land", "Europe", "../etc/passwd", "/etc/passwd", "a\0b", "x" * 5000, "\ud800"]
)
def test_unknown_time_zone_falls_back_to_utc(name: str) -> None:
    assert coverage.timezone(name) == UTC
    assert not coverage.is_known(name)


def test_disabled_schedule_has_no_shifts() -> None:
    data = {**schedule([], [], "Etc/UTC"), "enabled": False}

    assert shifts(read(data), START, END) == []
    assert coverage.gaps([], START, END) == [(START, END)]
