"""Rosters as lists of slots, and what removing people, or restoring them, does to the list."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import combinations

from service.model import Change, Escalation, Participant, Person, Roster, Rotation, Rule, ascii_lower
from service.reach import NOBODY, as_participant

Slot = Participant | Rule
Slots = tuple[Slot, ...]


@dataclass(frozen=True)
class Removal:
    """One person's removal from a roster; `now` is the person's current user, if any.

    `keep_turns`: "no one" took the places, in a rotation.
    """

    person: Person
    replacement: Person | None
    change: Change
    now: Person | None
    keep_turns: bool = False


@dataclass(frozen=True)
class Differs:
    """The list is not as the record left it; `text` says how."""

    text: str


def slots(entry: object) -> Slots:
    """Return the participants of a rotation, or the rules of an escalation."""
    if isinstance(entry, Rotation):
        return entry.participants
    return entry.rules if isinstance(entry, Escalation) else ()


def chain(removals: Sequence[Removal], place: int) -> list[Removal]:
    """Return the run of removals that includes `place`, without anybody else's change in between."""
    first = last = place
    while first and _same(slots(removals[first - 1].change.after), slots(removals[first].change.before)):
        first -= 1
    while last + 1 < len(removals) and _same(
        slots(removals[last].change.after), slots(removals[last + 1].change.before)
    ):
        last += 1
    return list(removals[first : last + 1])


def put_back(now: Roster, removals: Sequence[Removal], whom: Removal) -> Roster | Differs | None:
    """Put one person of a chain back into the same slots; None if that is done already.

    The list must be as the chain left it, apart from its people who are already back.
    """
    current = slots(now)
    there = {r.person.id for r in removals if r.now and any(_recipient(s).is_person(r.now) for s in current)}
    for back in _guesses(there, _stand_ins(removals)):
        want = _expected(removals, back | {whom.person.id})
        if _same(current, want):
            return None
        if _same(current, _expected(removals, back)):
            return _with(now, _kept(want, current))
    return Differs(_difference(_expected(removals, there), current))


def _guesses(there: set[str], stand_ins: set[str]) -> Iterator[set[str]]:
    """Yield who may be back: the people in the list, of whom some may only stand in for somebody removed later."""
    doubtful = sorted(there & stand_ins)
    for number in range(len(doubtful) + 1):
        yield from (there - set(some) for some in combinations(doubtful, number))


def _stand_ins(removals: Sequence[Removal]) -> set[str]:
    """Return the ids of the chain's people who also took somebody's places."""
    stand_ins = [removal.replacement for removal in removals if removal.replacement]
    people = [removal.person for removal in removals]
    return {person.id for person in people if any(person.is_named(one.id, one.username) for one in stand_ins)}


def _expected(removals: Sequence[Removal], back: AbstractSet[str]) -> Slots:
    """Return the list without the chain's people, except those who are back."""
    left = slots(removals[0].change.before)
    for removal in removals:
        left = tuple(
            kept
            for slot in left
            for kept in (_filled(slot, removal, back) if _recipient(slot).is_person(removal.person) else (slot,))
        )
    return left


def _filled(slot: Slot, removal: Removal, back: AbstractSet[str]) -> Slots:
    """Return what is in a person's slot after the removal, or once the person is back; () if the slot went."""
    stands_in = removal.now if removal.person.id in back else removal.replacement
    if stands_in:
        participant = as_participant(stands_in)
        return (replace(slot, recipient=participant) if isinstance(slot, Rule) else participant,)
    return (Participant("none"),) if removal.keep_turns and isinstance(slot, Participant) else ()


def _recipient(slot: Slot) -> Participant:
    return slot.recipient if isinstance(slot, Rule) else slot


def _kept(wanted: Slots, current: Slots) -> Slots:
    """Take current slots as they are, so that they are written back unchanged."""
    there = list(current)
    kept = []
    for slot in wanted:
        found = next((one for one in there if _alike(one, slot)), None)
        if found is not None:
            there.remove(found)
        kept.append(found or slot)
    return tuple(kept)


def _with(entry: Roster, new: Slots) -> Roster:
    if isinstance(entry, Rotation):
        return replace(entry, participants=tuple(slot for slot in new if isinstance(slot, Participant)))
    return replace(entry, rules=tuple(slot for slot in new if isinstance(slot, Rule)))


def _same(left: Slots, right: Slots) -> bool:
    return len(left) == len(right) and all(map(_alike, left, right))


def _alike(left: Slot, right: Slot) -> bool:
    if isinstance(left, Rule) and isinstance(right, Rule):
        same_step = (left.condition, left.notify_type, left.delay) == (right.condition, right.notify_type, right.delay)
        return same_step and _alike(left.recipient, right.recipient)
    if not (isinstance(left, Participant) and isinstance(right, Participant)):
        return False
    if left.type in NOBODY or right.type in NOBODY or left.type != right.type:
        return left.type in NOBODY and right.type in NOBODY
    # An id changes when a user is recreated, a username when a person is renamed; either may match.
    same_id = bool(left.id) and left.id == right.id
    same_username = bool(left.username) and ascii_lower(left.username) == ascii_lower(right.username)
    return same_id or same_username or (left.id, left.username, left.name) == (right.id, right.username, right.name)


def _difference(expected: Slots, current: Slots) -> str:
    """Describe how a list differs from the expected one."""
    missing, added = _without(expected, current), _without(current, expected)
    parts = [f"{_names(slots)} {word} since" for slots, word in ((added, "added"), (missing, "taken out")) if slots]
    return " and ".join(parts) or "the order changed since"


def _without(left: Slots, right: Slots) -> list[Slot]:
    rest = list(right)
    found = []
    for slot in left:
        match = next((one for one in rest if _alike(one, slot)), None)
        if match is None:
            found.append(slot)
        else:
            rest.remove(match)
    return found


def _names(found: Iterable[Slot]) -> str:
    return ", ".join(dict.fromkeys(map(_name, found)))


def _name(slot: Slot) -> str:
    one = _recipient(slot)
    named = '"no one"' if one.type in NOBODY else one.username or one.name or one.id or one.type
    return f"{named} after {slot.delay.time_amount} {slot.delay.time_unit}" if isinstance(slot, Rule) else named


def places(entry: Roster, person: Person) -> str:
    """Describe a person's places in a list."""
    word = "place" if isinstance(entry, Rotation) else "rule"
    found = [str(place) for place, slot in enumerate(slots(entry), 1) if _recipient(slot).is_person(person)]
    return f"{word}{'s' if len(found) > 1 else ''} {', '.join(found)} of {len(slots(entry))}"
