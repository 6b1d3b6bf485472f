"""iCalendar, to the letter."""

from datetime import UTC, datetime, timedelta, timezone

from local.simulator.ics import Event, calendar

STOCKHOLM = timezone(timedelta(hours=1))


def test_a_calendar_has_its_events_in_utc() -> None:
    events = [
        Event(
            "1@example.com",
            datetime(2026, 11, 25, 9, tzinfo=STOCKHOLM),
            datetime(2026, 11, 26, tzinfo=UTC),
            "A; b, c\\d\ne",
        )
    ]

    assert calendar("-//Example//On-call//EN", datetime(2026, 11, 25, 9, 15, tzinfo=UTC), events) == (
        "BEGIN:VCALENDAR\r\n"
        "VERSION:2.0\r\n"
        "PRODID:-//Example//On-call//EN\r\n"
        "CALSCALE:GREGORIAN\r\n"
        "BEGIN:VEVENT\r\n"
        "UID:1@example.com\r\n"
        "DTSTAMP:20261125T091500Z\r\n"
        "DTSTART:20261125T080000Z\r\n"
        "DTEND:20261126T000000Z\r\n"
        "SUMMARY:A\\; b\\, c\\\\d\\ne\r\n"
        "END:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )


def test_lines_are_folded_at_75_octets_between_letters() -> None:
    name = "Über" * 40
    now = datetime(2026, 11, 25, tzinfo=UTC)

    text = calendar("-//Example//EN", now, [Event("1", now, now, name)])

    lines = text.split("\r\n")
    assert max(len(line.encode()) for line in lines) == 75
    assert f"SUMMARY:{name}" in text.replace("\r\n ", "").split("\r\n")


def test_a_calendar_can_be_empty() -> None:
    text = calendar("-//Example//EN", datetime(2026, 11, 25, tzinfo=UTC), [])

    assert text == "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nCALSCALE:GREGORIAN\r\nEND:VCALENDAR\r\n"
