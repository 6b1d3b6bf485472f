"""One write at a time: what is read again before it, and what is reported."""

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


def test_made_change_is_reported_and_no_longer_remaining(changes_harness: ChangesHarness) -> None:
    changes_harness.make(OUT)
    changes_harness.make(LEAVE)

    assert changes_harness.outcome() == ((OUT, LEAVE), (), ())
    assert changes_harness.fake_client.log == [WRITE, WRITE_TEAM]


def test_unplanned_change_is_reported_as_made(changes_harness: ChangesHarness) -> None:
    changes_harness.changes.plan(())
    changes_harness.make(OUT)

    assert changes_harness.outcome() == ((OUT,), (), ())


@pytest.mark.parametrize(("age", "calls"), [(1.0, [WRITE]), (1.001, [READ, WRITE])])
def test_rotation_read_over_a_second_ago_is_read_again(
    changes_harness: ChangesHarness, age: float, calls: list[str]
) -> None:
    changes_harness.age = age
    changes_harness.make(OUT)

    assert changes_harness.fake_client.log == calls
    assert changes_harness.outcome() == ((OUT,), (LEAVE,), ())


def test_before_change_runs_before_the_write(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.when(WRITE_TEAM, lambda: changes_harness.shown.append((changes_harness.changes, OUT)))
    changes_harness.make(LEAVE)

    assert changes_harness.shown == [(changes_harness.changes, LEAVE), (changes_harness.changes, OUT)], (
        "before the write, which adds the other one"
    )


def test_before_change_runs_again_with_the_freshly_read_change(changes_harness: ChangesHarness) -> None:
    changes_harness.age = 2.0
    changes_harness.fake_client.put(rotation(TEAM, LEAVER))
    changes_harness.make(OUT)

    by_then = Change("remove", rotation(TEAM, LEAVER), rotation(TEAM))
    assert changes_harness.shown == [(changes_harness.changes, OUT), (changes_harness.changes, by_then)]


def test_error_in_before_change_prevents_the_write(changes_harness: ChangesHarness) -> None:
    def full(*_: object) -> None:
        raise OSError("the disk is full")

    changes_harness.changes = Changes(changes_harness.fake_client, lambda *_: None, full)
    with pytest.raises(OSError, match=r"^the disk is full$"):
        changes_harness.make(LEAVE)
    assert changes_harness.fake_client.log == []


def test_fresh_read_is_what_is_changed_and_reported(changes_harness: ChangesHarness) -> None:
    changes_harness.age = 2.0
    changes_harness.fake_client.put(rotation(TEAM, LEAVER))
    changes_harness.make(OUT)

    assert changes_harness.outcome() == ((Change("remove", rotation(TEAM, LEAVER), rotation(TEAM)),), (LEAVE,), ())


def test_change_already_made_by_someone_else_is_not_reported(changes_harness: ChangesHarness) -> None:
    changes_harness.age = 2.0
    changes_harness.fake_client.put(WITHOUT)
    changes_harness.make(OUT)

    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (((), (LEAVE,), ()), [READ])


def test_write_is_blocked_when_the_fresh_read_breaks_a_rule(changes_harness: ChangesHarness) -> None:
    changes_harness.age = 2.0
    changes_harness.fake_client.put(rotation(LEAVER))

    with pytest.raises(BlockedError) as refused:
        changes_harness.make(OUT)
    assert [blocker.kind for blocker in refused.value.blockers] == ["rotation"]
    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (((), (OUT, LEAVE), ()), [READ])


def test_deleted_rotation_needs_no_change(changes_harness: ChangesHarness) -> None:
    changes_harness.age = 2.0
    del changes_harness.fake_client.entries[OUT.key]
    changes_harness.make(OUT)

    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (((), (LEAVE,), ()), [READ, READ])


def test_retried_write_starts_from_a_fresh_read(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.when(
        WRITE, failing(UnavailableError("busy"), first=lambda: changes_harness.fake_client.put(rotation(TEAM, LEAVER)))
    )
    changes_harness.make(OUT)

    assert changes_harness.outcome()[0] == (Change("remove", rotation(TEAM, LEAVER), rotation(TEAM)),)
    assert changes_harness.fake_client.log == [WRITE, READ, WRITE]


def test_change_made_by_someone_else_before_the_retry_is_not_reported(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.when(
        WRITE, failing(UnavailableError("busy"), first=lambda: changes_harness.fake_client.put(WITHOUT))
    )
    changes_harness.make(OUT)

    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (((), (LEAVE,), ()), [WRITE, READ])


def test_rotation_is_read_again_when_it_goes_stale_waiting_for_a_slot(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.on_slot = lambda: setattr(changes_harness, "age", 2.0)
    changes_harness.make(OUT)

    assert changes_harness.fake_client.log == [READ, WRITE]


def test_404_for_a_membership_already_gone_is_not_reported(changes_harness: ChangesHarness) -> None:
    gone = partial(changes_harness.fake_client.entries.pop, LEAVE.key)
    changes_harness.fake_client.when(WRITE_TEAM, failing(NotFoundError("gone"), first=gone))
    changes_harness.make(LEAVE)

    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (((), (OUT,), ()), [WRITE_TEAM, READ_TEAM])


@pytest.mark.parametrize("entry", [COVER, FORWARD, MEMBER])
def test_overrides_and_forwarding_rules_deleted_with_the_user_are_reported(
    changes_harness: ChangesHarness, entry: Entry
) -> None:
    """A restore needs to know that it was there."""
    change, end = Change("delete", entry), Change("deactivate", HARI)
    gone = failing(NotFoundError("gone"), first=lambda: changes_harness.fake_client.entries.pop(change.key, None))
    changes_harness.fake_client.when(f"delete {entry.kind} {entry.id}", gone)
    changes_harness.changes.plan((change, end))
    changes_harness.make(end)

    changes_harness.make(change)

    told = (change, end) if entry is not MEMBER else (end,)
    assert changes_harness.changes.made == told
    assert changes_harness.changes.remaining == ()


def test_rejection_for_a_membership_already_gone_is_not_reported(changes_harness: ChangesHarness) -> None:
    """The status for removing somebody who is no member is not documented."""
    gone = partial(changes_harness.fake_client.entries.pop, LEAVE.key)
    changes_harness.fake_client.when(WRITE_TEAM, failing(BadRequestError("no member"), first=gone))
    changes_harness.make(LEAVE)

    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (((), (OUT,), ()), [WRITE_TEAM, READ_TEAM])


@pytest.mark.parametrize(("write", "change"), [(WRITE_TEAM, LEAVE), (WRITE, OUT)])
def test_rejected_write_fails_when_the_entry_is_still_there(
    changes_harness: ChangesHarness, write: str, change: Change
) -> None:
    changes_harness.fake_client.when(write, failing(BadRequestError("not in your plan")))

    with pytest.raises(BadRequestError, match=r"^not in your plan$"):
        changes_harness.make(change)
    assert changes_harness.outcome() == ((), (OUT, LEAVE), ())


def test_made_changes_keep_the_order_of_the_plan(changes_harness: ChangesHarness) -> None:
    changes_harness.changes.plan((LEAVE, OUT))
    late = Change("delete", replace(MEMBER, id="id-late"))
    for change in (late, LEAVE, OUT):
        changes_harness.make(change)

    assert changes_harness.changes.made == (OUT, LEAVE, late)
