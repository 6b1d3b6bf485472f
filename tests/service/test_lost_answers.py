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
from tests.support.changes_harness import LEAVE, OUT, READ, READ_TEAM, WITHOUT, WRITE, WRITE_TEAM, ChangesHarness
from tests.support.fake_client import failing
from tests.support.people import LEAVER, TEAM, rotation


def test_a_write_whose_answer_was_lost_is_told_if_it_was_made(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.when(WRITE, changes_harness.lose(done=True))
    changes_harness.make(OUT)

    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (((OUT,), (LEAVE,), ()), [WRITE, READ])


def test_a_write_whose_answer_was_lost_is_made_again_if_it_was_not(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.when(WRITE, changes_harness.lose(done=False))
    changes_harness.make(OUT)

    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (
        ((OUT,), (LEAVE,), ()),
        [WRITE, READ, WRITE],
    )


@pytest.mark.parametrize("done", [True, False])
def test_an_answer_that_was_lost_counts_to_the_last_try(changes_harness: ChangesHarness, done: bool) -> None:
    """The second try is refused for sure; what the first one did shows when it is looked at."""
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


def test_a_lost_write_stays_in_doubt_where_the_read_before_its_repeat_fails(changes_harness: ChangesHarness) -> None:
    """That read failed for a reason of its own, and only once."""
    changes_harness.fake_client.when(WRITE, changes_harness.lose(done=True))
    for _ in range(2):
        changes_harness.fake_client.when(READ, failing(UnauthorizedError("no rights")))

    with pytest.raises(UnauthorizedError, match=r"^no rights$"):
        changes_harness.make(OUT)
    assert changes_harness.outcome() == ((), (OUT, LEAVE), (OUT,))
    assert changes_harness.fake_client.log == [WRITE, READ, READ]


def test_a_lost_write_is_told_where_only_the_first_look_fails(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.when(WRITE, changes_harness.lose(done=True))
    changes_harness.fake_client.when(READ, failing(UnauthorizedError("no rights")))
    changes_harness.make(OUT)

    assert changes_harness.outcome() == ((OUT,), (LEAVE,), ())


def test_a_read_that_fails_is_not_tried_again_with_the_write(changes_harness: ChangesHarness) -> None:
    """The client has tried it as often as makes sense."""
    changes_harness.fake_client.when(WRITE, failing(UnavailableError("busy")))
    changes_harness.fake_client.when(READ, failing(UnavailableError("down")))

    with pytest.raises(UnavailableError, match=r"^down$"):
        changes_harness.make(OUT)
    assert changes_harness.outcome() == ((), (OUT, LEAVE), ())
    assert changes_harness.fake_client.log == [WRITE, READ]


def test_what_may_have_been_made_is_what_was_sent(changes_harness: ChangesHarness) -> None:
    changes_harness.age = 2.0
    changes_harness.fake_client.put(rotation(TEAM, LEAVER))
    changes_harness.fake_client.when(WRITE, failing(OutOfTimeError("late"), outcome_unknown=True))
    changes_harness.fake_client.when(READ, failing(OutOfTimeError("late")), skip=1)

    with pytest.raises(OutOfTimeError):
        changes_harness.make(OUT)
    sent = Change("remove", rotation(TEAM, LEAVER), rotation(TEAM))
    assert changes_harness.outcome() == ((), (sent, LEAVE), (sent,))


def test_a_refusal_for_sure_is_not_looked_into(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.when(WRITE, failing(OutOfTimeError("late")))

    with pytest.raises(OutOfTimeError, match=r"^late$") as failed:
        changes_harness.make(OUT)
    assert not failed.value.outcome_unknown
    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (((), (OUT, LEAVE), ()), [WRITE])


def test_a_removal_whose_answer_was_lost_is_looked_for(changes_harness: ChangesHarness) -> None:
    gone = partial(changes_harness.fake_client.entries.pop, LEAVE.key)
    changes_harness.fake_client.when(WRITE_TEAM, failing(UnavailableError("lost"), outcome_unknown=True, first=gone))
    changes_harness.make(LEAVE)

    assert (changes_harness.outcome(), changes_harness.fake_client.log) == (
        ((LEAVE,), (OUT,), ()),
        [WRITE_TEAM, READ_TEAM],
    )


def test_a_removal_whose_answer_was_lost_and_that_was_not_made_fails(changes_harness: ChangesHarness) -> None:
    changes_harness.fake_client.when(WRITE_TEAM, failing(UnavailableError("lost"), outcome_unknown=True))

    with pytest.raises(UnavailableError, match=r"^lost$"):
        changes_harness.make(LEAVE)
    assert changes_harness.outcome() == ((), (OUT, LEAVE), ())


@pytest.mark.parametrize("unknown", [False, True])
@pytest.mark.parametrize(("write", "change", "name"), [(WRITE_TEAM, LEAVE, "Data"), (WRITE, OUT, "Days")])
def test_what_is_said_to_be_gone_and_is_shown_is_nonsense(
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
def test_what_cannot_be_looked_at_is_not_known(
    changes_harness: ChangesHarness, error: ServiceError, outcome_unknown: bool, unconfirmed: tuple[Change, ...]
) -> None:
    changes_harness.fake_client.when(WRITE_TEAM, failing(error, outcome_unknown=outcome_unknown))
    changes_harness.fake_client.when(READ_TEAM, failing(UnavailableError("down")))

    with pytest.raises(UnavailableError, match=r"^down$"):
        changes_harness.make(LEAVE)
    assert changes_harness.outcome() == ((), (OUT, LEAVE), unconfirmed)


def test_what_was_not_planned_and_cannot_be_looked_at_is_not_known_either(changes_harness: ChangesHarness) -> None:
    changes_harness.changes.plan(())
    changes_harness.fake_client.when(WRITE_TEAM, failing(UnavailableError("lost"), outcome_unknown=True))
    changes_harness.fake_client.when(READ_TEAM, failing(UnavailableError("down")))

    with pytest.raises(UnavailableError, match=r"^down$"):
        changes_harness.make(LEAVE)
    assert changes_harness.outcome() == ((), (), (LEAVE,))


def test_a_lost_write_stays_in_doubt_where_the_rules_forbid_its_repeat(changes_harness: ChangesHarness) -> None:
    """It may still be carried out: nobody may say that nothing was changed."""
    changes_harness.fake_client.when(
        WRITE, failing(UnavailableError("lost"), outcome_unknown=True, first=put_alone(changes_harness))
    )

    with pytest.raises(BlockedError) as blocked:
        changes_harness.make(OUT)
    assert blocked.value.outcome_unknown
    assert changes_harness.outcome() == ((), (OUT, LEAVE), (OUT,))


def put_alone(changes_harness: ChangesHarness) -> Callable[[], None]:
    """Return what somebody else does meanwhile: leave the person alone in the rotation."""
    return lambda: changes_harness.fake_client.put(rotation(LEAVER))
