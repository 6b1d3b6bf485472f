"""The rules by themselves: what off-boarding a person changes, and what blocks it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from service.model import Blocker, Change, ForwardingRule, Membership, Named, Override, Person, Request
from service.rules import Plan, blocks_deletion, decide
from service.survey import Survey
from tests.support.people import ANNA, HARI, KOFI, LEAVER, NAMED_HARI, NAMED_KOFI, NOBODY, TEAM, escalation, rotation

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def override(end_date: str) -> Override:
    return Override("alias", Named("id-schedule", "Payments"), NAMED_HARI, "2026-11-01T00:00:00Z", end_date)


def decided(survey: Survey, protected: frozenset[str] = frozenset()) -> Plan:
    request = Request(survey.person.username)
    return decide(survey, request, replacement=None, protected=protected, now=NOW)


@pytest.mark.parametrize(
    ("replacement", "name", "reason"),
    [
        (None, "gone@example.com", "the replacement does not exist"),
        (replace(KOFI, blocked=True), "kofi@example.com", "the replacement is blocked"),
        (HARI, "hari@example.com", "the replacement is the leaver"),
        (Person("id-hari", "new.name@example.com"), "new.name@example.com", "the replacement is the leaver"),
        (Person("id-other", "HARI@example.com"), "HARI@example.com", "the replacement is the leaver"),
    ],
)
def test_unusable_replacement_is_a_blocker(replacement: Person | None, name: str, reason: str) -> None:
    survey = Survey(HARI, rotations=(rotation(LEAVER, ANNA),))
    request = Request(HARI.username, replace_with="gone@example.com")

    plan = decide(survey, request, replacement=replacement, protected=frozenset(), now=NOW)

    blocker = Blocker("replacement", name, reason, ())
    assert plan == Plan((), (blocker,))


def test_missing_replacement_is_the_only_blocker_where_it_would_take_the_last_place() -> None:
    survey = Survey(HARI, rotations=(rotation(LEAVER),), escalations=(escalation(LEAVER),))
    request = Request(HARI.username, replace_with="gone@example.com")

    plan = decide(survey, request, replacement=None, protected=frozenset(), now=NOW)

    assert [blocker.kind for blocker in plan.blockers] == ["replacement"]


def test_no_requested_replacement_is_no_blocker() -> None:
    plan = decide(Survey(HARI), Request(HARI.username), replacement=None, protected=frozenset(), now=NOW)

    assert plan == Plan((), ())


def why_not(username: str) -> dict[str, Blocker]:
    """Return the blockers by kind."""
    return {
        "owner": Blocker(
            "owner", username, "an account owner is not off-boarded", ("give the person another role first",)
        ),
        "protected_user": Blocker(
            "protected_user", username, "the user is protected by a setting", ("change PROTECTED_USERS",)
        ),
    }


@pytest.mark.parametrize(
    ("person", "protected", "kinds"),
    [
        (replace(HARI, owner=True, role="Owner"), set(), ["owner"]),
        (HARI, {"hari@example.com"}, ["protected_user"]),
        (replace(HARI, username="Hari@Example.com"), {"hari@example.com"}, ["protected_user"]),
        (replace(HARI, owner=True), {"hari@example.com"}, ["owner", "protected_user"]),
        (HARI, {"kofi@example.com", "hari@example.co"}, []),
        (replace(HARI, blocked=True), set(), []),
    ],
)
def test_owners_and_protected_users_are_blocked(person: Person, protected: set[str], kinds: list[str]) -> None:
    plan = decided(Survey(person), protected=frozenset(protected))

    assert list(plan.blockers) == [why_not(person.username)[kind] for kind in kinds]


def test_entries_listed_twice_are_changed_once() -> None:
    days, cover = rotation(LEAVER, ANNA), override("2027-01-01T00:00:00Z")

    plan = decided(Survey(HARI, rotations=(days, days), overrides=(cover, cover)))

    assert plan.changes == (Change("remove", days, rotation(ANNA)), Change("delete", cover))


def test_rotations_and_escalations_that_others_took_the_person_out_of_are_left_alone() -> None:
    days = rotation(LEAVER, ANNA)
    survey = Survey(HARI, rotations=(rotation(ANNA), days), escalations=(escalation(ANNA),))

    assert decided(survey) == Plan((Change("remove", days, rotation(ANNA)),), ())


def test_every_blocker_is_named_and_nothing_is_planned() -> None:
    survey = Survey(
        replace(HARI, owner=True),
        rotations=(rotation(LEAVER), rotation(LEAVER, ANNA), rotation(NOBODY, LEAVER)),
        escalations=(escalation(LEAVER),),
        overrides=(override("2027-01-01T00:00:00Z"),),
        memberships=(Membership("id-team", "Data", NAMED_HARI, "admin"),),
    )

    plan = decided(survey, protected=frozenset({"hari@example.com"}))

    kinds = ["owner", "protected_user", "rotation", "rotation", "escalation"]
    assert [blocker.kind for blocker in plan.blockers] == kinds
    assert plan.changes == ()


@pytest.mark.parametrize(
    ("end_date", "goes"),
    [
        ("2026-11-25T12:00:01Z", True),
        ("2027-01-01T00:00:00.000Z", True),
        ("2026-11-25T11:00:00-05:00", True),
        ("2026-11-25T12:00:00Z", False),
        ("2026-11-25T13:00:00+05:30", False),
        ("2020-01-01T00:00:00Z", False),
        ("", True),
        ("tomorrow", True),
        ("2020-01-01T00:00:00", True),
        ("2020-13-45T00:00:00Z", True),
    ],
)
def test_overrides_are_deleted_unless_certainly_over(end_date: str, goes: bool) -> None:
    plan = decided(Survey(HARI, overrides=(override(end_date),)))

    assert plan.changes == ((Change("delete", override(end_date)),) if goes else ())


def test_changes_come_in_a_fixed_order() -> None:
    rules = (
        ForwardingRule("id-out", "", NAMED_HARI, NAMED_KOFI, "", ""),
        ForwardingRule("id-in", "", NAMED_KOFI, NAMED_HARI, "", ""),
    )
    membership = Membership("id-team", "Data", NAMED_HARI, "admin")
    nights = replace(rotation(TEAM, LEAVER), id="id-nights")
    survey = Survey(
        HARI,
        rotations=(rotation(LEAVER, ANNA), nights),
        escalations=(escalation(LEAVER, TEAM),),
        overrides=(override("2027-01-01T00:00:00Z"), override("2020-01-01T00:00:00Z")),
        forwarding_rules=rules,
        memberships=(membership,),
    )

    plan = decided(survey)

    assert plan.blockers == ()
    assert plan.changes == (
        Change("remove", rotation(LEAVER, ANNA), rotation(ANNA)),
        Change("remove", nights, replace(rotation(TEAM), id="id-nights")),
        Change("remove", survey.escalations[0], replace(survey.escalations[0], rules=survey.escalations[0].rules[1:])),
        Change("delete", override("2027-01-01T00:00:00Z")),
        Change("delete", rules[0]),
        Change("delete", rules[1]),
        Change("remove", membership),
    )


@pytest.mark.parametrize(
    ("holders", "blocking"),
    [
        ({}, False),
        ({"overrides": (override(""),)}, False),
        ({"forwarding_rules": (ForwardingRule("id", "", NAMED_HARI, NAMED_KOFI, "", ""),)}, False),
        ({"rotations": (rotation(LEAVER, ANNA),)}, True),
        ({"escalations": (escalation(LEAVER, ANNA),)}, True),
        ({"memberships": (Membership("id-team", "Data", NAMED_HARI, ""),)}, True),
        ({"memberships": (Membership("id-team", "Data", NAMED_HARI, "", stale=True),)}, False),
    ],
)
def test_only_rotations_escalations_and_current_teams_block_deletion(holders: dict[str, Any], blocking: bool) -> None:
    assert blocks_deletion(Survey(HARI, **holders)) == blocking
