"""Later rounds: what is re-added, shows late or is deleted by others, and how many there are."""

from dataclasses import replace

import pytest

from service.errors import BadRequestError, BlockedError, InUseError, OutOfTimeError, ReaddedError
from service.model import Blocker, Change
from service.survey import Report
from tests.support.fake_client import FakeClient, failing
from tests.support.people import ANNA, HARI, rotation
from tests.support.sample_run import (
    CHANGES,
    COVER,
    DAYS,
    END,
    LATE,
    MEMBER,
    NOT_CHECKED,
    OUT_OF_DAYS,
    OVER,
    PLANNED_TURNS,
    Run,
    by_key,
)


@pytest.mark.parametrize(
    "call", ["survey again", "survey everywhere", "read rotation hidden", "remove rotation hidden"]
)
def test_remaining_ends_with_the_account_in_later_rounds(refusing: FakeClient, call: str) -> None:
    hidden = replace(DAYS, id="hidden")
    refusing.hidden = {Change("", hidden).key: hidden}
    refusing.when(call, failing(LATE))

    made, remaining = Run(refusing).failing(OutOfTimeError, "late")
    assert made[:5] == CHANGES[:-1]
    out_of_hidden = Change("remove", hidden, replace(rotation(ANNA), id="hidden"))
    left = () if "survey" in call else (out_of_hidden, Change("delete", OVER))
    assert by_key((*made[5:], *remaining)) == by_key((*left, END))
    assert remaining[-1] == END


def test_scans_the_whole_account_when_in_use_but_not_listed(refusing: FakeClient) -> None:
    """An ended override may be what keeps the account in use."""
    hidden = replace(DAYS, id="hidden")
    refusing.hidden = {Change("", hidden).key: hidden}

    report = Run(refusing)()

    late = (Change("remove", hidden, replace(rotation(ANNA), id="hidden")), Change("delete", OVER))
    assert by_key(report.changes) == by_key((*CHANGES, *late))
    assert refusing.log.count("survey everywhere") == 1


@pytest.mark.parametrize("keep", [False, True])
def test_stale_membership_is_tried_once(refusing: FakeClient, monkeypatch: pytest.MonkeyPatch, keep: bool) -> None:
    listed, stale = refusing.survey, (replace(MEMBER, stale=True),)
    monkeypatch.setattr(refusing, "survey", lambda person, scope: replace(listed(person, scope), memberships=stale))
    refusing.entries = {Change("", COVER).key: COVER}
    refusing.when("remove team id-data", failing(BadRequestError("no member")))

    report = Run(refusing, keep_user=keep)()

    assert report.changes == ((CHANGES[2],) if keep else (CHANGES[2], END))
    assert refusing.log.count("remove team id-data") == 1


def test_whole_account_is_scanned_only_once(refusing: FakeClient) -> None:
    """A full scan takes a great many calls, and after the last refusal it would be useless."""
    for _ in range(9):
        refusing.when("deactivate user id-hari", failing(InUseError("in use")))

    made, remaining = Run(refusing).failing(InUseError, "in use")
    assert by_key(made) == by_key((*CHANGES[:-1], Change("delete", OVER)))
    assert remaining == (END,)
    looks = [
        call
        for call in refusing.log
        if call in ("survey first", "survey again", "survey everywhere", "deactivate user id-hari")
    ]
    assert looks == [
        *("survey first", "deactivate user id-hari", "deactivate user id-hari"),
        *("survey again", "survey everywhere", "deactivate user id-hari"),
        *("survey again", "deactivate user id-hari"),
        *("survey again", "deactivate user id-hari"),
    ]


def test_readded_user_is_taken_out_again(refusing: FakeClient) -> None:
    for skip in (1, 0):
        refusing.when("deactivate user id-hari", lambda: refusing.put(DAYS), skip=skip)

    assert Run(refusing)().deleted
    assert refusing.log.count("survey again") == 2


def test_user_readded_in_every_round_fails_as_still_in_use(refusing: FakeClient) -> None:
    for _ in range(9):
        refusing.when("deactivate user id-hari", lambda: refusing.put(DAYS))

    made, remaining = Run(refusing).failing(InUseError, "in use")
    assert [change for change in made if change != OUT_OF_DAYS] == list(CHANGES[1:-1])
    assert made.count(OUT_OF_DAYS) == 4
    assert remaining == (END,), "after the last refusal nobody looks"
    assert refusing.log.count("deactivate user id-hari") == 5


def test_kept_user_readded_in_every_round_fails_as_readded(fake_client: FakeClient) -> None:
    for _ in range(9):
        fake_client.when("survey again", lambda: fake_client.put(DAYS))

    run = Run(fake_client, keep_user=True)
    made, remaining = run.failing(ReaddedError, "somebody else puts the person back each time")
    assert [change for change in made if change != OUT_OF_DAYS] == list(CHANGES[1:-1])
    assert made.count(OUT_OF_DAYS) == 4
    assert remaining == (OUT_OF_DAYS,)
    assert fake_client.log.count("survey again") == 4


def test_account_deleted_by_someone_else_counts_as_deleted(refusing: FakeClient) -> None:
    """The second refusal leads to another survey, which finds no such user."""
    refusing.when("deactivate user id-hari", lambda: refusing.put(DAYS), skip=1)
    refusing.when("survey again", lambda: refusing.people.pop("hari@example.com"))

    report = Run(refusing)()

    assert (report.deleted, report.changes) == (True, CHANGES[:-1])
    assert refusing.log[-2:] == ["deactivate user id-hari", "read user id-hari"]


def test_kept_account_deleted_by_someone_else_is_not_read_again(fake_client: FakeClient) -> None:
    fake_client.when("survey again", lambda: fake_client.people.pop("hari@example.com"))

    assert Run(fake_client, keep_user=True)() == Report(HARI, False, CHANGES[:-1], PLANNED_TURNS, (NOT_CHECKED,))
    assert fake_client.log[-1] == "survey again"


def test_use_named_only_by_a_later_refusal_is_a_blocker(refusing: FakeClient) -> None:
    lock = Blocker("locks", "locks", "a lock holds hari", ("open it",))
    refusing.when("deactivate user id-hari", lambda: setattr(refusing, "stays", (lock,)), skip=1)

    made, remaining = Run(refusing).failing(BlockedError, "locks: a lock holds hari")
    assert (made, remaining) == (CHANGES[:-1], (END,))
