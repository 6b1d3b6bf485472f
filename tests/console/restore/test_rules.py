"""The rules of restoring, entry by entry, as pure functions."""

from dataclasses import replace
from datetime import UTC, datetime

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
OPSGENIE = Undo(invites=True, has_roles=True)
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

    some = rules.override(two, [], [left], TODAY, NOW)
    none = rules.override(two, [], [], TODAY, NOW)

    assert isinstance(some.write, Override)
    assert (some.write.rotations, some.write.user.id) == ((Named("r2", "R2"),), "new-ann")
    assert some.note.endswith("without 1 rotation that is gone")
    more = rules.override(three, [], [left], TODAY, NOW)
    assert more.note.endswith("without 2 rotations that are gone")
    assert (none.status, none.note) == (LEFT, "the rotations that it was for are gone")


def test_override_ended_present_or_reassigned_is_left_alone() -> None:
    taken = replace(OVERRIDE, user=Named("bob", "bob@example.com"))
    there = replace(OVERRIDE, user=Named("new-ann", ""))

    assert rules.override(OVERRIDE, [], [], TODAY, datetime(2027, 1, 1, tzinfo=UTC)).status == OVER
    assert rules.override(OVERRIDE, None, [], TODAY, NOW).note == "the schedule is gone"
    assert rules.override(OVERRIDE, [there], [], TODAY, NOW).status == THERE
    assert rules.override(OVERRIDE, [taken], [], TODAY, NOW).status == LEFT


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
    assert (gone.status, gone.note) == (LEFT, "bob@example.com has no account any more")
