"""Blockers: why somebody must not be off-boarded, and what to do about it."""

from collections.abc import Iterable, Sequence, Set

from service.model import (
    Blocker,
    Membership,
    Participant,
    Person,
    Request,
    Roster,
    Rotation,
    TeamUse,
    ascii_lower,
)
from service.reach import NOBODY, Leaver, Reach
from service.wording import joined

MOST_NAMED = 20
"""Uses of a team that are named."""


def of_person(person: Person, protected: Set[str]) -> list[Blocker]:
    """Say that the person owns the account, or is one of the `protected` usernames."""
    found = []
    if person.owner:
        remedies = ("give the person another role first",)
        found.append(Blocker("owner", person.username, "an account owner is not off-boarded", remedies))
    if ascii_lower(person.username) in protected:
        remedies = ("change PROTECTED_USERS",)
        found.append(Blocker("protected_user", person.username, "the user is protected by a setting", remedies))
    return found


def unfit(request: Request, person: Person, replacement: Person | None) -> list[Blocker]:
    """Say why the replacement cannot take the person's places; empty where nobody was named, or nothing is wrong."""
    if not request.replace_with:
        return []
    if replacement is None:
        return [Blocker("replacement", request.replace_with, "the replacement does not exist", ())]
    if replacement.id == person.id or ascii_lower(replacement.username) == ascii_lower(person.username):
        return [Blocker("replacement", replacement.username, "the replacement is the leaver", ())]
    if replacement.blocked:
        return [Blocker("replacement", replacement.username, "the replacement is blocked", ())]
    return []


def only_one(entry: Roster, person: Person) -> Blocker:
    """Say that nobody else is in a rotation or an escalation."""
    if isinstance(entry, Rotation):
        return _of(entry, f"{person.username} is the only participant of this rotation")
    return _of(entry, f"{person.username} is the only recipient left in this escalation")


def nobody_left(entry: Roster, leavers: Sequence[Leaver], kept: Iterable[Participant], reach: Reach) -> Blocker:
    """Say that nobody who can be called is left in a rotation or an escalation, and why each of the rest cannot."""
    *earlier, leaver = leavers
    whys = dict.fromkeys(_why(one, earlier, reach) for one in kept if one.type not in NOBODY)
    reason = f"without {leaver.person.username} nobody who can be called is left in this {entry.kind}"
    return _of(entry, f"{reason}: {', '.join(whys)}")


def last_member(membership: Membership, person: Person, uses: Sequence[TeamUse], *, role: str = "") -> Blocker:
    """Say that the person is the last of a team to be called, and what uses the team.

    With a `role`, the person is the last of the team in that role, and only what notifies this role is meant.
    """
    member = role or "member"
    last = f"the last {member} of this team"
    if membership.others:
        last += " who can be called"
    names = [_use(use) for use in uses[:MOST_NAMED]]
    if len(uses) > MOST_NAMED:
        names.append(f"{len(uses) - MOST_NAMED} more")
    use = f"whose {member}s are notified" if role else "which is used"
    reason = f"{person.username} is {last}, {use} by {joined(names)}"
    return Blocker(
        membership.kind,
        membership.name,
        reason,
        (f"add another {member} to the team", "take the team out of what uses it"),
    )


def _of(entry: Roster, reason: str) -> Blocker:
    remedies = (
        ("add another participant", "delete the rotation")
        if isinstance(entry, Rotation)
        else ("add a rule for someone else", "delete the escalation")
    )
    return Blocker(entry.kind, _name(entry), reason, remedies, replaceable=True)


def _name(entry: TeamUse) -> str:
    return f"{entry.schedule.name} / {entry.name}" if isinstance(entry, Rotation) else entry.name


def _use(use: TeamUse) -> str:
    return f"the {use.kind.replace('_', ' ')} {_name(use)}"


def _why(one: Participant, earlier: Sequence[Leaver], reach: Reach) -> str:
    name = one.username or one.name or one.id
    if one.type != "user":
        whom = f"{one.role}s of the {one.type}" if one.role else one.type
        return f"nobody can be called through the {whom} {name}"
    if reach.is_blocked(one):
        return f"{name} is blocked"
    # Only a run over a list of people plans with somebody gone who is still there.
    leaver = next((leaver for leaver in earlier if one.is_person(leaver.person)), None)
    return f"{leaver.person.username if leaver else name} leaves in the same run"
