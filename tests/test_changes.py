"""One write at a time: what is told after answers that were lost, odd, or late."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from unittest import mock

import pytest

from service.changes import Changes
from service.errors import (
    KeyRefusedError,
    NonsenseError,
    NotFoundError,
    OutOfTimeError,
    RefusedError,
    RejectedError,
    ServiceError,
    UnavailableError,
)
from service.model import Change, Entry, ForwardingRule, Membership, Override
from service.plan import detach
from tests.pager import Pager, failing
from tests.people import ANNA, HARI, LEAVER, NAMED_HARI, TEAM, rotation

DAYS, WITHOUT = rotation(LEAVER, ANNA), rotation(ANNA)
OUT = Change("remove", DAYS, WITHOUT)
MEMBER = Membership("id-data", "Data", NAMED_HARI, "admin")
LEAVE = Change("remove", MEMBER)
COVER = Override("cover", NAMED_HARI, NAMED_HARI, "", "")
FORWARD = ForwardingRule("id-forward", "", NAMED_HARI, NAMED_HARI, "", "")
READ, WRITE = "reread rotation id-rotation", "remove rotation id-rotation"
READ_TEAM, WRITE_TEAM = "reread team id-data", "remove team id-data"


class Writer:
    """The changes under test, in front of a pager with a rotation and a team."""

    def __init__(self) -> None:
        self.pager = Pager([HARI], DAYS, MEMBER)
        self.told: list[tuple[str, Change]] = []
        self.changes = Changes(self.pager, lambda *told: self.told.append(told))
        self.changes.plan((OUT, LEAVE))
        self.age = 0.0

    def make(self, change: Change) -> None:
        clock = SimpleNamespace(monotonic=lambda: 100.0 + self.age)
        with mock.patch("service.changes.time", clock):
            self.changes.make(change, partial(detach, person=HARI), 100.0)

    def outcome(self) -> tuple[tuple[Change, ...], tuple[Change, ...], tuple[Change, ...]]:
        """Return what was made, remains, and is not known."""
        made, unconfirmed = self.changes.made, self.changes.unconfirmed
        assert [change for event, change in self.told if event == "change"] == list(made)
        assert [change for event, change in self.told if event == "unconfirmed"] == list(unconfirmed)
        return made, self.changes.remaining, unconfirmed

    def lose(self, *, done: bool) -> Callable[[], None]:
        """Return a write of the rotation whose answer is lost."""
        act = (lambda: self.pager.put(WITHOUT)) if done else (lambda: None)
        return failing(UnavailableError("lost"), maybe_done=True, first=act)


@pytest.fixture
def writer() -> Writer:
    """Changes of which two are planned."""
    return Writer()


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

    with pytest.raises(RefusedError) as refused:
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


def test_a_write_whose_answer_was_lost_is_told_if_it_was_made(writer: Writer) -> None:
    writer.pager.when(WRITE, writer.lose(done=True))
    writer.make(OUT)

    assert (writer.outcome(), writer.pager.log) == (((OUT,), (LEAVE,), ()), [WRITE, READ])


def test_a_write_that_somebody_else_made_after_a_refusal_is_not_told(writer: Writer) -> None:
    writer.pager.when(WRITE, failing(UnavailableError("busy"), first=lambda: writer.pager.put(WITHOUT)))
    writer.make(OUT)

    assert (writer.outcome(), writer.pager.log) == (((), (LEAVE,), ()), [WRITE, READ])


def test_a_write_whose_answer_was_lost_is_made_again_if_it_was_not(writer: Writer) -> None:
    writer.pager.when(WRITE, writer.lose(done=False))
    writer.make(OUT)

    assert (writer.outcome(), writer.pager.log) == (((OUT,), (LEAVE,), ()), [WRITE, READ, WRITE])


@pytest.mark.parametrize("done", [True, False])
def test_an_answer_that_was_lost_counts_to_the_last_try(writer: Writer, done: bool) -> None:
    """The second try is refused for sure; what the first one did shows when it is looked at."""
    writer.pager.when(WRITE, failing(UnavailableError("lost"), maybe_done=True))
    act = (lambda: writer.pager.put(WITHOUT)) if done else (lambda: None)
    writer.pager.when(WRITE, failing(UnavailableError("busy"), first=act))

    if done:
        writer.make(OUT)
        assert writer.outcome() == ((OUT,), (LEAVE,), ())
    else:
        with pytest.raises(UnavailableError, match=r"^busy$") as failed:
            writer.make(OUT)
        assert failed.value.maybe_done
        assert writer.outcome() == ((), (OUT, LEAVE), ())
    assert writer.pager.log == [WRITE, READ, WRITE, READ]


def test_a_lost_write_stays_in_doubt_where_the_read_before_its_repeat_fails(writer: Writer) -> None:
    """That read failed for a reason of its own, and only once."""
    writer.pager.when(WRITE, writer.lose(done=True))
    for _ in range(2):
        writer.pager.when(READ, failing(KeyRefusedError("no rights")))

    with pytest.raises(KeyRefusedError, match=r"^no rights$"):
        writer.make(OUT)
    assert writer.outcome() == ((), (OUT, LEAVE), (OUT,))
    assert writer.pager.log == [WRITE, READ, READ]


def test_a_lost_write_is_told_where_only_the_first_look_fails(writer: Writer) -> None:
    writer.pager.when(WRITE, writer.lose(done=True))
    writer.pager.when(READ, failing(KeyRefusedError("no rights")))
    writer.make(OUT)

    assert writer.outcome() == ((OUT,), (LEAVE,), ())


def test_a_read_that_fails_is_not_tried_again_with_the_write(writer: Writer) -> None:
    """The client has tried it as often as makes sense."""
    writer.pager.when(WRITE, failing(UnavailableError("busy")))
    writer.pager.when(READ, failing(UnavailableError("down")))

    with pytest.raises(UnavailableError, match=r"^down$"):
        writer.make(OUT)
    assert writer.outcome() == ((), (OUT, LEAVE), ())
    assert writer.pager.log == [WRITE, READ]


def test_what_may_have_been_made_is_what_was_sent(writer: Writer) -> None:
    writer.age = 2.0
    writer.pager.put(rotation(TEAM, LEAVER))
    writer.pager.when(WRITE, failing(OutOfTimeError("late"), maybe_done=True))
    writer.pager.when(READ, failing(OutOfTimeError("late")), skip=1)

    with pytest.raises(OutOfTimeError):
        writer.make(OUT)
    sent = Change("remove", rotation(TEAM, LEAVER), rotation(TEAM))
    assert writer.outcome() == ((), (sent, LEAVE), (sent,))


def test_what_ages_while_the_write_waits_for_its_turn_is_read_again(writer: Writer) -> None:
    writer.pager.on_turn = lambda: setattr(writer, "age", 2.0)
    writer.make(OUT)

    assert writer.pager.log == [READ, WRITE]


def test_a_refusal_for_sure_is_not_looked_into(writer: Writer) -> None:
    writer.pager.when(WRITE, failing(OutOfTimeError("late")))

    with pytest.raises(OutOfTimeError, match=r"^late$") as failed:
        writer.make(OUT)
    assert not failed.value.maybe_done
    assert (writer.outcome(), writer.pager.log) == (((), (OUT, LEAVE), ()), [WRITE])


def test_a_removal_whose_answer_was_lost_is_looked_for(writer: Writer) -> None:
    gone = partial(writer.pager.entries.pop, LEAVE.key)
    writer.pager.when(WRITE_TEAM, failing(UnavailableError("lost"), maybe_done=True, first=gone))
    writer.make(LEAVE)

    assert (writer.outcome(), writer.pager.log) == (((LEAVE,), (OUT,), ()), [WRITE_TEAM, READ_TEAM])


def test_a_removal_whose_answer_was_lost_and_that_was_not_made_fails(writer: Writer) -> None:
    writer.pager.when(WRITE_TEAM, failing(UnavailableError("lost"), maybe_done=True))

    with pytest.raises(UnavailableError, match=r"^lost$"):
        writer.make(LEAVE)
    assert writer.outcome() == ((), (OUT, LEAVE), ())


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
    writer.pager.when(WRITE_TEAM, failing(RejectedError("no member"), first=gone))
    writer.make(LEAVE)

    assert (writer.outcome(), writer.pager.log) == (((), (OUT,), ()), [WRITE_TEAM, READ_TEAM])


@pytest.mark.parametrize(("write", "change"), [(WRITE_TEAM, LEAVE), (WRITE, OUT)])
def test_what_is_rejected_and_still_there_fails(writer: Writer, write: str, change: Change) -> None:
    writer.pager.when(write, failing(RejectedError("not in your plan")))

    with pytest.raises(RejectedError, match=r"^not in your plan$"):
        writer.make(change)
    assert writer.outcome() == ((), (OUT, LEAVE), ())


@pytest.mark.parametrize(("write", "change", "name"), [(WRITE_TEAM, LEAVE, "Data"), (WRITE, OUT, "Days")])
def test_what_is_said_to_be_gone_and_is_shown_is_nonsense(
    writer: Writer, write: str, change: Change, name: str
) -> None:
    writer.pager.when(write, failing(NotFoundError("gone")))

    with pytest.raises(NonsenseError, match=f"^it says that {name} is not there, and shows it$"):
        writer.make(change)
    assert writer.outcome() == ((), (OUT, LEAVE), ())


@pytest.mark.parametrize(
    ("error", "maybe_done", "unconfirmed"),
    [
        (UnavailableError("lost"), True, (LEAVE,)),
        (NotFoundError("gone"), False, ()),
        (RejectedError("no member"), False, ()),
    ],
)
def test_what_cannot_be_looked_at_is_not_known(
    writer: Writer, error: ServiceError, maybe_done: bool, unconfirmed: tuple[Change, ...]
) -> None:
    writer.pager.when(WRITE_TEAM, failing(error, maybe_done=maybe_done))
    writer.pager.when(READ_TEAM, failing(UnavailableError("down")))

    with pytest.raises(UnavailableError, match=r"^down$"):
        writer.make(LEAVE)
    assert writer.outcome() == ((), (OUT, LEAVE), unconfirmed)


def test_what_was_not_planned_and_cannot_be_looked_at_is_not_known_either(writer: Writer) -> None:
    writer.changes.plan(())
    writer.pager.when(WRITE_TEAM, failing(UnavailableError("lost"), maybe_done=True))
    writer.pager.when(READ_TEAM, failing(UnavailableError("down")))

    with pytest.raises(UnavailableError, match=r"^down$"):
        writer.make(LEAVE)
    assert writer.outcome() == ((), (), (LEAVE,))


def test_made_changes_come_in_the_order_of_the_plan(writer: Writer) -> None:
    writer.changes.plan((LEAVE, OUT))
    late = Change("delete", replace(MEMBER, id="id-late"))
    for change in (late, LEAVE, OUT):
        writer.make(change)

    assert writer.changes.made == (OUT, LEAVE, late)
