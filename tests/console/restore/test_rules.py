"""The rules of restoring, entry by entry, as pure functions."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from console.client import Account, Standing, Undo
from console.restore import rules
from console.restore.rules import LEFT, OVER, PLANNED, THERE
from service.model import ForwardingRule, Membership, Named, Override, Person, Rotation

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ANN = Person("old-ann", "ann@example.com", role="Admin")
TODAY = replace(ANN, id="new-ann")
BOB = Person("bob", "bob@example.com")
TEAM = Membership("t", "Ops", Named("old-ann", "ann@example.com"), "admin")
SCHEDULE = Named("s", "Days")
TIMES = ("2026-11-30T00:00:00Z", "2026-12-24T00:00:00Z")
OVERRIDE = Override("o", SCHEDULE, Named("old-ann", "ann@example.com"), *TIMES)
OPSGENIE = Undo(invites=True, keeps_aliases=True, has_roles=True)
THEN = ", then run this again"
BY_HAND = f"the account is gone: invite the person by hand{THEN}"
SITE = Undo(invites=False, keeps_aliases=False, has_roles=False)
RULE = ForwardingRule("f", "holiday", Named("old-ann", "ann@example.com"), Named("bob", "bob@example.com"), *TIMES)


def test_user_is_invited_only_when_missing() -> None:
    assert rules.account(ANN, Account(Standing.GONE), OPSGENIE).status == PLANNED
    assert rules.account(ANN, Account(Standing.THERE, ANN), OPSGENIE).note == "the account is there"
    there = rules.account(ANN, Account(Standing.THERE, TODAY), OPSGENIE)
    assert there.note == "an account with this username is there"


def test_membership_is_restored_with_its_role() -> None:
    step = rules.membership(TEAM, [(Named("bob", "bob@example.com"), "user")], TODAY, OPSGENIE)

    assert step.status == PLANNED
    assert step.write == replace(TEAM, user=Named("new-ann", "ann@example.com"))


def test_membership_that_exists_or_cannot_be_restored_is_left_alone() -> None:
    there = [(Named("new-ann", ""), "admin")]

    assert rules.membership(TEAM, there, TODAY, OPSGENIE).status == THERE
    assert rules.membership(TEAM, None, TODAY, OPSGENIE).note == "the team is gone"
    assert rules.membership(replace(TEAM, role=""), [], TODAY, OPSGENIE).status == LEFT
    assert rules.membership(TEAM, [(Named("new-ann", ""), "user")], TODAY, OPSGENIE).status == LEFT


def test_override_is_restored_for_its_remaining_rotations() -> None:
    two = replace(OVERRIDE, rotations=(Named("r1", "R1"), Named("r2", "R2")))
    three = replace(OVERRIDE, rotations=(*two.rotations, Named("r3", "R3")))
    left = Rotation("r2", "R2", SCHEDULE, ())

    some = rules.override(two, [], [left], TODAY, NOW, OPSGENIE)
    none = rules.override(two, [], [], TODAY, NOW, OPSGENIE)

    assert isinstance(some.write, Override)
    assert (some.write.rotations, some.write.user.id) == ((Named("r2", "R2"),), "new-ann")
    assert some.note.endswith("without 1 rotation that is gone")
    more = rules.override(three, [], [left], TODAY, NOW, OPSGENIE)
    assert more.note.endswith("without 2 rotations that are gone")
    assert (none.status, none.note) == (LEFT, "the rotations that it was for are gone")


def test_override_ended_present_or_reassigned_is_left_alone() -> None:
    taken = replace(OVERRIDE, user=Named("bob", "bob@example.com"))
    there = replace(OVERRIDE, user=Named("new-ann", ""))

    assert rules.override(OVERRIDE, [], [], TODAY, datetime(2027, 1, 1, tzinfo=UTC), OPSGENIE).status == OVER
    assert rules.override(OVERRIDE, None, [], TODAY, NOW, OPSGENIE).note == "the schedule is gone"
    assert rules.override(OVERRIDE, [there], [], TODAY, NOW, OPSGENIE).status == THERE
    assert rules.override(OVERRIDE, [taken], [], TODAY, NOW, OPSGENIE).status == LEFT


def test_forwarding_rule_is_restored_between_current_users() -> None:
    other = replace(RULE, alias="another", from_user=Named("new-ann", ""))

    step = rules.forwarding_rule(RULE, [other], (TODAY, BOB), NOW)

    assert isinstance(step.write, ForwardingRule)
    assert (step.write.from_user.id, step.write.to_user.id) == ("new-ann", "bob")


def test_forwarding_rule_ended_present_or_without_a_user_is_left_alone() -> None:
    there = replace(RULE, id="new", from_user=Named("new-ann", ""))
    ends = (TODAY, BOB)

    assert rules.forwarding_rule(RULE, [], ends, datetime(2027, 1, 1, tzinfo=UTC)).status == OVER
    assert rules.forwarding_rule(RULE, [there], ends, NOW).status == THERE
    assert rules.forwarding_rule(replace(RULE, alias=""), [there], ends, NOW).status == THERE
    assert rules.forwarding_rule(RULE, [replace(there, to_user=Named("x", ""))], ends, NOW).status == LEFT
    gone = rules.forwarding_rule(RULE, [], (TODAY, None), NOW)
    assert (gone.status, gone.note) == (LEFT, "bob@example.com has no active account")


SAME = replace(OVERRIDE, id="new-alias", user=Named("new-ann", ""))


@pytest.mark.parametrize(
    ("there", "nth", "status"),
    [
        ([SAME], 1, THERE),
        ([SAME], 2, PLANNED),
        ([SAME, SAME], 2, THERE),
        ([replace(SAME, start_date="2026-11-30T00:00:00.000Z")], 1, THERE),
        ([replace(SAME, start_date="2026-12-01T00:01:00Z")], 1, THERE),
        ([replace(SAME, start_date="2026-12-01T00:10:00Z")], 1, PLANNED),
        ([replace(SAME, end_date="2026-12-25T00:00:00Z")], 1, PLANNED),
        ([replace(SAME, user=Named("bob", ""))], 1, PLANNED),
        ([replace(SAME, rotations=(Named("r1", "R1"),))], 1, PLANNED),
        ([replace(SAME, id="o", user=Named("bob", ""))], 1, LEFT),
    ],
)
def test_override_under_a_new_alias_is_known_by_person_times_and_rotations(
    there: list[Override], nth: int, status: str
) -> None:
    assert rules.override(OVERRIDE, there, [], TODAY, NOW, SITE, nth=nth).status == status


def test_override_that_is_to_come_is_known_by_its_start() -> None:
    later = replace(OVERRIDE, start_date="2026-12-20T00:00:00Z")
    soon = replace(SAME, start_date="2026-12-01T00:01:00Z")

    assert rules.override(later, [soon], [], TODAY, NOW, SITE).status == PLANNED
    assert rules.override(later, [replace(soon, start_date=later.start_date)], [], TODAY, NOW, SITE).status == THERE


def test_override_under_another_alias_is_another_one_where_aliases_stay() -> None:
    assert rules.override(OVERRIDE, [SAME], [], TODAY, NOW, OPSGENIE).status == PLANNED


def test_second_forwarding_rule_of_the_same_people_and_times_is_another_one() -> None:
    rule = replace(RULE, alias="")
    there = replace(rule, id="new", from_user=Named("new-ann", ""), start_date="2026-11-30T00:00:00.000Z")

    found = [rules.forwarding_rule(rule, [there], (TODAY, BOB), NOW, nth=nth).status for nth in (1, 2)]

    assert found == [THERE, PLANNED]


@pytest.mark.parametrize(
    ("account", "ended", "expected"),
    [
        (Account(Standing.SUSPENDED, ANN), "suspend", (PLANNED, "the suspension is undone")),
        (
            Account(Standing.SUSPENDED, ANN),
            "remove",
            (
                LEFT,
                "the account is suspended, and not by this off-boarding: restore it by hand, then run this again",
            ),
        ),
        (Account(Standing.GONE), "suspend", (LEFT, BY_HAND)),
        (Account(Standing.INACTIVE, ANN), "remove", (LEFT, BY_HAND)),
        (
            Account(Standing.INACTIVE, ANN),
            "suspend",
            (LEFT, "the account is not active: activate it by hand, then run this again"),
        ),
    ],
)
def test_account_of_a_site_comes_back_or_has_to_by_hand(
    account: Account, ended: str, expected: tuple[str, str]
) -> None:
    step = rules.account(ANN, account, SITE, ended)

    assert (step.status, step.note) == expected
