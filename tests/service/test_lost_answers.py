"""One write whose answer is lost or implausible: what counts as made, and what is unconfirmed."""

from collections.abc import Callable
from functools import partial

import pytest

from service.errors import (
    BadRequestError,
    BlockedError,
    InUseError,
    NotFoundError,
    OutOfTimeError,
    ServiceError,
    UnauthorizedError,
    UnavailableError,
    UnexpectedResponseError,
)
from service.model import Change
from tests.support.changes_harness import LEAVE, OUT, READ, READ_TEAM, WITHOUT, WRITE, WRITE_TEAM, ChangesHarness
from tests.support.fake_client import failing
from tests.support.people import HARI, LEAVER, TEAM, rotation


def test_write_with_a_lost_answer_is_reported_if_it_was_made(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.when(WRITE, changes_harness.lose(done=True))
    changes_harness.make(OUT)

    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (((OUT,), (LEAVE,), ()), [WRITE, READ])


def test_write_with_a_lost_answer_is_retried_if_it_was_not_made(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.when(WRITE, changes_harness.lose(done=False))
    changes_harness.make(OUT)

    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (
        ((OUT,), (LEAVE,), ()),
        [WRITE, READ, WRITE],
    )


@pytest.mark.parametrize("done", [True, False])
def test_lost_answer_is_checked_after_the_retry_fails(changes_harness: ChangesHarness, done: bool) -> None:
    """The second try certainly failed; a read shows what the first one did."""
    changes_harness.fake_client.when(WRITE, failing(UnavailableError("lost"), outcome_unknown=True))
    act = (lambda: changes_harness.fake_client.put(WITHOUT)) if done else (lambda: None)
    changes_harness.fake_client.when(WRITE, failing(UnavailableError("busy"), first=act))

    if done:
        changes_harness.make(OUT)
        assert changes_harness.outcome() == ((OUT,), (LEAVE,), ())
    else:
        with pytest.raises(UnavailableError, match=r"^busy$") as failed:
            changes_harness.make(OUT)
        assert failed.value.outcome_unknown
        assert changes_harness.outcome() == ((), (OUT, LEAVE), ())
    assert changes_harness.fake_client.log == [WRITE, READ, WRITE, READ]


def test_lost_write_is_unconfirmed_when_the_read_before_its_retry_fails(changes_harness: ChangesHarness) -> None:
    """The error of that read says nothing about the write."""
    changes_harness.fake_client.when(WRITE, changes_harness.lose(done=True))
    for _ in range(2):
        changes_harness.fake_client.when(READ, failing(UnauthorizedError("no rights")))

    with pytest.raises(UnauthorizedError, match=r"^no rights$"):
        changes_harness.make(OUT)
    assert changes_harness.outcome() == ((), (OUT, LEAVE), (OUT,))
    assert changes_harness.fake_client.log == [WRITE, READ, READ]


def test_lost_write_is_reported_when_only_the_first_read_fails(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.when(WRITE, changes_harness.lose(done=True))
    changes_harness.fake_client.when(READ, failing(UnauthorizedError("no rights")))
    changes_harness.make(OUT)

    assert changes_harness.outcome() == ((OUT,), (LEAVE,), ())


def test_failed_read_before_a_retry_is_not_retried(changes_harness: ChangesHarness) -> None:
    """The client has already retried the read."""
    changes_harness.fake_client.when(WRITE, failing(UnavailableError("busy")))
    changes_harness.fake_client.when(READ, failing(UnavailableError("down")))

    with pytest.raises(UnavailableError, match=r"^down$"):
        changes_harness.make(OUT)
    assert changes_harness.outcome() == ((), (OUT, LEAVE), ())
    assert changes_harness.fake_client.log == [WRITE, READ]


def test_unconfirmed_change_is_the_one_that_was_sent(changes_harness: ChangesHarness) -> None:
    changes_harness.age = 2.0
    changes_harness.fake_client.put(rotation(TEAM, LEAVER))
    changes_harness.fake_client.when(WRITE, failing(OutOfTimeError("late"), outcome_unknown=True))
    changes_harness.fake_client.when(READ, failing(OutOfTimeError("late")), skip=1)

    with pytest.raises(OutOfTimeError):
        changes_harness.make(OUT)
    sent = Change("remove", rotation(TEAM, LEAVER), rotation(TEAM))
    assert changes_harness.outcome() == ((), (sent, LEAVE), (sent,))


def test_definite_failure_is_not_checked_by_a_read(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.when(WRITE, failing(OutOfTimeError("late")))

    with pytest.raises(OutOfTimeError, match=r"^late$") as failed:
        changes_harness.make(OUT)
    assert not failed.value.outcome_unknown
    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (((), (OUT, LEAVE), ()), [WRITE])


def test_removal_with_a_lost_answer_is_reported_if_it_was_made(changes_harness: ChangesHarness) -> None:
    gone = partial(changes_harness.fake_client.entries.pop, LEAVE.key)
    changes_harness.fake_client.when(WRITE_TEAM, failing(UnavailableError("lost"), outcome_unknown=True, first=gone))
    changes_harness.make(LEAVE)

    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (
        ((LEAVE,), (OUT,), ()),
        [WRITE_TEAM, READ_TEAM],
    )


def test_removal_with_a_lost_answer_fails_if_it_was_not_made(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.when(WRITE_TEAM, failing(UnavailableError("lost"), outcome_unknown=True))

    with pytest.raises(UnavailableError, match=r"^lost$"):
        changes_harness.make(LEAVE)
    assert changes_harness.outcome() == ((), (OUT, LEAVE), ())


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize(
    ("write", "change", "look"), [(WRITE_TEAM, LEAVE, READ_TEAM), (WRITE, OUT, READ)], ids=["team", "rotation"]
)
def test_write_without_an_answer_is_unconfirmed_unless_a_look_shows_it_done(
    changes_harness: ChangesHarness, write: str, change: Change, look: str, done: bool
) -> None:
    """It may still be carried out: that it is not done yet proves nothing."""
    client = changes_harness.fake_client
    for _ in range(2):
        client.when(write, failing(UnavailableError("lost"), pending=True))
    if done:
        client.when(look, partial(client.put, WITHOUT) if change is OUT else client.entries.clear)

    if done:
        changes_harness.make(change)
        assert changes_harness.outcome()[0::2] == ((change,), ())
    else:
        with pytest.raises(UnavailableError, match=r"^lost$") as lost:
            changes_harness.make(change)
        assert lost.value.outcome_unknown
        assert changes_harness.outcome() == ((), (OUT, LEAVE), (change,))


def test_write_that_was_unconfirmed_is_made_once_it_is_seen(changes_harness: ChangesHarness) -> None:
    client = changes_harness.fake_client
    client.when(WRITE_TEAM, failing(UnavailableError("lost"), pending=True))
    with pytest.raises(UnavailableError):
        changes_harness.make(LEAVE)
    client.entries.clear()
    changes_harness.told.clear()

    changes_harness.make(LEAVE)

    assert (changes_harness.changes.made, changes_harness.changes.unconfirmed) == ((LEAVE,), ())


def test_delete_refused_as_in_use_after_a_lost_try_is_not_unconfirmed(changes_harness: ChangesHarness) -> None:
    end = Change("deactivate", HARI)
    changes_harness.changes.plan((end,))
    changes_harness.fake_client.when("deactivate user id-hari", failing(InUseError("in use"), pending=True))

    with pytest.raises(InUseError):
        changes_harness.make(end)
    assert changes_harness.outcome() == ((), (end,), ())


@pytest.mark.parametrize("unknown", [False, True])
@pytest.mark.parametrize(("write", "change", "name"), [(WRITE_TEAM, LEAVE, "Data"), (WRITE, OUT, "Days")])
def test_404_for_an_entry_still_there_is_an_unexpected_response(
    changes_harness: ChangesHarness, write: str, change: Change, name: str, unknown: bool
) -> None:
    changes_harness.fake_client.when(write, failing(NotFoundError("gone"), outcome_unknown=unknown))

    with pytest.raises(UnexpectedResponseError, match=f"^it says that {name} is not there, and shows it$") as failed:
        changes_harness.make(change)
    assert failed.value.outcome_unknown is unknown
    assert changes_harness.outcome() == ((), (OUT, LEAVE), ())


@pytest.mark.parametrize(
    ("error", "outcome_unknown", "unconfirmed"),
    [
        (UnavailableError("lost"), True, (LEAVE,)),
        (NotFoundError("gone"), False, ()),
        (BadRequestError("no member"), False, ()),
    ],
)
def test_only_a_lost_write_is_unconfirmed_when_the_check_fails(
    changes_harness: ChangesHarness, error: ServiceError, outcome_unknown: bool, unconfirmed: tuple[Change, ...]
) -> None:
    changes_harness.fake_client.when(WRITE_TEAM, failing(error, outcome_unknown=outcome_unknown))
    changes_harness.fake_client.when(READ_TEAM, failing(UnavailableError("down")))

    with pytest.raises(UnavailableError, match=r"^down$"):
        changes_harness.make(LEAVE)
    assert changes_harness.outcome() == ((), (OUT, LEAVE), unconfirmed)


def test_unplanned_lost_write_is_unconfirmed_when_the_check_fails(changes_harness: ChangesHarness) -> None:
    changes_harness.changes.plan(())
    changes_harness.fake_client.when(WRITE_TEAM, failing(UnavailableError("lost"), outcome_unknown=True))
    changes_harness.fake_client.when(READ_TEAM, failing(UnavailableError("down")))

    with pytest.raises(UnavailableError, match=r"^down$"):
        changes_harness.make(LEAVE)
    assert changes_harness.outcome() == ((), (), (LEAVE,))


def test_lost_write_is_unconfirmed_when_the_rules_block_its_retry(changes_harness: ChangesHarness) -> None:
    """It may still take effect: the answer must not say nothing changed."""
    changes_harness.fake_client.when(
        WRITE, failing(UnavailableError("lost"), pending=True, first=put_alone(changes_harness))
    )

    with pytest.raises(BlockedError) as blocked:
        changes_harness.make(OUT)
    assert blocked.value.outcome_unknown
    assert changes_harness.outcome() == ((), (OUT, LEAVE), (OUT,))


def put_alone(changes_harness: ChangesHarness) -> Callable[[], None]:
    """Return a concurrent edit that leaves the person alone in the rotation."""
    return lambda: changes_harness.fake_client.put(rotation(LEAVER))


def test_write_without_an_answer_stays_unconfirmed_where_its_repeat_is_contradicted(
    changes_harness: ChangesHarness,
) -> None:
    changes_harness.fake_client.when(WRITE_TEAM, failing(NotFoundError("gone"), pending=True))

    with pytest.raises(UnexpectedResponseError, match=r"^it says that Data is not there, and shows it$") as failed:
        changes_harness.make(LEAVE)
    assert failed.value.pending
    assert changes_harness.outcome() == ((), (OUT, LEAVE), (LEAVE,))
