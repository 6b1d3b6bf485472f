"""The rules: what an off-boarding changes, and what forbids it. Pure functions, no vendor."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from datetime import datetime

from service.model import (
    Blocker,
    Change,
    Escalation,
    Participant,
    Person,
    Request,
    Roster,
    Rotation,
    Rule,
    Survey,
    ascii_lower,
)


@dataclass(frozen=True)
class Plan:
    """What would change, in order; with blockers nothing may."""

    changes: tuple[Change, ...]
    blockers: tuple[Blocker, ...]


def decide(
    survey: Survey,
    request: Request,
    *,
    replacement: Person | None,
    protected: Set[str],
    now: datetime,
    ended_overrides: bool = False,
) -> Plan:
    """Decide what taking the person out changes, or name everything that forbids it.

    `replacement` is the account of `request.replace_with`, None where there is none. Overrides that ended before `now`
    stay unless `ended_overrides` are asked for.
    """
    person = survey.person
    blockers = [*survey.blockers, *_person_blockers(person, protected)]
    blockers += _replacement_blockers(person, request, replacement)
    changes: list[Change] = []
    if not (request.replace_with and replacement is None):
        entries: list[Roster] = [*survey.rotations, *survey.escalations]
        for entry in entries:
            outcome = detach(entry, person, replacement)
            if isinstance(outcome, Blocker):
                blockers.append(outcome)
            elif outcome is not None:
                changes.append(outcome)
    overrides = [override for override in survey.overrides if ended_overrides or not override.is_over(now)]
    changes += [Change("delete", override) for override in overrides]
    changes += [Change("delete", rule) for rule in survey.forwarding_rules]
    changes += [Change("remove", membership) for membership in survey.memberships]
    if blockers:
        return Plan((), tuple(blockers))
    # What is listed twice goes once.
    return Plan(tuple({change.key: change for change in changes}.values()), ())


def detach(entry: Roster, person: Person, replacement: Person | None = None) -> Change | Blocker | None:
    """Take the person out of one rotation or escalation, or put the replacement in the same places.

    None means that the person is not in it; a Blocker, that it would be left with nobody.
    """
    if isinstance(entry, Rotation):
        return _detach_rotation(entry, person, replacement)
    return _detach_escalation(entry, person, replacement)


def blocks_deletion(survey: Survey) -> bool:
    """Tell whether something was found for which an account is never deleted: a rotation, an escalation or a team."""
    memberships = [membership for membership in survey.memberships if not membership.stale]
    return bool(survey.rotations or survey.escalations or memberships)


def _detach_rotation(rotation: Rotation, person: Person, replacement: Person | None) -> Change | Blocker | None:
    if not any(participant.is_person(person) for participant in rotation.participants):
        return None
    kept = _without(rotation.participants, person, replacement)
    if all(participant.type == "none" for participant in kept):
        return Blocker(
            rotation.kind,
            f"{rotation.schedule.name} / {rotation.name}",
            f"{person.username} is the only participant of this rotation",
            ("add another participant", "delete the rotation"),
            replaceable=True,
        )
    after = replace(rotation, participants=kept)
    return Change("replace" if replacement else "remove", rotation, after)


def _without(
    participants: Iterable[Participant], person: Person, replacement: Person | None
) -> tuple[Participant, ...]:
    kept = []
    for participant in participants:
        if not participant.is_person(person):
            kept.append(participant)
        elif replacement:
            kept.append(_as_participant(replacement))
    return tuple(kept)


def _detach_escalation(escalation: Escalation, person: Person, replacement: Person | None) -> Change | Blocker | None:
    if not any(rule.recipient.is_person(person) for rule in escalation.rules):
        return None
    rules: list[Rule] = []
    for rule in escalation.rules:
        if not rule.recipient.is_person(person):
            rules.append(rule)
        elif replacement:
            rules.append(replace(rule, recipient=_as_participant(replacement)))
    if not rules:
        return Blocker(
            escalation.kind,
            escalation.name,
            f"{person.username} is the only recipient left in this escalation",
            ("add a rule for someone else", "delete the escalation"),
            replaceable=True,
        )
    after = replace(escalation, rules=tuple(rules))
    return Change("replace" if replacement else "remove", escalation, after)


def _as_participant(person: Person) -> Participant:
    return Participant("user", id=person.id, username=person.username)


def _person_blockers(person: Person, protected: Set[str]) -> list[Blocker]:
    blockers = []
    if person.owner:
        blockers.append(
            Blocker(
                "owner", person.username, "an account owner is not off-boarded", ("give the person another role first",)
            )
        )
    if ascii_lower(person.username) in protected:
        remedies = ("change PROTECTED_USERS",)
        blockers.append(Blocker("protected_user", person.username, "the user is protected by a setting", remedies))
    return blockers


def _replacement_blockers(person: Person, request: Request, replacement: Person | None) -> list[Blocker]:
    if not request.replace_with:
        return []
    if replacement is None:
        return [Blocker("replacement", request.replace_with, "the replacement does not exist", ())]
    if replacement.id == person.id or ascii_lower(replacement.username) == ascii_lower(person.username):
        return [Blocker("replacement", replacement.username, "the replacement is the leaver", ())]
    if replacement.blocked:
        return [Blocker("replacement", replacement.username, "the replacement is blocked", ())]
    return []
