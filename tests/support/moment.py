"""When the tests take place: who is on call depends on it."""

from datetime import UTC, datetime

NOW = datetime(2026, 11, 25, 9, 15, tzinfo=UTC)
