"""The rules: what an off-boarding changes, and what forbids it. Pure functions, no vendor."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce

from service import blockers
from service.emptied_teams import emptied_teams
from service.model import (
    Blocker,
    Change,
    Participant,
    Person,
    Request,
    Roster,
    Rotation,
    Rule,
)
from service.reach import ANYBODY, NOBODY, Leaver, Reach, with_gaps, without
from service.survey import Survey


@dataclass(frozen=True)
class Plan:
    """What would change, in order; with blockers nothing may."""

    changes: tuple[Change, ...]
    blockers: tuple[Blocker, ...]
    not_checked: tuple[str, ...] = ()
    """What cannot be known about what would be left, a sentence each."""


def decide(
    survey: Survey,
    request: Request,
    *,
    replacement: Person | None,
    protected: Set[str],
    now: datetime,
    reach: Reach = ANYBODY,
    earlier: Sequence[Leaver] = (),
    ended_overrides: bool = False,
) -> Plan:
    """Decide what taking the person out changes, or name everything that forbids it.

    `replacement` is the account of `request.replace_with`, None where there is none. The `earlier` leavers count as
    gone. Overrides that ended before `now` stay unless `ended_overrides` are asked for.
    """
    leavers = (*earlier, Leaver(survey.person, replacement, request.keep_turns))
    found = [blocker for blocker in survey.blockers if not (blocker.of_removal and request.keep_user)]
    found += blockers.of_person(survey.person, protected)
    found += blockers.unfit(request, survey.person, replacement)
    entries: list[Roster] = [*survey.rotations, *survey.escalations]
    is_missing = bool(request.replace_with) and replacement is None
    outcomes = [] if is_missing else [detach(entry, leavers, reach) for entry in entries]
    found += [outcome for outcome in outcomes if isinstance(outcome, Blocker)]
    changes = [outcome for outcome in outcomes if isinstance(outcome, Change)]
    overrides = [override for override in survey.overrides if ended_overrides or not override.is_over(now)]
    changes += [Change("delete", override) for override in overrides]
    changes += [Change("delete", rule) for rule in survey.forwarding_rules]
    changes += [Change("remove", membership) for membership in survey.memberships]
    last, notes = emptied_teams(survey.memberships, leavers, reach)
    found += last
    if found:
        return Plan((), tuple(found))
    # Each entry goes only once.
    return Plan(tuple({change.key: change for change in changes}.values()), (), notes)


def detach(entry: Roster, leavers: Sequence[Leaver], reach: Reach = ANYBODY) -> Change | Blocker | None:
    """Take the last of the leavers out of one rotation or escalation, or put the replacement in the same places.

    The others count as gone. None means that the person is not in it; a Blocker, that nobody who can be called would
    be left.
    """
    *earlier, leaver = leavers
    if not any(one.is_person(leaver.person) for one in entry.listed):
        return None
    kept = _left(entry, leaver).listed
    if all(one.type in NOBODY for one in kept):
        return blockers.only_one(entry, leaver.person)
    if not reach.somebody(entry.listed, leavers):
        return blockers.nobody_left(entry, leavers, kept, reach)
    before = reduce(_left, earlier, entry)
    return Change("replace" if leaver.replacement else "remove", before, _left(before, leaver))


def blocks_deletion(survey: Survey) -> bool:
    """Tell whether the person is in a rotation, an escalation or a team: the account is never deleted then."""
    memberships = [membership for membership in survey.memberships if not membership.stale]
    return bool(survey.rotations or survey.escalations or memberships)


def left(participants: Iterable[Participant], leaver: Leaver) -> tuple[Participant, ...]:
    """Return the participants of a rotation as a leaver leaves them."""
    return with_gaps(participants, leaver) if leaver.keep_turns else without(participants, [leaver])


def _left(entry: Roster, leaver: Leaver) -> Roster:
    """Return a rotation or an escalation as a leaver leaves it."""
    if isinstance(entry, Rotation):
        return replace(entry, participants=left(entry.participants, leaver))
    rules: list[Rule] = []
    for rule in entry.rules:
        rules += [replace(rule, recipient=recipient) for recipient in without([rule.recipient], [leaver])]
    return replace(entry, rules=tuple(rules))
