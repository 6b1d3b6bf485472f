"""Restoring slots: the same places if nothing else has changed, else what differs."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.restore.slots import Differs, Removal, chain, places, put_back
from service.model import Change, Delay, Escalation, Named, Participant, Person, Roster, Rotation, Rule
from service.reach import Leaver
from service.rules import detach

PEOPLE = {name: Person(id=name, username=f"{name}@example.com") for name in ("ann", "bob", "cid", "dee")}


def slot(name: str) -> Participant:
    if name in PEOPLE:
        return Participant("user", id=name, username=f"{name}@example.com")
    return Participant("none") if name == "none" else Participant("team", id=name, name=name)


def rotation(*names: str) -> Rotation:
    return Rotation("r", "Days", Named("s", "Ops"), tuple(map(slot, names)))


def escalation(*names: str) -> Escalation:
    rules = (Rule("if-not-acked", "default", Delay(5 * n, "minutes"), slot(name)) for n, name in enumerate(names))
    return Escalation("e", "Ladder", tuple(rules))


def leave(entry: Roster, name: str, by: str | None = None, *, keep_turns: bool = False) -> Removal:
    leaver = Leaver(PEOPLE[name], PEOPLE[by] if by else None, keep_turns)
    change = detach(entry, [leaver])
    assert isinstance(change, Change)
    # By the time of the restore the person has a new user.
    now = replace(PEOPLE[name], id=f"new-{name}")
    return Removal(leaver.person, leaver.replacement, change, now, keep_turns)


def after(removal: Removal) -> Roster:
    assert isinstance(removal.change.after, Roster)
    return removal.change.after


def test_person_is_restored_to_the_same_slots() -> None:
    gone = leave(rotation("ann", "bob", "none", "ann", "ops"), "ann")

    back = put_back(after(gone), [gone], gone)

    assert isinstance(back, Rotation)
    assert [one.id for one in back.participants] == ["new-ann", "bob", "", "new-ann", "ops"]
    assert put_back(back, [gone], gone) is None
    assert places(back, PEOPLE["ann"]) == "places 1, 4 of 5"


def test_replacement_gives_the_slots_back() -> None:
    gone = leave(escalation("ann", "bob", "cid"), "ann", by="bob")

    back = put_back(after(gone), [gone], gone)

    assert isinstance(back, Escalation)
    assert [(rule.recipient.id, rule.delay.time_amount) for rule in back.rules] == [
        ("new-ann", 0),
        ("bob", 5),
        ("cid", 10),
    ]


def test_no_one_gives_the_leavers_slots_back_and_keeps_its_own() -> None:
    gone = leave(rotation("none", "ann", "bob", "none", "ann"), "ann", keep_turns=True)

    back = put_back(after(gone), [gone], gone)

    assert after(gone) == rotation("none", "none", "bob", "none", "none")
    assert isinstance(back, Rotation)
    assert [(one.type, one.id) for one in back.participants] == [
        ("none", ""),
        ("user", "new-ann"),
        ("user", "bob"),
        ("none", ""),
        ("user", "new-ann"),
    ]
    assert put_back(back, [gone], gone) is None


def test_no_one_is_known_by_its_type_whatever_else_it_shows() -> None:
    gone = leave(rotation("ann", "bob"), "ann", keep_turns=True)
    now = replace(rotation(), participants=(Participant("noone", name="No-one"), slot("bob")))

    back = put_back(now, [gone], gone)

    assert isinstance(back, Rotation)
    assert [one.id for one in back.participants] == ["new-ann", "bob"]


def test_keep_turns_leaves_no_gap_in_an_escalation_to_be_filled() -> None:
    gone = leave(escalation("ann", "bob"), "ann", keep_turns=True)

    back = put_back(after(gone), [gone], gone)

    assert isinstance(back, Escalation)
    assert [rule.recipient.id for rule in back.rules] == ["new-ann", "bob"]


def test_existing_slots_are_written_back_unchanged() -> None:
    gone = leave(rotation("ann", "bob"), "ann")
    now = replace(rotation(), participants=(replace(slot("bob"), source={"type": "user", "id": "bob", "more": 1}),))

    back = put_back(now, [gone], gone)

    assert isinstance(back, Rotation)
    assert back.participants[1].source == {"type": "user", "id": "bob", "more": 1}


def test_edited_roster_is_left_alone_and_the_difference_described() -> None:
    gone = leave(rotation("ann", "bob", "ops"), "ann")
    texts = {
        ("bob", "ops", "cid"): "cid@example.com added since",
        ("bob",): "ops taken out since",
        ("cid", "bob"): "cid@example.com added since and ops taken out since",
        ("ops", "bob"): "the order changed since",
    }

    assert {names: put_back(rotation(*names), [gone], gone) for names in texts} == {
        names: Differs(text) for names, text in texts.items()
    }


def test_rotation_whose_gaps_were_edited_is_left_alone_and_the_difference_described() -> None:
    gone = leave(rotation("ann", "bob", "none", "ops"), "ann", keep_turns=True)
    texts = {
        ("cid", "bob", "none", "ops"): 'cid@example.com added since and "no one" taken out since',
        ("bob", "none", "ops"): '"no one" taken out since',
        ("none", "none", "bob", "none", "ops"): '"no one" added since',
        ("bob", "none", "none", "ops"): "the order changed since",
    }

    assert {names: put_back(rotation(*names), [gone], gone) for names in texts} == {
        names: Differs(text) for names, text in texts.items()
    }


def test_one_of_two_removed_people_is_restored_alone() -> None:
    first = leave(rotation("ann", "bob", "cid"), "ann")
    second = leave(after(first), "bob")

    back = put_back(after(second), chain([first, second], 0), first)

    assert isinstance(back, Rotation)
    assert [one.id for one in back.participants] == ["new-ann", "cid"]
    both = put_back(back, chain([first, second], 1), second)
    assert isinstance(both, Rotation)
    assert [one.id for one in both.participants] == ["new-ann", "new-bob", "cid"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_standing_in_for_another_does_not_count_as_restored(order: tuple[int, int]) -> None:
    first = leave(rotation("bob", "ann", "cid", "ann"), "bob")
    second = leave(after(first), "ann", by="bob")
    removals = [replace(first, now=PEOPLE["bob"]), second]

    now = after(second)
    for place in order:
        back = put_back(now, removals, removals[place])
        assert isinstance(back, Rotation)
        now = back
        assert put_back(now, removals, removals[place]) is None

    assert _names(now) == _names(rotation("bob", "ann", "cid", "ann"))


def test_chain_ends_at_somebody_elses_edit() -> None:
    first = leave(rotation("ann", "bob", "cid"), "ann")
    second = leave(rotation("bob", "dee", "cid"), "bob")

    assert chain([first, second], 0) == [first]
    assert chain([first, second], 1) == [second]


HOW = st.sampled_from(["out", "keep_turns", *PEOPLE])
"""Plainly, with "no one" in the places, or with one of these people in them."""


@given(
    names=st.lists(st.sampled_from([*PEOPLE, "ops", "none"]), min_size=2, max_size=8),
    leavers=st.permutations(list(PEOPLE)).map(lambda names: names[:3]),
    how=st.lists(HOW, min_size=3, max_size=3),
    order=st.permutations([0, 1, 2]),
    make=st.sampled_from([rotation, escalation]),
)
@example(["bob", "cid"], ["bob", "ann", "cid"], ["ann", "out", "bob"], [1, 0, 2], rotation)
@example(["bob", "none", "ann"], ["bob", "ann", "cid"], ["keep_turns", "bob", "out"], [1, 0, 2], rotation)
def test_removals_can_be_undone_in_any_order(
    names: list[str], leavers: list[str], how: list[str], order: list[int], make: Callable[..., Roster]
) -> None:
    start: Roster = make(*names)
    now, removals = start, []
    for leaver, way in zip(leavers, how, strict=True):
        by = way if way in PEOPLE and way != leaver else None
        if isinstance(detach(now, [Leaver(PEOPLE[leaver], PEOPLE[by] if by else None)]), Change):
            removals.append(leave(now, leaver, by, keep_turns=way == "keep_turns"))
            now = after(removals[-1])

    # Whoever stands in for somebody who left later has kept the account.
    kept = {removal.replacement.id for removal in removals if removal.replacement}
    removals = [replace(one, now=one.person) if one.person.id in kept else one for one in removals]

    for place in (place for place in order if place < len(removals)):
        back = put_back(now, chain(removals, place), removals[place])
        assert not isinstance(back, Differs)
        now = back or now

    assert _names(now) == _names(start)


def _names(entry: Roster) -> list[tuple[str, str]]:
    slots = entry.participants if isinstance(entry, Rotation) else [rule.recipient for rule in entry.rules]
    return [(one.type, one.username or one.name) for one in slots]
