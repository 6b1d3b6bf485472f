"""Schedules with their times: what it takes to tell who is on call when. No vendor's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.model import Participant


@dataclass(frozen=True)
class Restriction:
    """Hours in which a rotation has somebody on call, counted from the midnight before they begin.

    `day` is the weekday on which they begin, Monday being 0; None for each day.
    """

    day: int | None
    begins: timedelta
    ends: timedelta


@dataclass(frozen=True)
class TimedRotation:
    """A rotation with its times: who has the n-th turn is the n-th participant, round and round."""

    id: str
    name: str
    start: datetime
    end: datetime | None
    turn: timedelta
    participants: tuple[Participant, ...]
    restrictions: tuple[Restriction, ...] = ()


@dataclass(frozen=True)
class TimedOverride:
    """An override with its times; `rotations` are the ids of those that it is for, none meaning all."""

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
    """What of it cannot be understood; without that nobody knows who is on call."""
