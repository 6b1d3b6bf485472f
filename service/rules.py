"""The rules: what an off-boarding changes, and what forbids it. Pure functions, no vendor."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce

from service import blockers
from service.model import (
    NOTIFIED_ROLES,
    Blocker,
    Change,
    Membership,
    Named,
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
    changes: list[Change] = []
    if not (request.replace_with and replacement is None):
        entries: list[Roster] = [*survey.rotations, *survey.escalations]
        for entry in entries:
            outcome = detach(entry, leavers, reach)
            if isinstance(outcome, Blocker):
                found.append(outcome)
            elif outcome is not None:
                changes.append(outcome)
    overrides = [override for override in survey.overrides if ended_overrides or not override.is_over(now)]
    changes += [Change("delete", override) for override in overrides]
    changes += [Change("delete", rule) for rule in survey.forwarding_rules]
    changes += [Change("remove", membership) for membership in survey.memberships]
    last, notes = _emptied_teams(survey.memberships, leavers, reach)
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


def _lost_roles(team: Membership, leavers: Sequence[Leaver], reach: Reach) -> set[str]:
    """Return the roles of the leaver's in which nobody else in the team can be called; "" stands for the whole team."""
    own = [role for role in NOTIFIED_ROLES.values() if team.role.lower() in ("", role)]
    return {role for role in ("", *own) if not reach.colleague(team.others, leavers, role)}


def _emptied_teams(
    memberships: Iterable[Membership], leavers: Sequence[Leaver], reach: Reach
) -> tuple[list[Blocker], tuple[str, ...]]:
    """Judge the teams in which only the leaver could be called, or the only one of a role: used ones are blockers."""
    lost = {one: roles for one in memberships if not one.stale and (roles := _lost_roles(one, leavers, reach))}
    uses = reach.uses(tuple(dict.fromkeys(Named(one.id, one.name) for one in lost))) if lost else ()
    found: list[Blocker] = []
    notes: list[str] = []
    for one, roles in lost.items():
        if used_by := [use for use in uses if reach.leads_to(use.listed, Named(one.id, one.name), roles)]:
            found.append(blockers.last_member(one, leavers[-1].person, used_by, role=min(roles)))
        elif "" in roles:
            notes.append(
                f"integrations and policies that notify the team {one.name}, in which nobody can be called now"
            )
    return found, tuple(dict.fromkeys(notes))
