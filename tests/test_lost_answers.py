"""One write whose answer is lost, or cannot be believed: what counts as made, and what is not known."""

from collections.abc import Callable
from functools import partial

import pytest

from service.errors import (
    BadRequestError,
    BlockedError,
    NotFoundError,
    OutOfTimeError,
    ServiceError,
    UnauthorizedError,
    UnavailableError,
    UnexpectedResponseError,
)
from service.model import Change
from tests.pager import failing
from tests.people import LEAVER, TEAM, rotation
from tests.writer import LEAVE, OUT, READ, READ_TEAM, WITHOUT, WRITE, WRITE_TEAM, Writer


def test_a_write_whose_answer_was_lost_is_told_if_it_was_made(writer: Writer) -> None:
    writer.pager.when(WRITE, writer.lose(done=True))
    writer.make(OUT)

    assert (writer.outcome(), writer.pager.log) == (((OUT,), (LEAVE,), ()), [WRITE, READ])


def test_a_write_whose_answer_was_lost_is_made_again_if_it_was_not(writer: Writer) -> None:
    writer.pager.when(WRITE, writer.lose(done=False))
    writer.make(OUT)

    assert (writer.outcome(), writer.pager.log) == (((OUT,), (LEAVE,), ()), [WRITE, READ, WRITE])


@pytest.mark.parametrize("done", [True, False])
def test_an_answer_that_was_lost_counts_to_the_last_try(writer: Writer, done: bool) -> None:
    """The second try is refused for sure; what the first one did shows when it is looked at."""
    writer.pager.when(WRITE, failing(UnavailableError("lost"), outcome_unknown=True))
    act = (lambda: writer.pager.put(WITHOUT)) if done else (lambda: None)
    writer.pager.when(WRITE, failing(UnavailableError("busy"), first=act))

    if done:
        writer.make(OUT)
        assert writer.outcome() == ((OUT,), (LEAVE,), ())
    else:
        with pytest.raises(UnavailableError, match=r"^busy$") as failed:
            writer.make(OUT)
        assert failed.value.outcome_unknown
        assert writer.outcome() == ((), (OUT, LEAVE), ())
    assert writer.pager.log == [WRITE, READ, WRITE, READ]


def test_a_lost_write_stays_in_doubt_where_the_read_before_its_repeat_fails(writer: Writer) -> None:
    """That read failed for a reason of its own, and only once."""
    writer.pager.when(WRITE, writer.lose(done=True))
    for _ in range(2):
        writer.pager.when(READ, failing(UnauthorizedError("no rights")))

    with pytest.raises(UnauthorizedError, match=r"^no rights$"):
        writer.make(OUT)
    assert writer.outcome() == ((), (OUT, LEAVE), (OUT,))
    assert writer.pager.log == [WRITE, READ, READ]


def test_a_lost_write_is_told_where_only_the_first_look_fails(writer: Writer) -> None:
    writer.pager.when(WRITE, writer.lose(done=True))
    writer.pager.when(READ, failing(UnauthorizedError("no rights")))
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
    writer.pager.when(WRITE, failing(OutOfTimeError("late"), outcome_unknown=True))
    writer.pager.when(READ, failing(OutOfTimeError("late")), skip=1)

    with pytest.raises(OutOfTimeError):
        writer.make(OUT)
    sent = Change("remove", rotation(TEAM, LEAVER), rotation(TEAM))
    assert writer.outcome() == ((), (sent, LEAVE), (sent,))


def test_a_refusal_for_sure_is_not_looked_into(writer: Writer) -> None:
    writer.pager.when(WRITE, failing(OutOfTimeError("late")))

    with pytest.raises(OutOfTimeError, match=r"^late$") as failed:
        writer.make(OUT)
    assert not failed.value.outcome_unknown
    assert (writer.outcome(), writer.pager.log) == (((), (OUT, LEAVE), ()), [WRITE])


def test_a_removal_whose_answer_was_lost_is_looked_for(writer: Writer) -> None:
    gone = partial(writer.pager.entries.pop, LEAVE.key)
    writer.pager.when(WRITE_TEAM, failing(UnavailableError("lost"), outcome_unknown=True, first=gone))
    writer.make(LEAVE)

    assert (writer.outcome(), writer.pager.log) == (((LEAVE,), (OUT,), ()), [WRITE_TEAM, READ_TEAM])


def test_a_removal_whose_answer_was_lost_and_that_was_not_made_fails(writer: Writer) -> None:
    writer.pager.when(WRITE_TEAM, failing(UnavailableError("lost"), outcome_unknown=True))

    with pytest.raises(UnavailableError, match=r"^lost$"):
        writer.make(LEAVE)
    assert writer.outcome() == ((), (OUT, LEAVE), ())


@pytest.mark.parametrize("unknown", [False, True])
@pytest.mark.parametrize(("write", "change", "name"), [(WRITE_TEAM, LEAVE, "Data"), (WRITE, OUT, "Days")])
def test_what_is_said_to_be_gone_and_is_shown_is_nonsense(
    writer: Writer, write: str, change: Change, name: str, unknown: bool
) -> None:
    writer.pager.when(write, failing(NotFoundError("gone"), outcome_unknown=unknown))

    with pytest.raises(UnexpectedResponseError, match=f"^it says that {name} is not there, and shows it$") as failed:
        writer.make(change)
    assert failed.value.outcome_unknown is unknown
    assert writer.outcome() == ((), (OUT, LEAVE), ())


@pytest.mark.parametrize(
    ("error", "outcome_unknown", "unconfirmed"),
    [
        (UnavailableError("lost"), True, (LEAVE,)),
        (NotFoundError("gone"), False, ()),
        (BadRequestError("no member"), False, ()),
    ],
)
def test_what_cannot_be_looked_at_is_not_known(
    writer: Writer, error: ServiceError, outcome_unknown: bool, unconfirmed: tuple[Change, ...]
) -> None:
    writer.pager.when(WRITE_TEAM, failing(error, outcome_unknown=outcome_unknown))
    writer.pager.when(READ_TEAM, failing(UnavailableError("down")))

    with pytest.raises(UnavailableError, match=r"^down$"):
        writer.make(LEAVE)
    assert writer.outcome() == ((), (OUT, LEAVE), unconfirmed)


def test_what_was_not_planned_and_cannot_be_looked_at_is_not_known_either(writer: Writer) -> None:
    writer.changes.plan(())
    writer.pager.when(WRITE_TEAM, failing(UnavailableError("lost"), outcome_unknown=True))
    writer.pager.when(READ_TEAM, failing(UnavailableError("down")))

    with pytest.raises(UnavailableError, match=r"^down$"):
        writer.make(LEAVE)
    assert writer.outcome() == ((), (), (LEAVE,))


def test_a_lost_write_stays_in_doubt_where_the_rules_forbid_its_repeat(writer: Writer) -> None:
    """It may still be carried out: nobody may say that nothing was changed."""
    writer.pager.when(WRITE, failing(UnavailableError("lost"), outcome_unknown=True, first=put_alone(writer)))

    with pytest.raises(BlockedError) as blocked:
        writer.make(OUT)
    assert blocked.value.outcome_unknown
    assert writer.outcome() == ((), (OUT, LEAVE), (OUT,))


def put_alone(writer: Writer) -> Callable[[], None]:
    """Return what somebody else does meanwhile: leave the person alone in the rotation."""
    return lambda: writer.pager.put(rotation(LEAVER))
