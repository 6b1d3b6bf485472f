"""One write at a time: what is read again before it, and what is told after it."""

from dataclasses import replace
from functools import partial

import pytest

from service.changes import Changes
from service.errors import BadRequestError, BlockedError, NotFoundError, UnavailableError
from service.model import Change, Entry, ForwardingRule, Override
from tests.support.changes_harness import (
    LEAVE,
    MEMBER,
    OUT,
    READ,
    READ_TEAM,
    WITHOUT,
    WRITE,
    WRITE_TEAM,
    ChangesHarness,
)
from tests.support.fake_client import failing
from tests.support.people import HARI, LEAVER, NAMED_HARI, TEAM, rotation

COVER = Override("cover", NAMED_HARI, NAMED_HARI, "", "")
FORWARD = ForwardingRule("id-forward", "", NAMED_HARI, NAMED_HARI, "", "")


def test_a_write_is_told_and_remains_no_more(changes_harness: ChangesHarness) -> None:
    changes_harness.make(OUT)
    changes_harness.make(LEAVE)

    assert changes_harness.outcome() == ((OUT, LEAVE), (), ())
    assert changes_harness.fake_client.log == [WRITE, WRITE_TEAM]


def test_what_was_not_planned_is_told_too(changes_harness: ChangesHarness) -> None:
    changes_harness.changes.plan(())
    changes_harness.make(OUT)

    assert changes_harness.outcome() == ((OUT,), (), ())


@pytest.mark.parametrize(("age", "calls"), [(1.0, [WRITE]), (1.001, [READ, WRITE])])
def test_what_was_read_long_ago_is_read_again(changes_harness: ChangesHarness, age: float, calls: list[str]) -> None:
    changes_harness.age = age
    changes_harness.make(OUT)

    assert changes_harness.fake_client.log == calls
    assert changes_harness.outcome() == ((OUT,), (LEAVE,), ())


