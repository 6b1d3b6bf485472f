"""The rules of restoring: what an entry of a record needs, given the current state. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from console.client import Account, Standing, Undo
from console.record.parsing import as_moment
from console.restore.slots import Differs, Removal, places, put_back
from service.model import (
    Entry,
    ForwardingRule,
    Membership,
    Named,
    Override,
    Person,
    Roster,
    Rotation,
    is_over,
)

FAILED, NOT_TRIED, LEFT = "failed", "not tried", "left alone"
PLANNED, DONE, THERE, OVER = "planned", "done", "there already", "over"
BEGINS_LATER = timedelta(minutes=2)
"""How long after now the start of an override may be that counts as begun."""

WORST_FIRST = (FAILED, NOT_TRIED, LEFT, PLANNED, DONE, THERE, OVER)


@dataclass(frozen=True)
class Step:
    """What becomes of one entry; with the status `planned`, `write` is its new state.

    `mail` begins the sentence about who gets a mail by it.
    """

    kind: str
    name: str
    status: str
    note: str
    write: Entry | None = None
    mail: str = ""


def account(person: Person, now: Account, undo: Undo, ended: str = "") -> Step:
    """Decide about the account itself; `ended` is the action by which the record's off-boarding ended it."""
    if now.standing is Standing.THERE and now.user:
        note = "the account is there" if now.user.id == person.id else "an account with this username is there"
        return Step("user", person.username, THERE, note)
    if now.standing is Standing.GONE and undo.invites:
        note = f"invited as {person.role or 'User'}"
        return Step("user", person.username, PLANNED, note, person, "an invitation is mailed to")
    if now.standing is Standing.SUSPENDED and ended == "suspend":
        return Step("user", person.username, PLANNED, "the suspension is undone", person)
    if now.standing is Standing.SUSPENDED:
        why = "suspended, and not by this off-boarding: restore it by hand"
    elif now.standing is Standing.GONE or ended == "remove":
        # One that was removed is still listed for a while.
        why = "gone: invite the person by hand"
    else:
        why = f"not active: {now.advice}"
    return Step("user", person.username, LEFT, f"the account is {why}, then run this again")


def listed(now: Roster | None, removals: Sequence[Removal], whom: Removal) -> Step:
    """Decide about a roster."""
    before = whom.change.before
    name = f"{before.schedule.name} / {before.name}" if isinstance(before, Rotation) else before.name
    if now is None:
        return Step(before.kind, name, LEFT, f"the {before.kind} is gone")
    assert whom.now is not None  # noqa: S101 -- for the type checker
    assert isinstance(before, Roster)  # noqa: S101 -- for the type checker
    old = places(before, whom.person)
    outcome = put_back(now, removals, whom)
    if outcome is None:
        return Step(before.kind, name, THERE, old)
    if isinstance(outcome, Differs):
        return Step(before.kind, name, LEFT, f"{outcome.text}; it was in {old}: put it back by hand")
    return Step(before.kind, name, PLANNED, f"back in {places(outcome, whom.now)}", outcome)


def membership(
    before: Membership, members: Sequence[tuple[Named, str]] | None, now: Person, undo: Undo, *, just_left: bool = False
) -> Step:
    """Decide about a team membership; `members` are the team's, or None if the team is gone.

    `just_left`: the person was removed so lately that the team may still list the person, member or not.
    """
    if members is None:
        return Step(before.kind, before.name, LEFT, "the team is gone")
    role = next((role for user, role in members if now.is_named(user.id, user.name)), None)
    write = replace(before, user=Named(now.id, now.username))
    if not undo.has_roles:
        if role is None:
            note = "member again; set the role in Operations by hand"
            return Step(before.kind, before.name, PLANNED, note, write, "one mail a team goes to")
        stale = "listed as a member, which may be out of date: run this again in ten minutes"
        return Step(before.kind, before.name, THERE, stale if just_left else "member")
    if role is None:
        if not before.role:
            return Step(before.kind, before.name, LEFT, "the team did not list the person as a member")
        return Step(before.kind, before.name, PLANNED, f"member again (role {before.role})", write)
    if before.role and role != before.role:
        return Step(before.kind, before.name, LEFT, f"member by now, as {role}; was {before.role}")
    return Step(before.kind, before.name, THERE, f"member (role {role})")


