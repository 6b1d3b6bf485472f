"""The whole answer that a caller gets for each kind of failure."""

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from service import response
from service.changes import Changes
from service.errors import (
    BadRequestError,
    BlockedError,
    InUseError,
    NotFoundError,
    OutOfTimeError,
    ReaddedError,
    ServiceError,
    ThrottledError,
    UnauthorizedError,
    UnavailableError,
    UnexpectedResponseError,
)
from service.json_body import BodyError
from service.model import Blocker, Change, Membership, Request
from service.opsgenie.client import Opsgenie
from service.response import Answer, bad_body, crashed
from service.survey import Report
from tests.support.fake_client import FakeClient, failing
from tests.support.people import HARI, NAMED_HARI

TEAM = Change("remove", Membership("id-team", "Data", NAMED_HARI, "admin"))
OTHER_TEAM = Change("remove", Membership("id-other", "Billing", NAMED_HARI, "user"))
END = Change("delete", HARI)
BLOCKERS = (
    Blocker("owner", "hari@example.com", "an owner", ("give another role",)),
    Blocker("integrations", "integrations", "used", ("remove",)),
)
BLOCKERS_JSON = [
    {"kind": "owner", "name": "hari@example.com", "reason": "an owner", "remedy": "give another role"},
    {"kind": "integrations", "name": "integrations", "reason": "used", "remedy": "remove"},
]
BY_HAND = "The account is deleted, and what is in remaining has to be removed by hand"
failed = partial(response.failed, capabilities=Opsgenie.capabilities)
RIGHTS = "give ACCESS_TOKEN an account-level key with the rights Read, Create and Update, Delete, Configuration Access"


def test_answer_has_room_for_fifty_sentences_of_what_was_not_checked() -> None:
    notes = tuple(f"note {number}" for number in range(53))
    report = Report(HARI, True, (), (), notes)

    assert response.done(report, Request(HARI.username)).body["not_checked"] == [*notes[:50], "3 more"]
    assert response.done(replace(report, not_checked=notes[:50]), Request(HARI.username)).body["not_checked"] == [
        *notes[:50]
    ]


def changes(
    *, made: tuple[Change, ...] = (), lost: tuple[Change, ...] = (), planned: tuple[Change, ...] = ()
) -> Changes:
    """Return changes in three states: made, lost without an answer, and only planned."""
    fake_client = FakeClient([HARI], *(change.before for change in (*made, *lost)))
    done = Changes(fake_client, lambda *_: None)
    done.plan((*made, *lost, *planned))
    for change in lost:
        entry = f"{change.before.kind} {change.before.id}"
        fake_client.when(f"{change.action} {entry}", failing(UnavailableError("lost"), outcome_unknown=True))
        fake_client.when(f"read {entry}", failing(UnavailableError("cannot look")))
    for change in (*made, *lost):
        with suppress(UnavailableError):
            done.make(change)
    return done


def team_json(change: Change) -> dict[str, Any]:
    before = change.before
    assert isinstance(before, Membership)
    user = {"id": "id-hari", "name": "hari@example.com"}
    return {
        "kind": "team",
        "id": before.id,
        "name": before.name,
        "action": "remove",
        "before": {"id": before.id, "name": before.name, "user": user, "role": before.role},
        "after": None,
    }


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (UnauthorizedError("not granted"), 502, f"Opsgenie refused the key (not granted); {RIGHTS}."),
        (UnexpectedResponseError("the answer is odd"), 502, "Opsgenie did not do as asked: the answer is odd."),
        (BadRequestError("not in your plan"), 502, "Opsgenie did not do as asked: not in your plan."),
        (InUseError("used"), 502, "Opsgenie still refuses to delete the user: used."),
        (ReaddedError("somebody is faster"), 502, "somebody is faster."),
        (ServiceError("something else"), 502, "Opsgenie did not do as asked: something else."),
        (
            UnavailableError("status 500"),
            503,
            "Opsgenie is throttling or down (status 500); send this again in 5 seconds.",
        ),
    ],
)
@pytest.mark.parametrize(("made", "ending"), [((), "Nothing was changed"), ((TEAM,), "What was changed is in changes")])
def test_opsgenie_failure_answer_has_the_changes_so_far(
    error: ServiceError, status: int, message: str, made: tuple[Change, ...], ending: str
) -> None:
    answer = failed(error, changes(made=made, planned=(OTHER_TEAM,)))

    so_far = {"changes": [team_json(change) for change in made]}
    headers = {"Retry-After": "5"} if status == 503 else {}
    assert answer == Answer(status, f"{message} {ending}", so_far, headers)


def test_unknown_user_gets_404_with_only_a_message() -> None:
    answer = failed(NotFoundError("there is no user hari@example.com"), changes())

    assert answer == Answer(404, "there is no user hari@example.com")


def test_409_names_every_blocker() -> None:
    answer = failed(BlockedError(BLOCKERS, not_checked=("integrations",)), changes(planned=(TEAM,)))

    message = "nothing was changed: hari@example.com: an owner; integrations: used"
    assert answer == Answer(409, message, {"blockers": BLOCKERS_JSON, "not_checked": ["integrations"]})


def test_blocker_found_after_a_change_gets_502() -> None:
    answer = failed(BlockedError(BLOCKERS), changes(made=(TEAM,), planned=(OTHER_TEAM,)))

    assert answer == Answer(
        502,
        "stopped half-way, since by now this is in the way: hari@example.com: an owner; integrations: used. "
        "What was changed is in changes",
        {"blockers": BLOCKERS_JSON, "changes": [team_json(TEAM)]},
    )