def test_each_change_is_shown_before_it_is_written(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.when(WRITE_TEAM, lambda: changes_harness.shown.append((changes_harness.changes, OUT)))
    changes_harness.make(LEAVE)

    assert changes_harness.shown == [(changes_harness.changes, LEAVE), (changes_harness.changes, OUT)], (
        "before the write, which adds the other one"
    )


def test_a_change_is_shown_again_as_a_fresh_read_makes_it(changes_harness: ChangesHarness) -> None:
    changes_harness.age = 2.0
    changes_harness.fake_client.put(rotation(TEAM, LEAVER))
    changes_harness.make(OUT)

    by_then = Change("remove", rotation(TEAM, LEAVER), rotation(TEAM))
    assert changes_harness.shown == [(changes_harness.changes, OUT), (changes_harness.changes, by_then)]


def test_what_keeps_a_change_from_being_shown_keeps_it_from_being_made(changes_harness: ChangesHarness) -> None:
    def full(*_: object) -> None:
        raise OSError("the disk is full")

    changes_harness.changes = Changes(changes_harness.fake_client, lambda *_: None, full)
    with pytest.raises(OSError, match=r"^the disk is full$"):
        changes_harness.make(LEAVE)
    assert changes_harness.fake_client.log == []


def test_what_is_read_again_is_what_is_changed_and_told(changes_harness: ChangesHarness) -> None:
    changes_harness.age = 2.0
    changes_harness.fake_client.put(rotation(TEAM, LEAVER))
    changes_harness.make(OUT)

    assert changes_harness.outcome() == ((Change("remove", rotation(TEAM, LEAVER), rotation(TEAM)),), (LEAVE,), ())


def test_what_somebody_else_did_already_is_not_told(changes_harness: ChangesHarness) -> None:
    changes_harness.age = 2.0
    changes_harness.fake_client.put(WITHOUT)
    changes_harness.make(OUT)

    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (((), (LEAVE,), ()), [READ])


def test_what_the_rules_forbid_by_now_is_not_written(changes_harness: ChangesHarness) -> None:
    changes_harness.age = 2.0
    changes_harness.fake_client.put(rotation(LEAVER))

    with pytest.raises(BlockedError) as refused:
        changes_harness.make(OUT)
    assert [blocker.kind for blocker in refused.value.blockers] == ["rotation"]
    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (((), (OUT, LEAVE), ()), [READ])


def test_a_rotation_that_is_gone_needs_no_change(changes_harness: ChangesHarness) -> None:
    changes_harness.age = 2.0
    del changes_harness.fake_client.entries[OUT.key]
    changes_harness.make(OUT)

    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (((), (LEAVE,), ()), [READ, READ])


def test_a_write_that_was_refused_for_a_moment_is_made_from_a_fresh_read(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.when(
        WRITE, failing(UnavailableError("busy"), first=lambda: changes_harness.fake_client.put(rotation(TEAM, LEAVER)))
    )
    changes_harness.make(OUT)

    assert changes_harness.outcome()[0] == (Change("remove", rotation(TEAM, LEAVER), rotation(TEAM)),)
    assert changes_harness.fake_client.log == [WRITE, READ, WRITE]


def test_a_write_that_somebody_else_made_after_a_refusal_is_not_told(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.when(
        WRITE, failing(UnavailableError("busy"), first=lambda: changes_harness.fake_client.put(WITHOUT))
    )
    changes_harness.make(OUT)

    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (((), (LEAVE,), ()), [WRITE, READ])


def test_what_ages_while_the_write_waits_for_its_turn_is_read_again(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.on_slot = lambda: setattr(changes_harness, "age", 2.0)
    changes_harness.make(OUT)

    assert changes_harness.fake_client.log == [READ, WRITE]


def test_what_is_gone_already_is_not_told(changes_harness: ChangesHarness) -> None:
    gone = partial(changes_harness.fake_client.entries.pop, LEAVE.key)
    changes_harness.fake_client.when(WRITE_TEAM, failing(NotFoundError("gone"), first=gone))
    changes_harness.make(LEAVE)

    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (((), (OUT,), ()), [WRITE_TEAM, READ_TEAM])


@pytest.mark.parametrize("entry", [COVER, FORWARD, MEMBER])
def test_what_goes_with_the_account_is_told(changes_harness: ChangesHarness, entry: Entry) -> None:
    """To put it back, somebody has to know that it was there."""
    change, end = Change("delete", entry), Change("deactivate", HARI)
    gone = failing(NotFoundError("gone"), first=lambda: changes_harness.fake_client.entries.pop(change.key, None))
    changes_harness.fake_client.when(f"delete {entry.kind} {entry.id}", gone)
    changes_harness.changes.plan((change, end))
    changes_harness.make(end)

    changes_harness.make(change)

    told = (change, end) if entry is not MEMBER else (end,)
    assert changes_harness.changes.made == told
    assert changes_harness.changes.remaining == ()


def test_what_is_rejected_since_it_is_gone_is_not_told(changes_harness: ChangesHarness) -> None:
    """Which status the removal of somebody who is no member gets is not documented."""
    gone = partial(changes_harness.fake_client.entries.pop, LEAVE.key)
    changes_harness.fake_client.when(WRITE_TEAM, failing(BadRequestError("no member"), first=gone))
    changes_harness.make(LEAVE)

    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (((), (OUT,), ()), [WRITE_TEAM, READ_TEAM])


@pytest.mark.parametrize(("write", "change"), [(WRITE_TEAM, LEAVE), (WRITE, OUT)])
def test_what_is_rejected_and_still_there_fails(changes_harness: ChangesHarness, write: str, change: Change) -> None:
    changes_harness.fake_client.when(write, failing(BadRequestError("not in your plan")))

    with pytest.raises(BadRequestError, match=r"^not in your plan$"):
        changes_harness.make(change)
    assert changes_harness.outcome() == ((), (OUT, LEAVE), ())


def test_made_changes_come_in_the_order_of_the_plan(changes_harness: ChangesHarness) -> None:
    changes_harness.changes.plan((LEAVE, OUT))
    late = Change("delete", replace(MEMBER, id="id-late"))
    for change in (late, LEAVE, OUT):
        changes_harness.make(change)

    assert changes_harness.changes.made == (OUT, LEAVE, late)
