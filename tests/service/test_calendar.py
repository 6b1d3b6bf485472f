"""Turns to come, out of calendars as different programs write them."""

from datetime import UTC, datetime

import pytest

from service.calendar import has_turns

NOW = datetime(2026, 11, 25, 9, 15, tzinfo=UTC)


def calendar(*events: str) -> str:
    """Return a calendar with an event for each of these lines."""
    body = "".join(
        f"BEGIN:VEVENT\r\nUID:1\r\n{lines}\r\nSUMMARY:DTEND:29990101T000000Z\r\nEND:VEVENT\r\n" for lines in events
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}END:VCALENDAR\r\n"


@pytest.mark.parametrize(
    ("lines", "to_come"),
    [
        ("DTEND:20261125T091501Z", True),
        ("DTEND:20261125T091500Z", False),
        ("DTEND:20251125T091501Z", False),
        ("DTEND;TZID=Asia/Kolkata:20261125T230000", True),
        ("DTEND;TZID=Asia/Kolkata:20261124T190000", False),
        ("DTEND;VALUE=DATE:20261126", True),
        ("DTEND;VALUE=DATE:20261124", False),
        ("DTEND:2026112\r\n 6T091501Z", True),
        ("DTEND:2025112\r\n\t5T091501Z", False),
        ("DTSTART:20261001T000000Z\r\nDURATION:P90D", True),
        ("DTEND:20269999T999999Z", True),
        ("DTEND:soon", True),
    ],
)
def test_has_turns_where_an_event_is_not_surely_over(lines: str, to_come: bool) -> None:
    assert has_turns(calendar(lines), NOW) == to_come


def test_has_turns_where_one_of_several_events_is_to_come() -> None:
    over, later = "DTEND:20251125T091501Z", "DTEND:20261225T091501Z"

    assert has_turns(calendar(over, later), NOW)
    assert not has_turns(calendar(over, over), NOW)
    assert not has_turns(calendar(), NOW)


@pytest.mark.parametrize("text", ["", "<html></html>", "END:VCALENDAR", "BEGIN:VCALENDAR\r\nVERS"])
def test_text_that_is_no_calendar_raises(text: str) -> None:
    with pytest.raises(ValueError, match=r"^no calendar$"):
        has_turns(text, NOW)