def test_blocker_found_after_a_lost_write_gets_502() -> None:
    answer = failed(BlockedError(BLOCKERS[1:]), changes(lost=(TEAM,)))

    assert answer == Answer(
        502,
        "stopped half-way, since by now this is in the way: integrations: used. "
        "What was changed is in changes, what may have been in unconfirmed",
        {"blockers": BLOCKERS_JSON[1:], "changes": [], "unconfirmed": [team_json(TEAM)]},
    )


@pytest.mark.parametrize(("period", "wait"), [(60.0, "60"), (1.0, "1"), (99999.0, "300")])
def test_retry_after_falls_back_to_the_rate_limit_period(period: float, wait: str) -> None:
    error = ThrottledError("too many requests", period=period)

    assert failed(error, changes()).headers == {"Retry-After": wait}
    error.retry_after = 3.0
    assert failed(error, changes()).headers == {"Retry-After": "3"}


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        *((None, "5"), (0.0, "1"), (0.2, "1"), (1.0, "1"), (1.01, "2"), (59.5, "60")),
        *((300.0, "300"), (300.1, "300"), (3600.0, "300"), (251606443085.0, "300")),
    ],
)
@pytest.mark.parametrize("kind", [UnavailableError, ThrottledError])
def test_unavailable_opsgenie_gets_503_with_retry_after(
    kind: type[UnavailableError], seconds: float | None, shown: str
) -> None:
    answer = failed(kind("busy", retry_after=seconds), changes())

    assert answer == Answer(
        503,
        f"Opsgenie is throttling or down (busy); send this again in {shown} seconds. Nothing was changed",
        {"changes": []},
        {"Retry-After": shown},
    )


def test_out_of_time_says_what_remains() -> None:
    answer = failed(OutOfTimeError("late"), changes(made=(TEAM,), planned=(OTHER_TEAM,)))

    assert answer == Answer(
        504,
        "out of time; send this again, it goes on where it stopped. What was changed is in changes",
        {"changes": [team_json(TEAM)], "remaining": [team_json(OTHER_TEAM)]},
    )


def test_out_of_time_before_any_change_says_nothing_was_changed() -> None:
    answer = failed(OutOfTimeError("late"), changes(planned=(TEAM, OTHER_TEAM)))

    assert answer == Answer(
        504,
        "out of time; send this again, it goes on where it stopped. Nothing was changed",
        {"changes": [], "remaining": [team_json(TEAM), team_json(OTHER_TEAM)]},
    )


def test_out_of_time_after_the_delete_asks_for_removal_by_hand() -> None:
    answer = failed(OutOfTimeError("late"), changes(made=(END,), planned=(TEAM,)))

    assert answer.message == f"out of time. {BY_HAND}"
    assert answer.body["remaining"] == [team_json(TEAM)]
    assert [change["kind"] for change in answer.body["changes"]] == ["user"]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (UnavailableError("status 500", retry_after=3.0), "Opsgenie is throttling or down (status 500)."),
        (UnexpectedResponseError("the answer is odd"), "Opsgenie did not do as asked: the answer is odd."),
        (UnauthorizedError("not granted"), f"Opsgenie refused the key (not granted); {RIGHTS}."),
    ],
)
def test_failure_after_the_delete_never_asks_for_a_retry(error: ServiceError, message: str) -> None:
    """A second request would get a 404, and nothing else lists what is left."""
    so_far = changes(made=(END,), planned=(TEAM, OTHER_TEAM))

    answer = failed(error, so_far)

    assert (answer.status, answer.message, dict(answer.headers)) == (502, f"{message} {BY_HAND}", {})
    assert answer.body["remaining"] == [team_json(TEAM), team_json(OTHER_TEAM)]
    assert crashed(so_far).body == answer.body


def test_failure_after_the_last_change_lists_nothing_remaining() -> None:
    answer = failed(UnavailableError("status 500"), changes(made=(TEAM, END)))

    assert (answer.status, "remaining" in answer.body) == (503, False)


@pytest.mark.parametrize(
    "error", [OutOfTimeError("late"), UnavailableError("down"), UnauthorizedError("no"), UnexpectedResponseError("odd")]
)
def test_lost_write_is_listed_as_unconfirmed(error: ServiceError) -> None:
    answer = failed(error, changes(made=(TEAM,), lost=(OTHER_TEAM,)))

    assert answer.message.endswith("What was changed is in changes, what may have been in unconfirmed")
    assert answer.body["changes"] == [team_json(TEAM)]
    assert answer.body["unconfirmed"] == [team_json(OTHER_TEAM)]


def test_a_bad_body_lists_its_errors() -> None:
    answer = bad_body(BodyError("username is blank", "'x' is not a known field"))

    assert answer == Answer(
        400,
        "the body is not accepted: username is blank; 'x' is not a known field",
        {"errors": ["username is blank", "'x' is not a known field"]},
    )


@pytest.mark.parametrize(
    ("so_far", "details"),
    [(None, {}), (changes(), {"changes": []}), (changes(made=(TEAM,)), {"changes": [team_json(TEAM)]})],
)
def test_crash_answer_shows_the_changes_but_not_the_error(so_far: Changes | None, details: dict[str, Any]) -> None:
    answer = crashed(so_far)

    message = "this program has a defect; the log has the details under the request id"
    assert answer == Answer(500, message, details)


def test_blocker_without_remedies_has_an_empty_remedy() -> None:
    answer = failed(BlockedError((Blocker("locks", "locks", "used", ()),)), changes())

    assert answer.body["blockers"] == [{"kind": "locks", "name": "locks", "reason": "used", "remedy": ""}]
