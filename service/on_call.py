"""Who is on call before and after the changes of one request. What is not known here stops no change."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce

from service import coverage
from service.model import Change, ForwardingRule, Named, Override, Participant, Person, Rotation, ascii_lower
from service.reach import Leaver
from service.rules import left
from service.schedule import Schedule
from service.survey import OnCallChange, OnCalls, Survey

Names = tuple[str, ...]

UNREAD_NOW = "who is on call now: "
"""How the sentence begins that says why that could not be read."""


AHEAD = timedelta(weeks=4)
"""Gaps that begin by then are told, and in a longer round of turns by its end; their ends are looked for twice as far
ahead."""

MOST_AHEAD = timedelta(days=366)

MOST_GAPS = 20
"""Gaps of a schedule that are named."""


def touched_schedules(survey: Survey, changes: Iterable[Change]) -> tuple[Named, ...]:
    """Return the schedules whose turns the changes touch, or in which the person is on call by whatever."""
    found = [change.before.schedule for change in changes if isinstance(change.before, Rotation | Override)]
    found += [Named(one.id, one.name) for one in survey.on_call.schedules if one.has(survey.person)]
    first: dict[str, Named] = {}
    for schedule in found:
        first.setdefault(schedule.id, schedule)
    return tuple(first.values())


def on_call_changes(
    survey: Survey,
    changes: Sequence[Change],
    after: OnCalls | None,
    now: datetime,
    earlier: Sequence[Leaver] = (),
) -> tuple[tuple[OnCallChange, ...], Names]:
    """Return what becomes of each schedule that is touched, and a sentence for each thing that is not known of it.

    `after` is what was read after the changes, None where they are only planned; `now` counts where the vendor does
    not tell the time. The `earlier` leavers are gone by then.
    """
    found = [_Prospect(survey, schedule, changes, now, earlier) for schedule in touched_schedules(survey, changes)]
    told = tuple(prospect.entry(after) for prospect in found)
    notes = [f"{UNREAD_NOW}{survey.on_call.unread}"] if survey.on_call.unread else []
    notes += [f"who is on call after the change: {after.unread}"] if found and after and after.unread else []
    return told, (*notes, *(note for prospect in found for note in prospect.notes))


class _UnknownError(Exception):
    """Who will be on call cannot be computed; the text says why."""


@dataclass(frozen=True)
class _Forecast:
    after: Names
    hand_over: datetime | None
    moves: bool
    gaps: tuple[coverage.Span, ...]


class _Prospect:
    """One schedule before and after the changes; `notes` has a sentence for each thing that is not known of it."""

    def __init__(
        self, survey: Survey, schedule: Named, changes: Sequence[Change], now: datetime, earlier: Sequence[Leaver]
    ) -> None:
        self.notes: list[str] = []
        self._survey = survey
        self._schedule = schedule
        self._changes = changes
        self._earlier = earlier
        self._time = survey.on_call.time or now

    def entry(self, after: OnCalls | None) -> OnCallChange:
        """Return who is on call now and after the changes: as it was read, and computed where it was not."""
        survey, schedule = self._survey, self._schedule
        now = self._read(survey.on_call, "now")
        read = self._read(after, "after the change") if after else None
        if read is not None and survey.person.is_among(read):
            self.notes.append(f"who is on call in {schedule.name} after the change: {survey.person.username} still is")
            read = None
        try:
            forecast = self._forecast(now)
        except _UnknownError as unknown:
            what = "who will be on call in" if read is None else "the next hand-over in"
            self.notes.append(f"{what} {schedule.name}: {unknown}")
            return OnCallChange(schedule.id, schedule.name, now, read)
        differs = now is not None and (survey.person.is_among(now) or (read is not None and set(read) != set(now)))
        hand_over = forecast.hand_over if forecast.moves or differs else None
        names = forecast.after if read is None else read
        return OnCallChange(schedule.id, schedule.name, now, names, read is None, hand_over, forecast.gaps)

    def _read(self, on_calls: OnCalls, when: str) -> Names | None:
        if on_calls.unread:
            return None
        found = next((one.recipients for one in on_calls.schedules if one.id == self._schedule.id), None)
        if found is None:
            self.notes.append(f"who is on call in {self._schedule.name} {when}: the answer does not name the schedule")
        return found

    def _forecast(self, now: Names | None) -> _Forecast:
        """Compute who is on call after the changes; raises _UnknownError where that cannot be known."""
        before, time = self._readable(), self._time
        base = _without_earlier(before, self._earlier)
        later = _changed(base, self._changes)
        there, then = coverage.on_call(before, time), coverage.on_call(later, time)
        stay = [rule for rule in self._others_rules() if rule.is_in_force(time)]
        own = [rule for rule in self._survey.forwarding_rules if rule.is_in_force(time)]
        computed, after = _names(there, [*own, *stay]), _names(then, stay)
        if now is not None and not self._fits(there, computed, now):
            raise _UnknownError("its rotations and overrides do not give who is on call now")
        following = coverage.next_hand_over(later, time)
        moves = set(computed) != set(after) or following != coverage.next_hand_over(before, time)
        self.notes += [
            f"who is on call in {self._schedule.name} after the change: {name} is blocked"
            for name in after
            if ascii_lower(name) in self._survey.blocked
        ]
        return _Forecast(after, following, moves, self._gaps(base, later))

    def _gaps(self, before: Schedule, after: Schedule) -> tuple[coverage.Span, ...]:
        """Return when nobody who can be called is on call any more, for a round of turns and four weeks at least."""
        time, blocked = self._time, self._survey.blocked
        rounds = [one.turn * len(one.participants) for one in before.rotations]
        ahead = min(max(AHEAD, *rounds), MOST_AHEAD) if rounds else AHEAD
        reached, left_to = _without_blocked(before, blocked), _without_blocked(after, blocked)
        found = coverage.new_gaps(reached, left_to, time, time + 2 * ahead)
        found = [gap for gap in found if gap[0] < time + ahead]
        if (more := len(found) - MOST_GAPS) > 0:
            self.notes.append(f"when nobody is on call in {self._schedule.name}: {more} more times than are listed")
        return tuple(found[:MOST_GAPS])

    def _others_rules(self) -> list[ForwardingRule]:
        """Return the forwarding rules of others, without those that go with people who leave before."""
        gone = [leaver.person for leaver in self._earlier]
        return [
            rule
            for rule in self._survey.other_forwarding_rules
            if not any(one.is_named(end.id, end.name) for one in gone for end in (rule.from_user, rule.to_user))
        ]

    def _fits(self, participants: Iterable[Participant], computed: Names, read: Names) -> bool:
        """Tell whether what is computed is what was read, as far as it goes.

        Who is behind a team is not computed, and whether blocked people are on call is not documented.
        """
        wanted, there = ({ascii_lower(name) for name in names} for names in (computed, read))
        behind = {ascii_lower(one.name or one.id) for one in participants if one.type != "user"}
        missing = wanted - there - behind - self._survey.blocked
        return not missing and (bool(behind) or there <= wanted)

    def _readable(self) -> Schedule:
        found = next((one for one in self._survey.schedules if one.id == self._schedule.id), None)
        if found is None:
            raise _UnknownError("its times were not read")
        if found.unread:
            raise _UnknownError(f"{' and '.join(found.unread)} cannot be understood")
        if any(rotation.restrictions for rotation in found.rotations) and not coverage.is_known(found.timezone):
            raise _UnknownError(f"its time zone {found.timezone} is not known")
        return found


def _without_earlier(schedule: Schedule, earlier: Sequence[Leaver]) -> Schedule:
    """Return the schedule as those leave it who leave before the person."""
    return replace(
        schedule,
        rotations=tuple(
            replace(one, participants=reduce(left, earlier, one.participants)) for one in schedule.rotations
        ),
        overrides=tuple(
            one for one in schedule.overrides if not any(one.user.is_person(leaver.person) for leaver in earlier)
        ),
    )


def _without_blocked(schedule: Schedule, blocked: Set[str]) -> Schedule:
    """Return the schedule with no one in the places of blocked people, who cannot be called."""

    def kept(one: Participant) -> Participant:
        is_blocked = one.type == "user" and (one.id in blocked or ascii_lower(one.username) in blocked)
        return Participant("none") if is_blocked else one

    return replace(
        schedule,
        rotations=tuple(replace(one, participants=tuple(map(kept, one.participants))) for one in schedule.rotations),
        overrides=tuple(replace(one, user=kept(one.user)) for one in schedule.overrides),
    )


def _changed(before: Schedule, changes: Iterable[Change]) -> Schedule:
    """Return the schedule as the changes leave it."""
    after = {change.before.id: change.after for change in changes if isinstance(change.after, Rotation)}
    removed = (change.before for change in changes if isinstance(change.before, Override))
    gone = {override.id for override in removed if override.schedule.id == before.id}
    return replace(
        before,
        rotations=tuple(
            replace(one, participants=after[one.id].participants) if one.id in after else one
            for one in before.rotations
        ),
        overrides=tuple(one for one in before.overrides if one.id not in gone),
    )


def _names(participants: Iterable[Participant], rules: Sequence[ForwardingRule]) -> Names:
    """Return who is called for these: each user's stand-in by a forwarding rule, a team or an escalation by name."""
    return tuple(dict.fromkeys(_name(one, rules) for one in participants))


def _name(one: Participant, rules: Sequence[ForwardingRule]) -> str:
    if one.type != "user":
        return one.name or one.id
    forwarded = (rule.to_user.name for rule in rules if one.is_person(Person(rule.from_user.id, rule.from_user.name)))
    if not (name := next(forwarded, one.username or one.name)):
        raise _UnknownError("somebody in it is named by an id only")
    return name
