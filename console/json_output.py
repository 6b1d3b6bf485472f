"""What a program reads: one JSON object, and one form of time."""

import json
from datetime import UTC, datetime
from typing import Any


def as_json(value: Any) -> str:
    """Return JSON that a person can read too."""
    # Opsgenie's names may have halves of characters: those alone are escaped, since nothing can print them.
    return json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def as_time(moment: datetime) -> str:
    """Return a moment in UTC and whole seconds, as Opsgenie writes its own."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
