"""Schedules with their times, as who is on call is computed from them; no vendor's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.model import Participant


@dataclass(frozen=True)
class Restriction:
    """Hours in which a rotation has somebody on call, counted from the midnight before they begin.

    `day` is the weekday they begin on (Monday is 0), or None for every day.
    """

    day: int | None
    begins: timedelta
    ends: timedelta


@dataclass(frozen=True)
class TimedRotation:
    """A rotation with its times: its turns go to the participants in order, cyclically."""

    id: str
    name: str
    start: datetime
    end: datetime | None
    turn: timedelta
    participants: tuple[Participant, ...]
    restrictions: tuple[Restriction, ...] = ()


@dataclass(frozen=True)
class TimedOverride:
    """An override with its times; `rotations` has the ids it applies to, or none for all."""

    id: str
    user: Participant
    start: datetime
    end: datetime
    rotations: tuple[str, ...]


@dataclass(frozen=True)
class Schedule:
    """A schedule with its rotations and overrides."""

    id: str
    name: str
    timezone: str
    enabled: bool
    rotations: tuple[TimedRotation, ...]
    overrides: tuple[TimedOverride, ...]
    unread: tuple[str, ...] = ()
    """Its parts that cannot be parsed, in words; without them who is on call cannot be computed."""
