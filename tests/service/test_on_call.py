"""Who is on call before and after, from a survey and its changes: what is told, what is not known, and why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.model import Change, ForwardingRule, Named, Override, Participant, Rotation
from service.on_call import on_call_changes, touched_schedules
from service.schedule import Restriction, Schedule, TimedOverride, TimedRotation
from service.survey import OnCall, OnCallChange, OnCalls, Survey
from tests.support.people import ANNA, HARI, KOFI, LADDER, LEAVER, NAMED_HARI, NAMED_KOFI, NOBODY, SUCCESSOR, TEAM

NOW = datetime(2026, 11, 25, 9, 15, tzinfo=UTC)
MONDAY = datetime(2026, 11, 9, 8, tzinfo=UTC)
BELA = Participant("user", id="id-bela", username="bela@example.com")
ANNA_S, BELA_S, HARI_S, KOFI_S = "anna@example.com", "bela@example.com", "hari@example.com", "kofi@example.com"
PAYMENTS = Named("s", "Payments")
WEEK = timedelta(7)


def schedule(*participants: Participant, **more: Any) -> Schedule:
    """Make a schedule with one weekly rotation, whose third turn it is now."""
    rotation = TimedRotation("r", "Days", MONDAY, None, WEEK, participants)
    return replace(Schedule("s", "Payments", "Etc/UTC", True, (rotation,), ()), **more)


def without(*participants: Participant, by: Participant | None = None) -> Change:
    """Make the change that takes the leaver out of the rotation."""
    put = [by] if by else []
    kept = [one for entry in participants for one in (put if entry == LEAVER else [entry])]
    before, after = (Rotation("r", "Days", PAYMENTS, tuple(entries)) for entries in (participants, kept))
    return Change("replace" if by else "remove", before, after)


def on_call(*usernames: str, **more: Any) -> OnCalls:
    return OnCalls((OnCall("s", "Payments", usernames),), NOW, **more)


def told(
    found: Schedule | None, changes: tuple[Change, ...], now: OnCalls, after: OnCalls | None = None, **survey: Any
) -> tuple[OnCallChange, tuple[str, ...]]:
    """Return what is told of the one schedule that is touched, and what is not known."""
    surveyed = Survey(HARI, on_call=now, schedules=(found,) if found else (), **survey)
    (entry,), notes = on_call_changes(surveyed, changes, after, NOW)
    return entry, notes


def planned(
    after: tuple[str, ...],
    hand_over: datetime | None = None,
    *gaps: tuple[datetime, datetime],
    now: tuple[str, ...],
) -> OnCallChange:
    return OnCallChange("s", "Payments", now, after, computed=True, hand_over=hand_over, gaps=gaps)


def days(number: float) -> datetime:
    return MONDAY + timedelta(number)


FREE_TURNS = ((days(21), days(28)), (days(35), days(42)))
"""The second turns of two, where the third of three had nobody before."""


@pytest.mark.parametrize(
    ("participants", "now", "expected"),
    [
        ((LEAVER, ANNA, BELA), (BELA_S,), planned((ANNA_S,), days(21), now=(BELA_S,))),
        ((ANNA, BELA, LEAVER), (HARI_S,), planned((ANNA_S,), days(21), now=(HARI_S,))),
        ((ANNA, LEAVER), (ANNA_S,), planned((ANNA_S,), now=(ANNA_S,))),
        ((ANNA, BELA, ANNA, LEAVER), (ANNA_S,), planned((ANNA_S,), days(28), now=(ANNA_S,))),
        ((ANNA, NOBODY, LEAVER), (HARI_S,), planned((ANNA_S,), days(21), *FREE_TURNS, now=(HARI_S,))),
        ((LEAVER, ANNA, TEAM), ("bo@example.com",), planned((ANNA_S,), days(21), now=("bo@example.com",))),
        ((LADDER, ANNA, LEAVER), (HARI_S,), planned(("Ladder",), days(21), now=(HARI_S,))),
        (
            (NOBODY, ANNA, LEAVER),
            (HARI_S,),
            planned((), days(21), (NOW, days(21)), (days(28), days(35)), now=(HARI_S,)),
        ),
    ],
)
def test_turns_are_counted_anew_without_the_leaver(
    participants: tuple[Participant, ...], now: tuple[str, ...], expected: OnCallChange
) -> None:
    change = without(*participants)

    assert told(schedule(*participants), (change,), on_call(*now)) == (expected, ())


def test_replacement_takes_over_and_the_hand_over_stays() -> None:
    participants = (ANNA, BELA, LEAVER)

    found = told(schedule(*participants), (without(*participants, by=SUCCESSOR),), on_call(HARI_S))

    assert found == (planned((KOFI_S,), days(21), now=(HARI_S,)), ())


def test_replacement_who_takes_a_later_turn_changes_nothing_now() -> None:
    participants = (LEAVER, ANNA, BELA)

    found = told(schedule(*participants), (without(*participants, by=SUCCESSOR),), on_call(BELA_S))

    assert found == (planned((BELA_S,), now=(BELA_S,)), ())


COVER = Override("o", PAYMENTS, NAMED_HARI, "", "")
TIMED_COVER = TimedOverride("o", LEAVER, days(0), days(30), ())
OTHER_COVER = TimedOverride("p", BELA, days(0), days(20), ())


def test_override_that_is_deleted_gives_way_to_the_rotation_and_to_other_overrides() -> None:
    gone = (Change("delete", COVER),)
    covered = schedule(ANNA, overrides=(TIMED_COVER,))
    twice = schedule(ANNA, overrides=(TIMED_COVER, OTHER_COVER))

    assert told(covered, gone, on_call(HARI_S)) == (planned((ANNA_S,), now=(HARI_S,)), ())
    assert told(twice, gone, on_call(HARI_S)) == (planned((BELA_S,), days(20), now=(HARI_S,)), ())


def test_override_with_the_same_alias_in_another_schedule_stays() -> None:
    other = replace(COVER, schedule=Named("x", "Other"))
    survey = Survey(
        HARI, on_call=on_call(BELA_S), schedules=(schedule(ANNA, overrides=(replace(TIMED_COVER, user=BELA),)),)
    )

    entries, _ = on_call_changes(survey, (Change("delete", other), without(ANNA, LEAVER)), None, NOW)

    assert [(entry.name, entry.after) for entry in entries] == [("Other", None), ("Payments", (BELA_S,))]


def forwarding(to: Named, source: Named, start: str = "2026-01-01T00:00:00Z", end: str = "2027-01-01T00:00:00Z") -> Any:
    return ForwardingRule("f", "", source, to, start, end)


def test_forwarding_rule_that_is_deleted_leaves_its_user_on_call() -> None:
    """Anna is on call, and hari stands in for her."""
    rule = forwarding(NAMED_HARI, Named("id-anna", ANNA_S))

    found = told(schedule(ANNA, BELA), (), on_call(HARI_S), forwarding_rules=(rule,))

    assert found == (planned((ANNA_S,), days(21), now=(HARI_S,)), ())


@pytest.mark.parametrize(
    ("dates", "after"),
    [
        ({}, KOFI_S),
        ({"end": "2026-11-25T09:15:00Z"}, ANNA_S),
        ({"start": "2026-11-25T09:16:00Z"}, ANNA_S),
        ({"start": "soon"}, ANNA_S),
        ({"end": "2027-01-01T00:00:00"}, ANNA_S),
    ],
)
def test_forwarding_rules_of_others_count_while_they_are_in_force(dates: dict[str, str], after: str) -> None:
    rule = forwarding(NAMED_KOFI, Named("", "Anna@example.com"), **dates)
    participants = (ANNA, BELA, LEAVER)

    entry, notes = told(
        schedule(*participants), (without(*participants),), on_call(HARI_S), other_forwarding_rules=(rule,)
    )

    assert (entry.after, notes) == ((after,), ())


def test_leaver_on_call_through_a_team_or_an_escalation_is_told_without_a_change() -> None:
    found = told(schedule(TEAM), (), on_call(HARI_S, "bo@example.com"))

    assert found == (planned(("Data",), now=(HARI_S, "bo@example.com")), ())


def test_schedules_that_are_not_touched_are_not_told() -> None:
    survey = Survey(HARI, on_call=on_call(ANNA_S), schedules=(schedule(ANNA),))

    assert touched_schedules(survey, ()) == ()
    assert on_call_changes(survey, (), OnCalls(unread="busy"), NOW) == ((), ())


def test_what_was_read_after_the_changes_counts_more_than_what_is_computed() -> None:
    participants = (ANNA, BELA, LEAVER)

    found = told(schedule(*participants), (without(*participants),), on_call(HARI_S), on_call(BELA_S))

    assert found == (OnCallChange("s", "Payments", (HARI_S,), (BELA_S,), computed=False, hand_over=days(21)), ())


def test_hand_over_is_told_where_somebody_else_was_read_than_before() -> None:
    found = told(schedule(TEAM, ANNA, TEAM), (without(TEAM, ANNA, TEAM),), on_call("bo@example.com"), on_call(KOFI_S))

    assert found[0].hand_over == days(28)


ON_CALL_AFTER = "who is on call in Payments after the change"
PARTICIPANTS = (ANNA, BELA, LEAVER)


@pytest.mark.parametrize(
    ("after", "note"),
    [
        (OnCalls(unread="too many requests"), "who is on call after the change: too many requests"),
        (OnCalls(time=NOW), f"{ON_CALL_AFTER}: the answer does not name the schedule"),
        (on_call(ANNA_S, "Hari@example.com"), f"{ON_CALL_AFTER}: hari@example.com still is"),
    ],
)
def test_what_could_not_be_read_after_the_changes_is_computed(after: OnCalls, note: str) -> None:
    found = told(schedule(*PARTICIPANTS), (without(*PARTICIPANTS),), on_call(HARI_S), after)

    assert found == (planned((ANNA_S,), days(21), now=(HARI_S,)), (note,))


@pytest.mark.parametrize(
    ("now", "note"),
    [
        (OnCalls(unread="status 503"), "who is on call now: status 503"),
        (OnCalls(time=NOW), "who is on call in Payments now: the answer does not name the schedule"),
    ],
)
def test_what_could_not_be_read_before_the_changes_is_not_computed(now: OnCalls, note: str) -> None:
    found = told(schedule(*PARTICIPANTS), (without(*PARTICIPANTS),), now)

    assert found == (OnCallChange("s", "Payments", None, (ANNA_S,), computed=True, hand_over=days(21)), (note,))


def test_nobody_knows_who_is_on_call_is_told_where_nothing_is_touched() -> None:
    assert on_call_changes(Survey(HARI, on_call=OnCalls(unread="busy")), (), None, NOW) == (
        (),
        ("who is on call now: busy",),
    )


NIGHTS = Restriction(None, timedelta(hours=18), timedelta(hours=30))
UNKNOWN = [
    (None, "its times were not read"),
    (
        schedule(*PARTICIPANTS, unread=("the times of its rotation Days", "the times of its overrides")),
        "the times of its rotation Days and the times of its overrides cannot be understood",
    ),
    (
        schedule(BELA, ANNA, LEAVER, overrides=(OTHER_COVER,)),
        "its rotations and overrides do not give who is on call now",
    ),
    (schedule(*PARTICIPANTS, enabled=False), "its rotations and overrides do not give who is on call now"),
    (schedule(ANNA, BELA, replace(LEAVER, username="")), "somebody in it is named by an id only"),
    (
        schedule(
            timezone="Nowhere/Land",
            rotations=(TimedRotation("r", "Days", MONDAY, None, WEEK, PARTICIPANTS, (NIGHTS,)),),
        ),
        "its time zone Nowhere/Land is not known",
    ),
]


@pytest.mark.parametrize(("found", "why"), UNKNOWN)
def test_what_cannot_be_computed_is_not_known_and_named(found: Schedule | None, why: str) -> None:
    changes = (without(*PARTICIPANTS),)

    entry, notes = told(found, changes, on_call(HARI_S))
    read, notes_after = told(found, changes, on_call(HARI_S), on_call(ANNA_S))

    assert (entry, notes) == (
        OnCallChange("s", "Payments", (HARI_S,), None),
        (f"who will be on call in Payments: {why}",),
    )
    assert (read, notes_after) == (
        OnCallChange("s", "Payments", (HARI_S,), (ANNA_S,)),
        (f"the next hand-over in Payments: {why}",),
    )


def test_time_zone_that_is_not_known_does_not_matter_without_hours() -> None:
    found = told(schedule(*PARTICIPANTS, timezone="Nowhere/Land"), (without(*PARTICIPANTS),), on_call(HARI_S))

    assert found == (planned((ANNA_S,), days(21), now=(HARI_S,)), ())


def test_blocked_people_need_not_be_on_call() -> None:
    """Whether Opsgenie counts them is not documented."""
    rotations = (
        TimedRotation("r", "Days", MONDAY, None, WEEK, PARTICIPANTS),
        TimedRotation("t", "Second", MONDAY, None, WEEK, (SUCCESSOR,)),
    )
    found = schedule(rotations=rotations)

    entry, notes = told(found, (without(*PARTICIPANTS),), on_call(HARI_S), blocked=frozenset({KOFI.id, KOFI_S}))
    _, unknown = told(found, (without(*PARTICIPANTS),), on_call(HARI_S))

    assert (entry.after, notes) == (
        (ANNA_S, KOFI_S),
        ("who is on call in Payments after the change: kofi@example.com is blocked",),
    )
    assert unknown == ("who will be on call in Payments: its rotations and overrides do not give who is on call now",)


def test_the_vendors_clock_counts() -> None:
    """Half a minute before a hand-over by this machine's clock it is after it by the vendor's."""
    survey = Survey(HARI, on_call=replace(on_call(ANNA_S), time=days(21)), schedules=(schedule(*PARTICIPANTS),))

    (entry,), notes = on_call_changes(survey, (without(*PARTICIPANTS),), None, days(21) - timedelta(seconds=30))

    assert (entry.after, entry.hand_over, notes) == ((BELA_S,), days(28), ())


def test_own_clock_counts_where_the_vendor_does_not_tell_the_time() -> None:
    survey = Survey(HARI, on_call=replace(on_call(HARI_S), time=None), schedules=(schedule(*PARTICIPANTS),))

    (entry,), notes = on_call_changes(survey, (without(*PARTICIPANTS),), None, NOW)

    assert (entry.after, notes) == ((ANNA_S,), ())
