"""The time of a simulation."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


def clock_at(moment: str | None) -> Clock:
    """Make a clock that stands at a moment in ISO 8601, as in 2026-11-25T09:15:00Z; without one it is the machine's."""
    if not moment:
        return now
    standing = datetime.fromisoformat(moment)
    return lambda: standing
