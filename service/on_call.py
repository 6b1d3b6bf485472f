"""Who is on call before and after the changes of one request. It is only told: what fails here stops no change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service import coverage
from service.model import (
    Change,
    ForwardingRule,
    Named,
    OnCallChange,
    OnCalls,
    Override,
    Participant,
    Person,
    Rotation,
    Survey,
    ascii_lower,
)
from service.schedule import Schedule

Names = tuple[str, ...]


def touched_schedules(survey: Survey, changes: Iterable[Change]) -> tuple[Named, ...]:
    """Return the schedules whose turns the changes touch, or in which the person is on call by whatever."""
    found = [change.before.schedule for change in changes if isinstance(change.before, Rotation | Override)]
    found += [Named(one.id, one.name) for one in survey.on_call.schedules if one.has(survey.person)]
    return tuple({schedule.id: schedule for schedule in reversed(found)}.values())[::-1]


def on_call_changes(
    survey: Survey, changes: Sequence[Change], after: OnCalls | None, now: datetime
) -> tuple[tuple[OnCallChange, ...], Names]:
    """Return what becomes of each schedule that is touched, and a sentence for each thing that is not known of it.

    `after` is what was read after the changes, None where they are only planned; `now` counts where the vendor does
    not tell the time.
    """
    schedules = touched_schedules(survey, changes)
    if not schedules:
        return (), ()
    notes = [f"who is on call now: {survey.on_call.unread}"] if survey.on_call.unread else []
    notes += [f"who is on call after the change: {after.unread}"] if after and after.unread else []
    time = survey.on_call.time or now
    return tuple(_tell(survey, schedule, changes, after, time, notes) for schedule in schedules), tuple(notes)


def _tell(
    survey: Survey, schedule: Named, changes: Sequence[Change], after: OnCalls | None, time: datetime, notes: list[str]
) -> OnCallChange:
    now = _read(survey.on_call, schedule, "now", notes)
    read = _read(after, schedule, "after the change", notes) if after else None
    if read is not None and any(survey.person.is_named("", name) for name in read):
        notes.append(f"who is on call in {schedule.name} after the change: {survey.person.username} is still named")
        read = None
    try:
        forecast = _forecast(survey, schedule, changes, time, now)
    except _UnknownError as unknown:
        what = "who will be on call in" if read is None else "the next hand-over in"
        notes.append(f"{what} {schedule.name}: {unknown}")
        return OnCallChange(schedule.id, schedule.name, now, read)
    computed = read is None
    moves = forecast.moves or (not computed and now is not None and set(read or ()) != set(now))
    return OnCallChange(
        schedule.id,
        schedule.name,
        now,
        forecast.after if computed else read,
        computed,
        forecast.hand_over if moves else None,
    )


def _read(on_calls: OnCalls, schedule: Named, when: str, notes: list[str]) -> Names | None:
    if on_calls.unread:
        return None
    found = next((one.recipients for one in on_calls.schedules if one.id == schedule.id), None)
    if found is None:
        notes.append(f"who is on call in {schedule.name} {when}: the schedule is not in the answer")
    return found


class _UnknownError(Exception):
    """Who will be on call cannot be computed; the text says why."""


@dataclass(frozen=True)
class _Forecast:
    after: Names
    hand_over: datetime | None
    moves: bool


def _forecast(
    survey: Survey, schedule: Named, changes: Sequence[Change], time: datetime, now: Names | None
) -> _Forecast:
    """Compute who is on call after the changes; raises _UnknownError where that cannot be known."""
    before = _understood(survey, schedule)
    left = _left(before, changes)
    there, then = coverage.on_call(before, time), coverage.on_call(left, time)
    rules = [rule for rule in survey.other_forwarding_rules if rule.is_in_force(time)]
    own = [rule for rule in survey.forwarding_rules if rule.is_in_force(time)]
    if now is not None and not _fits(there, _names(there, [*own, *rules]), now):
        raise _UnknownError("its rotations and overrides do not give who is on call now")
    following = coverage.next_hand_over(left, time)
    moves = set(there) != set(then) or following != coverage.next_hand_over(before, time)
    return _Forecast(_names(then, rules), following, moves)


def _understood(survey: Survey, schedule: Named) -> Schedule:
    found = next((one for one in survey.schedules if one.id == schedule.id), None)
    if found is None:
        raise _UnknownError("its times could not be read")
    if found.unread:
        raise _UnknownError(f"{' and '.join(found.unread)} cannot be understood")
    if any(rotation.restrictions for rotation in found.rotations) and not coverage.is_known(found.timezone):
        raise _UnknownError(f"its time zone {found.timezone} is not known")
    return found


def _left(before: Schedule, changes: Iterable[Change]) -> Schedule:
    """Return the schedule as the changes leave it."""
    after = {change.before.id: change.after for change in changes if isinstance(change.after, Rotation)}
    gone = {
        change.before.id
        for change in changes
        if isinstance(change.before, Override) and change.before.schedule.id == before.id
    }
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
    if not (name := next(forwarded, one.username)):
        raise _UnknownError("somebody in it is named by an id only")
    return name


def _fits(participants: Iterable[Participant], computed: Names, read: Names) -> bool:
    """Tell whether what is computed is what was read, as far as it goes: who is behind a team is not computed."""
    wanted, there = ({ascii_lower(name) for name in names} for names in (computed, read))
    behind = {ascii_lower(one.name or one.id) for one in participants if one.type != "user"}
    return wanted - behind <= there if behind else wanted == there
