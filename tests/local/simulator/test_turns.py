"""Turns, hours and overrides against a brute force that walks from the start, turn by turn and minute by minute."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.simulator.time_restrictions import DAYS, hours_of
from local.simulator.turns import Override, Rotation, Turn, overridden, turn_length

NEW_YORK = ZoneInfo("America/New_York")
ZONES = ["Etc/UTC", "Europe/Stockholm", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SUMMER_ENDS = datetime(2026, 11, 1, tzinfo=NEW_YORK).astimezone(UTC)
SUMMER_BEGINS = datetime(2026, 3, 8, tzinfo=NEW_YORK).astimezone(UTC)

clock = st.tuples(st.integers(0, 23), st.sampled_from([0, 30]))
one_day = st.tuples(clock, clock).map(lambda both: {"type": "time-of-day", "restriction": edges(*both)})
some_days = st.lists(st.tuples(clock, clock, st.sampled_from(DAYS), st.sampled_from(DAYS)), min_size=1, max_size=3).map(
    lambda found: {
        "type": "weekday-and-time-of-day",
        "restrictions": [{**edges(start, end), "startDay": one, "endDay": other} for start, end, one, other in found],
    }
)
restrictions = st.one_of(st.none(), one_day, some_days)
minutes = st.lists(st.integers(0, 60 * 24 * 60 - 1), min_size=1, max_size=12)
starts = st.integers(-60 * 48, 30 * 48).map(lambda halves: MONDAY + halves * timedelta(minutes=30))


def edges(start: tuple[int, int], end: tuple[int, int]) -> dict[str, Any]:
    return {"startHour": start[0], "startMin": start[1], "endHour": end[0], "endMin": end[1]}


def by_the_minute(restriction: Any, moment: datetime, name: str) -> bool:
    """Tell from the clock on the wall whether a restriction is in effect."""
    if not restriction:
        return True
    local = moment.astimezone(ZoneInfo(name))
    whole_week = restriction["type"] != "time-of-day"
    now = local.hour * 60 + local.minute + (local.weekday() * 1440 if whole_week else 0)

    def there(one: dict[str, Any]) -> bool:
        start, end = (
            one[f"{edge}Hour"] * 60 + one[f"{edge}Min"] + (DAYS.index(one[f"{edge}Day"]) * 1440 if whole_week else 0)
            for edge in ("start", "end")
        )
        return start <= now < end if start < end else not end <= now < start

    return any(there(one) for one in restriction.get("restrictions") or [restriction["restriction"]])


def walked(rotation: Rotation, moment: datetime, name: str, *, clock: bool) -> Any:
    """Walk from the start, turn by turn, to the one that a moment is in."""
    begins = rotation.start
    wall = begins.astimezone(ZoneInfo(name)).replace(tzinfo=None)
    number = -1
    while begins <= moment:
        number += 1
        wall += rotation.turn
        begins = wall.replace(tzinfo=ZoneInfo(name)).astimezone(UTC) if clock else begins + rotation.turn
    if number < 0 or not rotation.participants or (rotation.end and moment >= rotation.end):
        return None
    return rotation.participants[number % len(rotation.participants)]


def changes_clock(moment: datetime, name: str) -> bool:
    """Tell whether the clocks change around a moment, where the clock on the wall does not tell the time."""
    local = moment.astimezone(ZoneInfo(name))
    return (local - 2 * DAY / 24).utcoffset() != (local + 2 * DAY / 24).utcoffset()


def at(turns: list[Turn], moment: datetime) -> Any:
    return next((turn.who for turn in turns if turn.start <= moment < turn.end), None)


@settings(max_examples=150)
@given(
    start=starts,
    kind=st.sampled_from(["hourly", "daily", "weekly"]),
    length=st.integers(1, 9),
    people=st.lists(st.sampled_from("abcd"), max_size=5),
    lasts=st.none() | st.integers(0, 40),
    restriction=restrictions,
    name=st.sampled_from(ZONES),
    clock=st.booleans(),
    numbers=minutes,
)
def test_whoever_a_walk_comes_to_has_the_turn(
    start, kind, length, people, lasts, restriction, name, clock, numbers
) -> None:
    """Sixty days around the end of summer time."""
    rotation = Rotation(
        people,
        start,
        turn_length(kind, length),
        start + lasts * DAY if lasts is not None else None,
        hours_of(restriction),
        ZoneInfo(name),
        follows_clock=clock and kind != "hourly",
    )
    since = MONDAY - 40 * DAY
    turns = list(rotation.turns(since, since + 60 * DAY))

    assert all(since <= turn.start < turn.end <= since + 60 * DAY for turn in turns)
    assert all(one.end <= other.start for one, other in pairwise(turns))
    for moment in (since + number * MINUTE for number in numbers):
        if not restriction or not changes_clock(moment, name):
            expected = walked(rotation, moment, name, clock=rotation.follows_clock)
            there = expected if by_the_minute(restriction, moment, name) else None
            assert at(turns, moment) == rotation.at(moment) == there


@settings(max_examples=60)
@given(
    pairs=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 80), st.sampled_from("xyz")), max_size=4),
    hours=st.lists(st.integers(0, 240), min_size=1, max_size=12),
)
def test_the_first_override_in_effect_has_the_turn(pairs, hours) -> None:
    rotation = Rotation(
        "ab", MONDAY, DAY, hours=hours_of({"type": "time-of-day", "restriction": edges((8, 0), (20, 0))})
    )
    overrides = [
        Override(who, MONDAY + begins * DAY / 24, MONDAY + (begins + length) * DAY / 24)
        for begins, length, who in pairs
    ]
    until = MONDAY + 10 * DAY
    turns = overridden(rotation.turns(MONDAY, until), overrides, MONDAY, until)

    assert all(one.end <= other.start for one, other in pairwise(turns))
    for moment in (MONDAY + hour * DAY / 24 for hour in hours):
        covers = [one.who for one in overrides if one.start <= moment < one.end and moment < until]
        assert at(turns, moment) == (covers[0] if covers else rotation.at(moment) if moment < until else None)


@pytest.mark.parametrize(("follows_clock", "hour"), [(False, 8), (True, 9)])
def test_a_turn_is_as_long_as_ever_or_follows_the_clock(follows_clock, hour) -> None:
    start = datetime(2026, 10, 26, 9, tzinfo=NEW_YORK)
    rotation = Rotation("ab", start, turn_length("weekly", 1), zone=NEW_YORK, follows_clock=follows_clock)

    first, second = list(rotation.turns(start, start + 8 * DAY))

    assert [turn.who for turn in (first, second)] == ["a", "b"]
    assert second.start.astimezone(NEW_YORK) == datetime(2026, 11, 2, hour, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("midnight", "clock", "handed_over"),
    [(SUMMER_ENDS, (1, 30), 1.5), (SUMMER_BEGINS, (2, 30), 2.5), (SUMMER_BEGINS, (3, 0), 2)],
)
def test_a_hand_over_while_the_clocks_change_happens_once(midnight, clock, handed_over) -> None:
    """At the first of two half past ones; half past two that never comes is half past three."""
    start = midnight - DAY + timedelta(hours=clock[0], minutes=clock[1])
    rotation = Rotation("ab", start, DAY, zone=NEW_YORK, follows_clock=True)

    now = {minute: rotation.at(midnight + minute * MINUTE) for minute in range(300)}

    assert now == {minute: "a" if minute < handed_over * 60 else "b" for minute in range(300)}


def test_later_turns_leave_out_the_one_that_is_on_and_its_other_days() -> None:
    office = hours_of({"type": "time-of-day", "restriction": edges((9, 0), (17, 0))})
    rotation = Rotation("ab", MONDAY, turn_length("weekly", 1), hours=office)

    on, before = (next(rotation.later_turns(MONDAY + hour * DAY / 24)) for hour in (10, 8))

    assert (on.who, on.start) == ("b", MONDAY + 7 * DAY + 9 * DAY / 24)
    assert (before.who, before.start) == ("a", MONDAY + 9 * DAY / 24)


def test_later_turns_of_a_rotation_that_has_not_begun_begin_with_it() -> None:
    rotation = Rotation("ab", MONDAY, DAY, end=MONDAY + DAY)

    assert [turn.who for turn in rotation.later_turns(MONDAY - 100 * DAY)] == ["a"]
    assert list(rotation.later_turns(MONDAY)) == []