def override(
    before: Override,
    there: Sequence[Override] | None,
    rotations: Sequence[Rotation],
    now: Person,
    moment: datetime,
    undo: Undo,
    *,
    nth: int = 1,
) -> Step:
    """Decide about an override, the `nth` of those that differ by their aliases only.

    `there` are its schedule's, or None if the schedule is gone.
    """
    time = f"{before.start_date} to {before.end_date}"
    if is_over(before.end_date, moment):
        return Step(before.kind, before.name, OVER, f"ended since ({time})")
    if there is None:
        return Step(before.kind, before.name, LEFT, "the schedule is gone")
    left = {rotation.id for rotation in rotations}
    kept = tuple(rotation for rotation in before.rotations if rotation.id in left)
    for one in there:
        if one.id == before.id and now.is_named(one.user.id, one.user.name):
            return Step(before.kind, before.name, THERE, time)
        if one.id == before.id:
            return Step(before.kind, before.name, LEFT, f"{one.user.name or one.user.id} has the override by now")
    if before.rotations and not kept:
        return Step(before.kind, before.name, LEFT, "the rotations that it was for are gone")
    write = replace(before, user=Named(now.id, now.username), rotations=kept)
    same = [one for one in there if now.is_named(one.user.id, one.user.name) and _is_same(one, write, moment)]
    if not undo.keeps_aliases and len(same) >= nth:
        return Step(before.kind, before.name, THERE, time)
    lost = _lost(len(before.rotations) - len(kept))
    return Step(before.kind, before.name, PLANNED, f"again from {time}{lost}", write)


def forwarding_rule(
    before: ForwardingRule,
    there: Sequence[ForwardingRule],
    ends: tuple[Person | None, Person | None],
    moment: datetime,
    *,
    nth: int = 1,
) -> Step:
    """Decide about a forwarding rule, the `nth` of those that differ by their ids only.

    `ends` are the current users that it is from and to.
    """
    time = f"{before.start_date} to {before.end_date}"
    if is_over(before.end_date, moment):
        return Step(before.kind, before.name, OVER, f"ended since ({time})")
    source, target = ends
    if source is None or target is None:
        gone = (before.from_user if source is None else before.to_user).name
        return Step(before.kind, before.name, LEFT, f"{gone} has no active account")
    known = [one for one in there if _is_known(one, before)]
    same = [
        one
        for one in known
        if source.is_named(one.from_user.id, one.from_user.name) and target.is_named(one.to_user.id, one.to_user.name)
    ]
    if len(same) >= (1 if before.alias else nth):
        return Step(before.kind, before.name, THERE, time)
    if before.alias and known:
        return Step(before.kind, before.name, LEFT, f"there is another rule with its alias {before.alias}")
    write = replace(before, from_user=Named(source.id, source.username), to_user=Named(target.id, target.username))
    return Step(before.kind, before.name, PLANNED, f"again from {time}", write)


def _lost(rotations: int) -> str:
    if not rotations:
        return ""
    return f", without {rotations} {'rotation that is' if rotations == 1 else 'rotations that are'} gone"


def _is_same(one: Override, other: Override, moment: datetime) -> bool:
    """Tell whether two overrides are the same from now on, whatever their aliases."""
    starts = [_time(entry.start_date) for entry in (one, other)]
    # One that may not begin in the past begins a little later than it is put back.
    has_begun = all(isinstance(start, datetime) and start <= moment + BEGINS_LATER for start in starts)
    rotations = [{rotation.id for rotation in entry.rotations} for entry in (one, other)]
    return (
        _time(one.end_date) == _time(other.end_date)
        and rotations[0] == rotations[1]
        and (has_begun or starts[0] == starts[1])
    )


def _is_known(one: ForwardingRule, other: ForwardingRule) -> bool:
    """Tell whether two forwarding rules are the same but for the people: by the alias, or the times without one."""
    return one.alias == other.alias if other.alias else _times(one) == _times(other)


def _times(rule: ForwardingRule) -> tuple[datetime | str, datetime | str]:
    return _time(rule.start_date), _time(rule.end_date)


def _time(date: str) -> datetime | str:
    """Return a time, which is written in more than one way; what is none stays as it is."""
    return as_moment(date) or date
