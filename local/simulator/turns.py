"""Compute who has which turn of a rotation, by its start, the length of a turn, its hours, and overrides."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from local.simulator.time_restrictions import DAY, Hours, instant, spans

LENGTHS = {"hourly": timedelta(hours=1), "daily": DAY, "weekly": 7 * DAY}
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Turn:
    """Somebody's time; `number` counts the turns of the rotation from 0, and an override has none."""

    start: datetime
    end: datetime
    who: Any
    number: int | None


@dataclass(frozen=True)
class Override:
    """Somebody who stands in for whoever has a turn."""

    who: Any
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Rotation:
    """Participants, of whatever kind, who take turns from `start` on, in their order, over and over.

    A turn is always as long; with `follows_clock` it is handed over at the same time of the zone's clocks instead, also
    after these have changed.
    """

    participants: Sequence[Any]
    start: datetime
    turn: timedelta
    end: datetime | None = None
    hours: tuple[Hours, ...] = ()
    zone: tzinfo = UTC
    follows_clock: bool = False

    def at(self, moment: datetime) -> Any:
        """Return the participant who has the turn at a moment, or None."""
        return next((turn.who for turn in self.turns(moment, moment + TICK)), None)

    def turns(self, since: datetime, until: datetime) -> Iterator[Turn]:
        """Yield the turns between two moments, cut to these and to the hours, so that one may come in pieces."""
        last = min(until, self.end or until)
        number = max(0, self._number_at(since))
        while self.participants and (begin := self._begin(number)) < last:
            end = min(self._begin(number + 1), last)
            who = self.participants[number % len(self.participants)]
            for span in spans(self.hours, self.zone, max(begin, since), end):
                yield Turn(*span, who, number)
            number += 1

    def later_turns(self, moment: datetime) -> Iterator[Turn]:
        """Yield the turns that are yet to begin, for a round and a week; of the one that is on, no other piece."""
        until = max(moment, self.start) + (len(self.participants) + 1) * self.turn + 7 * DAY
        found = list(self.turns(moment, until))
        on = {turn.number for turn in found if turn.start == moment}
        yield from (turn for turn in found if turn.number not in on)

    def _begin(self, number: int) -> datetime:
        if not self.follows_clock:
            return self.start.astimezone(UTC) + number * self.turn
        return instant(self._wall(self.start) + number * self.turn, self.zone)

    def _number_at(self, moment: datetime) -> int:
        if not self.follows_clock:
            # In one time zone of changing clocks, Python subtracts what these show.
            return (moment.astimezone(UTC) - self.start.astimezone(UTC)) // self.turn
        number = (self._wall(moment) - self._wall(self.start)) // self.turn
        # A turn that begins at a time that no clock shows begins later than it says.
        return number - 1 if self._begin(number) > moment else number

    def _wall(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None)


def turn_length(kind: str, length: int) -> timedelta:
    """Return how long a turn of an hourly, daily or weekly rotation is."""
    return LENGTHS[kind] * length


def overridden(turns: Iterable[Turn], overrides: Sequence[Override], since: datetime, until: datetime) -> list[Turn]:
    """Let overrides take the place of turns between two moments; the first one of several in effect wins.

    An override is in effect also where the rotation has nobody.
    """
    found = list(turns)
    for override in reversed(overrides):
        begin, end = max(override.start, since), min(override.end, until)
        if begin < end:
            found = [*_without(found, begin, end), Turn(begin, end, override.who, None)]
    return sorted(found, key=lambda turn: turn.start)


def _without(turns: Iterable[Turn], begin: datetime, end: datetime) -> Iterator[Turn]:
    for turn in turns:
        for rest in (replace(turn, end=min(turn.end, begin)), replace(turn, start=max(turn.start, end))):
            if rest.start < rest.end:
                yield rest
