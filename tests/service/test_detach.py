"""Detaching from one rotation or escalation: who matches, what goes and what stays."""

from dataclasses import replace

import pytest

from service.model import Blocker, Change, Escalation, Participant, Person, Rotation
from service.reach import Leaver
from service.rules import detach
from tests.support.people import ANNA, HARI, KOFI, LADDER, LEAVER, NOBODY, PLAN_B, SUCCESSOR, TEAM, escalation, rotation


def test_every_other_participant_stays_in_order() -> None:
    before = rotation(LEAVER, TEAM, NOBODY, ANNA, LEAVER, LADDER, ANNA, NOBODY)

    change = detach(before, [Leaver(HARI)])

    after = rotation(TEAM, NOBODY, ANNA, LADDER, ANNA, NOBODY)
    assert change == Change("remove", before, after)


def test_the_replacement_takes_each_of_the_leavers_places() -> None:
    before = rotation(LEAVER, TEAM, NOBODY, LEAVER, SUCCESSOR, LADDER, LEAVER)

    change = detach(before, [Leaver(HARI, KOFI)])

    after = rotation(SUCCESSOR, TEAM, NOBODY, SUCCESSOR, SUCCESSOR, LADDER, SUCCESSOR)
    assert change == Change("replace", before, after)


def test_kept_participant_keeps_its_vendor_data() -> None:
    source = {"type": "user", "id": "id-anna", "since": "2019"}

    change = detach(rotation(LEAVER, replace(ANNA, source=source)), [Leaver(HARI)])

    assert isinstance(change, Change)
    assert isinstance(change.after, Rotation)
    assert [entry.source for entry in change.after.participants] == [source]


@pytest.mark.parametrize(
    ("participant", "is_hari"),
    [
        (Participant("user", id="id-hari", username="hari@example.com"), True),
        (Participant("user", id="id-hari"), True),
        (Participant("user", username="hari@example.com"), True),
        (Participant("user", username="Hari@EXAMPLE.com"), True),
        (Participant("user", id="id-hari", username="former.name@example.com"), True),
        (Participant("user", id="ID-HARI"), False),
        (Participant("user", username="hari@example.co"), False),
        (Participant("user", username="hari@example.com.example"), False),
        (Participant("user", username="h\u0430ri@example.com"), False),
        (Participant("user", username="har\u0131@example.com"), False),
        (Participant("user"), False),
        (Participant("team", id="id-hari", name="hari@example.com"), False),
        (Participant("escalation", id="id-hari"), False),
        (Participant("none", id="id-hari", username="hari@example.com"), False),
    ],
)
def test_person_is_matched_by_id_or_username(participant: Participant, is_hari: bool) -> None:
    of_rotation = detach(rotation(participant, ANNA), [Leaver(HARI)])
    of_escalation = detach(escalation(participant, ANNA), [Leaver(HARI)])

    assert (of_rotation is not None) == is_hari
    assert (of_escalation is not None) == is_hari


def test_usernames_ignore_case_for_ascii_letters_only() -> None:
    """The Kelvin sign and the dotted I become ASCII letters when Unicode lowers them."""
    person = Person("id", "\u212aofi@example.com")

    assert person.is_named("", "\u212aOFI@example.com")
    assert not person.is_named("", "kofi@example.com")


def test_empty_id_and_username_match_nobody() -> None:
    assert not Person("", "").is_named("", "")


@pytest.mark.parametrize("entry", [rotation(ANNA, TEAM), rotation(), escalation(ANNA, TEAM), escalation()])
@pytest.mark.parametrize("replacement", [None, KOFI])
def test_roster_without_the_leaver_needs_no_change(entry: Rotation | Escalation, replacement: Person | None) -> None:
    assert detach(entry, [Leaver(HARI, replacement)]) is None


@pytest.mark.parametrize("participants", [(LEAVER,), (LEAVER, LEAVER), (NOBODY, LEAVER, NOBODY)])
def test_rotation_of_only_the_leaver_is_blocked_without_a_replacement(participants: tuple[Participant, ...]) -> None:
    blocker = detach(rotation(*participants), [Leaver(HARI)])

    assert blocker == Blocker(
        "rotation",
        "Payments / Days",
        "hari@example.com is the only participant of this rotation",
        ("add another participant", "delete the rotation"),
        replaceable=True,
    )
    replaced = tuple(SUCCESSOR if participant == LEAVER else participant for participant in participants)
    change = Change("replace", rotation(*participants), rotation(*replaced))
    assert detach(rotation(*participants), [Leaver(HARI, KOFI)]) == change


@pytest.mark.parametrize("other", [TEAM, LADDER, ANNA])
def test_rotation_may_keep_a_single_participant_of_any_type(other: Participant) -> None:
    change = detach(rotation(LEAVER, other), [Leaver(HARI)])

    assert change == Change("remove", rotation(LEAVER, other), rotation(other))


def test_the_leavers_rules_go_and_the_others_stay_in_order() -> None:
    before = escalation(TEAM, LEAVER, PLAN_B, LEAVER, ANNA)

    change = detach(before, [Leaver(HARI)])

    after = replace(before, rules=(before.rules[0], before.rules[2], before.rules[4]))
    assert change == Change("remove", before, after)


def test_replaced_recipient_keeps_the_rest_of_the_rule() -> None:
    before = escalation(TEAM, LEAVER, LEAVER)

    change = detach(before, [Leaver(HARI, KOFI)])

    assert change == Change("replace", before, escalation(TEAM, SUCCESSOR, SUCCESSOR))
    assert isinstance(change, Change)
    assert isinstance(change.after, Escalation)
    assert [rule.source for rule in change.after.rules] == [{"minutes": 0}, {"minutes": 1}, {"minutes": 2}]


@pytest.mark.parametrize("recipients", [(LEAVER,), (LEAVER, LEAVER)])
def test_escalation_to_only_the_leaver_is_blocked_without_a_replacement(recipients: tuple[Participant, ...]) -> None:
    blocker = detach(escalation(*recipients), [Leaver(HARI)])

    assert blocker == Blocker(
        "escalation",
        "Ladder",
        "hari@example.com is the only recipient left in this escalation",
        ("add a rule for someone else", "delete the escalation"),
        replaceable=True,
    )
    assert isinstance(detach(escalation(*recipients), [Leaver(HARI, KOFI)]), Change)
