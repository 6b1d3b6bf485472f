"""Turns to come, out of an iCalendar."""

import re
from datetime import UTC, datetime, timedelta

END = re.compile(r"^DTEND[^:\r\n]*:(\d{8})(?:T(\d{6})(Z?))?", re.MULTILINE)
"""When an event ends: https://www.rfc-editor.org/rfc/rfc5545#section-3.8.2.2"""

FURTHEST = timedelta(hours=14)
"""How far a local time is from UTC at most."""


def has_turns(calendar: str, now: datetime) -> bool:
    """Tell whether an event ends after `now`; one whose end cannot be read counts as if it did.

    Raises ValueError for what is no whole calendar.
    """
    if not (calendar.startswith("BEGIN:VCALENDAR") and calendar.rstrip().endswith("END:VCALENDAR")):
        raise ValueError("no calendar")
    unfolded = re.sub(r"\r?\n[ \t]", "", calendar)
    return any(_ends_after(event, now) for event in unfolded.split("BEGIN:VEVENT")[1:])


def _ends_after(event: str, now: datetime) -> bool:
    found = END.search(event)
    if not found:
        return True
    try:
        end = datetime.strptime(found[1] + (found[2] or "000000"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return True
    return end > now - (timedelta() if found[3] else FURTHEST)
