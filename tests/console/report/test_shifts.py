"""The computed shifts against the simulated Opsgenie's own on-call answers."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.opsgenie import inventory
from console.report import shifts
from console.report.inventory import Schedule
from local.opsgenie import Simulation, sample_account
from local.opsgenie.account import Account
from local.opsgenie.shifts import on_call
from service.model import Named
from service.opsgenie import parsing
from tests.support.simulation_client import of_type, ref, user

START = datetime(2026, 11, 25, 9, 15, tzinfo=UTC)
END = START + timedelta(weeks=4)
DAYS = inventory.DAYS

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
    return inventory.schedule(data, [parsing.override(entry, Named("s", "S")) for entry in data["overrides"]])


def at(found: list[shifts.Shift], moment: datetime) -> set[str]:
    now = [shift.who for shift in found if shift.start <= moment < shift.end and not shift.is_nobody]
    return {who.username or who.name for who in now}


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
    team = {"id": "ops", "name": "ops", "members": [{"user": ref("ann"), "role": "user"}]}
    account = Account({"users": [user(name) for name in ("ann", "bob", "cid")], "teams": [team], "schedules": [data]})

    computed = shifts.shifts(read(data), START, END)
    gaps = shifts.gaps(computed, START, END)

    for moment in (START + timedelta(minutes=number) for number in minutes):
        there = {one["name"] for one in on_call(account, account.schedules.values()[0], moment)}
        assert at(computed, moment) == there
        assert any(start <= moment < end for start, end in gaps) == (not there)


def test_sample_account_shifts_are_joined_and_within_the_window() -> None:
    simulation = Simulation(sample_account())
    for data in simulation.snapshot()["schedules"]:
        computed = shifts.shifts(read(data), START, END)
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

    assert shifts.timezone("Europe/Stockholm").utcoffset(summer) == timedelta(hours=2)
    assert shifts.is_known("Europe/Stockholm")


@pytest.mark.parametrize(
    "name", ["Nowhere/Land", "Europe", "../etc/passwd", "/etc/passwd", "a\0b", "x" * 5000, "\ud800"]
)
def test_unknown_time_zone_falls_back_to_utc(name: str) -> None:
    assert shifts.timezone(name) == UTC
    assert not shifts.is_known(name)


def test_disabled_schedule_has_no_shifts() -> None:
    data = {**schedule([], [], "Etc/UTC"), "enabled": False}

    assert shifts.shifts(read(data), START, END) == []
    assert shifts.gaps([], START, END) == [(START, END)]
