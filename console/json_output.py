"""Output for programs: one JSON object, and one time format."""

import json
from datetime import UTC, datetime
from typing import Any


def as_json(value: Any) -> str:
    """Format a value as indented JSON."""
    # Opsgenie's names may contain lone surrogates: only those are escaped, since UTF-8 cannot encode them.
    return json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def as_time(moment: datetime) -> str:
    """Format a moment in UTC and whole seconds, as Opsgenie does."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
