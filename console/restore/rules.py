"""The rules of restoring: what an entry of a record needs, given the current state. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

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
WORST_FIRST = (FAILED, NOT_TRIED, LEFT, PLANNED, DONE, THERE, OVER)


@dataclass(frozen=True)
class Step:
    """What becomes of one entry; with the status `planned`, `write` is its new state."""

    kind: str
    name: str
    status: str
    note: str
    write: Entry | None = None


def account(person: Person, now: Person | None) -> Step:
    """Decide about the user itself."""
    if now is None:
        return Step("user", person.username, PLANNED, f"invited as {person.role or 'User'}", person)
    note = "the account is there" if now.id == person.id else "an account with this username is there"
    return Step("user", person.username, THERE, note)


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


def membership(before: Membership, members: Sequence[tuple[Named, str]] | None, now: Person) -> Step:
    """Decide about a team membership; `members` are the team's, or None if the team is gone."""
    if members is None:
        return Step(before.kind, before.name, LEFT, "the team is gone")
    role = next((role for user, role in members if now.is_named(user.id, user.name)), None)
    if role is None:
        if not before.role:
            return Step(before.kind, before.name, LEFT, "the team did not list the person as a member")
        write = replace(before, user=Named(now.id, now.username))
        return Step(before.kind, before.name, PLANNED, f"member again (role {before.role})", write)
    if before.role and role != before.role:
        return Step(before.kind, before.name, LEFT, f"member by now, as {role}; was {before.role}")
    return Step(before.kind, before.name, THERE, f"member (role {role})")


def override(
    before: Override, there: Sequence[Override] | None, rotations: Sequence[Rotation], now: Person, moment: datetime
) -> Step:
    """Decide about an override; `there` are its schedule's, or None if the schedule is gone."""
    time = f"{before.start_date} to {before.end_date}"
    if is_over(before.end_date, moment):
        return Step(before.kind, before.name, OVER, f"ended since ({time})")
    if there is None:
        return Step(before.kind, before.name, LEFT, "the schedule is gone")
    for one in there:
        if one.id == before.id and now.is_named(one.user.id, one.user.name):
            return Step(before.kind, before.name, THERE, time)
        if one.id == before.id:
            return Step(before.kind, before.name, LEFT, f"{one.user.name or one.user.id} has the override by now")
    left = {rotation.id for rotation in rotations}
    kept = tuple(rotation for rotation in before.rotations if rotation.id in left)
    if before.rotations and not kept:
        return Step(before.kind, before.name, LEFT, "the rotations that it was for are gone")
    write = replace(before, user=Named(now.id, now.username), rotations=kept)
    lost = _lost(len(before.rotations) - len(kept))
    return Step(before.kind, before.name, PLANNED, f"again from {time}{lost}", write)


def forwarding_rule(
    before: ForwardingRule,
    there: Sequence[ForwardingRule],
    ends: tuple[Person | None, Person | None],
    moment: datetime,
) -> Step:
    """Decide about a forwarding rule; `ends` are the current users that it is from and to."""
    time = f"{before.start_date} to {before.end_date}"
    if is_over(before.end_date, moment):
        return Step(before.kind, before.name, OVER, f"ended since ({time})")
    source, target = ends
    if source is None or target is None:
        gone = (before.from_user if source is None else before.to_user).name
        return Step(before.kind, before.name, LEFT, f"{gone} has no account any more")
    for one in there:
        same = source.is_named(one.from_user.id, one.from_user.name) and target.is_named(
            one.to_user.id, one.to_user.name
        )
        if same and (one.alias == before.alias if before.alias else _times(one) == _times(before)):
            return Step(before.kind, before.name, THERE, time)
        if before.alias and one.alias == before.alias:
            return Step(before.kind, before.name, LEFT, f"there is another rule with its alias {before.alias}")
    write = replace(before, from_user=Named(source.id, source.username), to_user=Named(target.id, target.username))
    return Step(before.kind, before.name, PLANNED, f"again from {time}", write)


def _lost(rotations: int) -> str:
    if not rotations:
        return ""
    return f", without {rotations} {'rotation that is' if rotations == 1 else 'rotations that are'} gone"


def _times(rule: ForwardingRule) -> tuple[str, str]:
    return rule.start_date, rule.end_date
