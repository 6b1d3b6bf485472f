"""The hours of a day and of a week, to the examples of the documents, and when the clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from local.simulator.fields import FieldError
from local.simulator.time_restrictions import hours_of, spans, time_restriction, zone

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
SUMMER_ENDS = datetime(2026, 11, 1, tzinfo=NEW_YORK).astimezone(UTC)
SUMMER_BEGINS = datetime(2026, 3, 8, tzinfo=NEW_YORK).astimezone(UTC)


def edges(start, end):
    return {"startHour": start[0], "startMin": start[1], "endHour": end[0], "endMin": end[1]}


@pytest.mark.parametrize(
    ("start", "end", "hours"), [((11, 0), (19, 0), 8), ((19, 0), (11, 0), 16), ((11, 0), (11, 0), 24)]
)
def test_hours_of_a_day_are_as_the_documents_count_them(start, end, hours) -> None:
    """https://support.atlassian.com/opsgenie/docs/time-constraints-and-timezones/"""
    found = spans(hours_of({"type": "time-of-day", "restriction": edges(start, end)}), UTC, MONDAY, MONDAY + DAY)

    assert sum((ends - begins for begins, ends in found), timedelta()) == hours * DAY / 24


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (("friday", 18), ("monday", 8), [(0, 8), (4 * 24 + 18, 7 * 24 + 8), (11 * 24 + 18, 14 * 24)]),
        (("tuesday", 9), ("tuesday", 17), [(24 + 9, 24 + 17), (8 * 24 + 9, 8 * 24 + 17)]),
        (("tuesday", 17), ("tuesday", 9), [(0, 24 + 9), (24 + 17, 8 * 24 + 9), (8 * 24 + 17, 14 * 24)]),
        (("sunday", 7), ("sunday", 7), [(0, 14 * 24)]),
    ],
)
def test_hours_of_a_week_go_on_over_its_end(start, end, expected) -> None:
    one = {"startDay": start[0], "startHour": start[1], "endDay": end[0], "endHour": end[1]}
    hours = hours_of({"type": "weekday-and-time-of-day", "restrictions": [one]})

    found = spans(hours, UTC, MONDAY, MONDAY + 14 * DAY)

    assert [tuple((moment - MONDAY) / DAY * 24 for moment in span) for span in found] == expected


@pytest.mark.parametrize(
    ("midnight", "start", "end", "length"),
    [
        (SUMMER_ENDS, (0, 0), (4, 0), 5),
        (SUMMER_ENDS, (1, 0), (1, 30), 0.5),
        (SUMMER_BEGINS, (0, 0), (4, 0), 3),
        (SUMMER_BEGINS, (2, 0), (3, 0), 0),
    ],
)
def test_hours_are_longer_or_shorter_when_the_clocks_change(midnight, start, end, length) -> None:
    """The hour that comes twice counts once, and the hour that never comes not at all."""
    hours = hours_of({"type": "time-of-day", "restriction": edges(start, end)})

    found = spans(hours, NEW_YORK, midnight, midnight + DAY / 2)

    assert sum((ends - begins for begins, ends in found), timedelta()) == length * DAY / 24


@pytest.mark.parametrize("name", ["Nowhere/Land", "Europe", "../etc/passwd", "a\0b", ""])
def test_a_time_zone_that_is_not_known_is_utc(name) -> None:
    assert zone(name) is UTC


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"startHour": 24, "endHour": 6}, None),
        ({"startHour": 22, "endHour": 6, "endMin": 60}, None),
        ({"startHour": True, "endHour": 6}, None),
        ({"endHour": 6}, None),
        ({"startHour": 22, "endHour": 6}, {"startHour": 22, "endHour": 6}),
    ],
)
def test_a_time_restriction_needs_hours_of_a_day(given, expected) -> None:
    body = {"timeRestriction": {"type": "time-of-day", "restriction": given, "restrictions": []}}
    if expected:
        assert time_restriction(body) == {"timeRestriction": {"type": "time-of-day", "restriction": expected}}
        return
    with pytest.raises(FieldError) as refused:
        time_restriction(body)

    assert refused.value.errors == {"timeRestriction": "needs a known type, and hours (and days) to start and to end"}
