"""Who can still be called through a rotation, an escalation or a team once people have left. Pure, like the rules."""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field

from service.model import Named, Participant, Person, TeamUse, ascii_lower

NOBODY = ("none", "noone")
"""Types of participants that stand for no one."""

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Leaver:
    """A leaver, and who takes their places in rotations and escalations."""

    person: Person
    replacement: Person | None = None
    keep_turns: bool = False
    """Whether "no one" takes their places in rotations, so that nobody else's turns move."""


def _nothing(_: object) -> tuple[()]:
    return ()


@dataclass(frozen=True)
class Reach:
    """What is known about who can be called.

    `behind` reads whom a team, an escalation or a schedule leads to, and `uses` what may lead to teams: rotations,
    escalations, and the teams' own routing rules. Both are asked only where the answer depends on them, and may raise
    ServiceError.
    """

    blocked: Set[str] = frozenset()
    """The ids and the usernames, in lower case, of the users who are blocked."""
    behind: Callable[[Participant], Sequence[Participant]] = field(default=_nothing, repr=False, compare=False)
    uses: Callable[[tuple[Named, ...]], Sequence[TeamUse]] = field(default=_nothing, repr=False, compare=False)

    def is_blocked(self, user: Participant) -> bool:
        """Tell whether this user is blocked, by id or by username."""
        return user.id in self.blocked or ascii_lower(user.username) in self.blocked

    def somebody(self, participants: Iterable[Participant], leavers: Sequence[Leaver]) -> bool:
        """Tell whether anybody can be called through these once the leavers are out of everything."""
        return self._somebody(without(participants, leavers), leavers, set())

    def colleague(self, members: Iterable[Participant], leavers: Sequence[Leaver], role: str = "") -> bool:
        """Tell whether a team with these members has one, of this role if any, who can be called.

        Replacements do not join teams. A member whose role is not known may have any.
        """
        fitting = (member for member in members if not role or member.role.lower() in ("", role))
        return any(self._callable(member, leavers) for member in fitting)

    def leads_to(self, participants: Iterable[Participant], team: Named, roles: Set[str]) -> bool:
        """Tell whether a team is among these or behind them, where members of one of these roles are notified."""
        return self._leads_to(participants, team, roles, set())

    def _somebody(self, kept: Sequence[Participant], leavers: Sequence[Leaver], seen: set[Key]) -> bool:
        # Users first: what is behind the others takes a call to know.
        if any(self._callable(one, leavers) for one in kept if one.type == "user"):
            return True
        for one in kept:
            if one.type == "user" or one.type in NOBODY or _key(one) in seen:
                continue
            seen.add(_key(one))
            entries = self.behind(one)
            if one.type == "team" and self.colleague(entries, leavers, one.role):
                return True
            if one.type != "team" and self._somebody(without(entries, leavers), leavers, seen):
                return True
        return False

    def _callable(self, user: Participant, leavers: Sequence[Leaver]) -> bool:
        return not self.is_blocked(user) and not any(user.is_person(leaver.person) for leaver in leavers)

    def _leads_to(self, participants: Iterable[Participant], team: Named, roles: Set[str], seen: set[Key]) -> bool:
        entries = tuple(participants)
        if any(one.is_team(team) and one.role in roles for one in entries):
            return True
        for one in entries:
            if one.type not in ("user", "team", *NOBODY) and _key(one) not in seen:
                seen.add(_key(one))
                if self._leads_to(self.behind(one), team, roles, seen):
                    return True
        return False


ANYBODY = Reach(behind=lambda _: (Participant("user", "somebody"),))
"""Counts everybody who is listed, and assumes that somebody is behind each team and the like."""


def without(participants: Iterable[Participant], leavers: Sequence[Leaver]) -> tuple[Participant, ...]:
    """Return the list without the leavers, with each replacement in its leaver's places."""
    kept = tuple(participants)
    for leaver in leavers:
        put = (as_participant(leaver.replacement),) if leaver.replacement else ()
        kept = tuple(one for entry in kept for one in (put if entry.is_person(leaver.person) else (entry,)))
    return kept


def with_gaps(participants: Iterable[Participant], leaver: Leaver) -> tuple[Participant, ...]:
    """Return the list with "no one" in the leaver's places."""
    return tuple(Participant("none") if one.is_person(leaver.person) else one for one in participants)


def as_participant(person: Person) -> Participant:
    """Make a participant of a user."""
    return Participant("user", id=person.id, username=person.username)


def _key(one: Participant) -> Key:
    return one.type, one.id or one.name, one.role
