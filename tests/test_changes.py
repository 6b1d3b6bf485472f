"""One write at a time: what is read again before it, and what is told after it."""

from dataclasses import replace
from functools import partial

import pytest

from service.changes import Changes
from service.errors import BadRequestError, BlockedError, NotFoundError, UnavailableError
from service.model import Change, Entry, ForwardingRule, Override
from tests.pager import failing
from tests.people import HARI, LEAVER, NAMED_HARI, TEAM, rotation
from tests.writer import LEAVE, MEMBER, OUT, READ, READ_TEAM, WITHOUT, WRITE, WRITE_TEAM, Writer

COVER = Override("cover", NAMED_HARI, NAMED_HARI, "", "")
FORWARD = ForwardingRule("id-forward", "", NAMED_HARI, NAMED_HARI, "", "")


def test_a_write_is_told_and_remains_no_more(writer: Writer) -> None:
    writer.make(OUT)
    writer.make(LEAVE)

    assert writer.outcome() == ((OUT, LEAVE), (), ())
    assert writer.pager.log == [WRITE, WRITE_TEAM]


def test_what_was_not_planned_is_told_too(writer: Writer) -> None:
    writer.changes.plan(())
    writer.make(OUT)

    assert writer.outcome() == ((OUT,), (), ())


@pytest.mark.parametrize(("age", "calls"), [(1.0, [WRITE]), (1.001, [READ, WRITE])])
def test_what_was_read_long_ago_is_read_again(writer: Writer, age: float, calls: list[str]) -> None:
    writer.age = age
    writer.make(OUT)

    assert writer.pager.log == calls
    assert writer.outcome() == ((OUT,), (LEAVE,), ())


def test_each_change_is_shown_before_it_is_written(writer: Writer) -> None:
    writer.pager.when(WRITE_TEAM, lambda: writer.shown.append((writer.changes, OUT)))
    writer.make(LEAVE)

    assert writer.shown == [(writer.changes, LEAVE), (writer.changes, OUT)], (
        "before the write, which adds the other one"
    )


def test_a_change_is_shown_again_as_a_fresh_read_makes_it(writer: Writer) -> None:
    writer.age = 2.0
    writer.pager.put(rotation(TEAM, LEAVER))
    writer.make(OUT)

    by_then = Change("remove", rotation(TEAM, LEAVER), rotation(TEAM))
    assert writer.shown == [(writer.changes, OUT), (writer.changes, by_then)]


def test_what_keeps_a_change_from_being_shown_keeps_it_from_being_made(writer: Writer) -> None:
    def full(*_: object) -> None:
        raise OSError("the disk is full")

    writer.changes = Changes(writer.pager, lambda *_: None, full)
    with pytest.raises(OSError, match=r"^the disk is full$"):
        writer.make(LEAVE)
    assert writer.pager.log == []


def test_what_is_read_again_is_what_is_changed_and_told(writer: Writer) -> None:
    writer.age = 2.0
    writer.pager.put(rotation(TEAM, LEAVER))
    writer.make(OUT)

    assert writer.outcome() == ((Change("remove", rotation(TEAM, LEAVER), rotation(TEAM)),), (LEAVE,), ())


def test_what_somebody_else_did_already_is_not_told(writer: Writer) -> None:
    writer.age = 2.0
    writer.pager.put(WITHOUT)
    writer.make(OUT)

    assert (writer.outcome(), writer.pager.log) == (((), (LEAVE,), ()), [READ])


def test_what_the_rules_forbid_by_now_is_not_written(writer: Writer) -> None:
    writer.age = 2.0
    writer.pager.put(rotation(LEAVER))

    with pytest.raises(BlockedError) as refused:
        writer.make(OUT)
    assert [blocker.kind for blocker in refused.value.blockers] == ["rotation"]
    assert (writer.outcome(), writer.pager.log) == (((), (OUT, LEAVE), ()), [READ])


def test_a_rotation_that_is_gone_needs_no_change(writer: Writer) -> None:
    writer.age = 2.0
    del writer.pager.entries[OUT.key]
    writer.make(OUT)

    assert (writer.outcome(), writer.pager.log) == (((), (LEAVE,), ()), [READ, READ])


def test_a_write_that_was_refused_for_a_moment_is_made_from_a_fresh_read(writer: Writer) -> None:
    writer.pager.when(WRITE, failing(UnavailableError("busy"), first=lambda: writer.pager.put(rotation(TEAM, LEAVER))))
    writer.make(OUT)

    assert writer.outcome()[0] == (Change("remove", rotation(TEAM, LEAVER), rotation(TEAM)),)
    assert writer.pager.log == [WRITE, READ, WRITE]


def test_a_write_that_somebody_else_made_after_a_refusal_is_not_told(writer: Writer) -> None:
    writer.pager.when(WRITE, failing(UnavailableError("busy"), first=lambda: writer.pager.put(WITHOUT)))
    writer.make(OUT)

    assert (writer.outcome(), writer.pager.log) == (((), (LEAVE,), ()), [WRITE, READ])


def test_what_ages_while_the_write_waits_for_its_turn_is_read_again(writer: Writer) -> None:
    writer.pager.on_slot = lambda: setattr(writer, "age", 2.0)
    writer.make(OUT)

    assert writer.pager.log == [READ, WRITE]


def test_what_is_gone_already_is_not_told(writer: Writer) -> None:
    gone = partial(writer.pager.entries.pop, LEAVE.key)
    writer.pager.when(WRITE_TEAM, failing(NotFoundError("gone"), first=gone))
    writer.make(LEAVE)

    assert (writer.outcome(), writer.pager.log) == (((), (OUT,), ()), [WRITE_TEAM, READ_TEAM])


@pytest.mark.parametrize("entry", [COVER, FORWARD, MEMBER])
def test_what_goes_with_the_account_is_told(writer: Writer, entry: Entry) -> None:
    """To put it back, somebody has to know that it was there."""
    change, end = Change("delete", entry), Change("deactivate", HARI)
    gone = failing(NotFoundError("gone"), first=lambda: writer.pager.entries.pop(change.key, None))
    writer.pager.when(f"delete {entry.kind} {entry.id}", gone)
    writer.changes.plan((change, end))
    writer.make(end)

    writer.make(change)

    told = (change, end) if entry is not MEMBER else (end,)
    assert writer.changes.made == told
    assert writer.changes.remaining == ()


def test_what_is_rejected_since_it_is_gone_is_not_told(writer: Writer) -> None:
    """Which status the removal of somebody who is no member gets is not documented."""
    gone = partial(writer.pager.entries.pop, LEAVE.key)
    writer.pager.when(WRITE_TEAM, failing(BadRequestError("no member"), first=gone))
    writer.make(LEAVE)

    assert (writer.outcome(), writer.pager.log) == (((), (OUT,), ()), [WRITE_TEAM, READ_TEAM])


@pytest.mark.parametrize(("write", "change"), [(WRITE_TEAM, LEAVE), (WRITE, OUT)])
def test_what_is_rejected_and_still_there_fails(writer: Writer, write: str, change: Change) -> None:
    writer.pager.when(write, failing(BadRequestError("not in your plan")))

    with pytest.raises(BadRequestError, match=r"^not in your plan$"):
        writer.make(change)
    assert writer.outcome() == ((), (OUT, LEAVE), ())


def test_made_changes_come_in_the_order_of_the_plan(writer: Writer) -> None:
    writer.changes.plan((LEAVE, OUT))
    late = Change("delete", replace(MEMBER, id="id-late"))
    for change in (late, LEAVE, OUT):
        writer.make(change)

    assert writer.changes.made == (OUT, LEAVE, late)
