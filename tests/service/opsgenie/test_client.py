"""Find a user and survey what holds them, even if lists disagree or name deleted items."""

import re
from collections.abc import Iterator

import pytest
import responses

from service.client import Scope
from service.errors import NotFoundError, UnexpectedResponseError
from service.model import Membership, Named
from service.opsgenie.client import Opsgenie
from service.parallel import Parallel
from service.survey import OnCalls, Survey
from tests.support.wire_samples import (
    ANYTHING,
    ESCALATION_JSON,
    FORWARDING_JSON,
    HARI,
    HARI_JSON,
    OVERRIDE,
    ROTATION,
    ROTATION_JSON,
    URL,
    sent,
    transport,
)


@pytest.fixture
def opsgenie() -> Iterator[Opsgenie]:
    """The client under test."""
    with Parallel() as parallel:
        yield Opsgenie(transport(), parallel)


@pytest.mark.parametrize("asked", ["hari@example.com", "HARI@example.com"])
def test_find_matches_the_username_in_any_case(mocked: responses.RequestsMock, opsgenie: Opsgenie, asked: str) -> None:
    mocked.get(ANYTHING, json={"data": HARI_JSON})

    assert opsgenie.find(asked) == HARI


@pytest.mark.parametrize("asked", ["kofi@example.com", "har\u0131@example.com", "u/1", "u2", "hari@example.co"])
def test_find_rejects_a_different_user_than_requested(
    mocked: responses.RequestsMock, opsgenie: Opsgenie, asked: str
) -> None:
    mocked.get(ANYTHING, json={"data": HARI_JSON})

    with pytest.raises(UnexpectedResponseError, match=r"^Opsgenie answered with another user than the one asked for$"):
        opsgenie.find(asked)


@pytest.mark.parametrize("gone", ["teams", "schedules", "escalations", "forwarding-rules"])
@pytest.mark.parametrize(
    ("status", "error", "message"),
    [
        (404, NotFoundError, "No user exists"),
        (200, UnexpectedResponseError, "Opsgenie has the user, but not the lists of what holds the user"),
    ],
)
def test_survey_checks_the_user_when_a_list_answers_404(
    opsgenie: Opsgenie, gone: str, status: int, error: type[Exception], message: str
) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        mocked.get(f"{URL}/v2/users/u%2F1", status=status, json={"data": HARI_JSON, "message": "No user exists"})
        mocked.get(f"{URL}/v2/users/u%2F1/{gone}", status=404, json={"message": "No list exists"})
        mocked.get(ANYTHING, json={"data": []})

        with pytest.raises(error, match=f"^{message}$"):
            opsgenie.survey(HARI, Scope.FIRST)
        assert sent(mocked)[-1] == ("GET", "/v2/users/u%2F1", None)


LISTED = {"teams": "t1", "schedules": "s1", "escalations": "e1"}


def listed(mocked: responses.RequestsMock, *answers: list[str]) -> None:
    """Mock the user's lists, one answer after the other; everything else answers 404."""
    for answer in answers:
        for name, identifier in LISTED.items():
            data = [{"id": identifier, "name": identifier} for _ in answer if name in answer]
            mocked.get(f"{URL}/v2/users/u%2F1/{name}", json={"data": data})
    mocked.get(f"{URL}/v2/users/u%2F1/forwarding-rules", json={"data": []})
    mocked.get(f"{URL}/v2/users", json={"data": []})
    mocked.get(re.compile(f"{URL}/v2/(?!users)"), status=404, json={"message": "gone"})


def test_survey_skips_items_deleted_while_it_runs(mocked: responses.RequestsMock, opsgenie: Opsgenie) -> None:
    listed(mocked, list(LISTED), [])

    assert opsgenie.survey(HARI, Scope.FIRST) == Survey(
        HARI, on_call=OnCalls(unread="gone"), not_checked=("the times of schedules: gone",)
    )


@pytest.mark.parametrize("name", LISTED)
def test_survey_fails_when_an_item_still_listed_answers_404(
    mocked: responses.RequestsMock, opsgenie: Opsgenie, name: str
) -> None:
    listed(mocked, [name])

    sentence = f"Opsgenie lists {LISTED[name]}, and says that it is not there"
    with pytest.raises(UnexpectedResponseError, match=f"^{sentence}$"):
        opsgenie.survey(HARI, Scope.FIRST)


def test_membership_is_stale_when_the_team_does_not_list_the_user(
    mocked: responses.RequestsMock, opsgenie: Opsgenie
) -> None:
    mocked.get(f"{URL}/v2/teams/t1?identifierType=id", json={"data": {"id": "t1", "members": []}})
    listed(mocked, ["teams"])

    assert opsgenie.survey(HARI, Scope.FIRST) == Survey(
        HARI,
        memberships=(Membership("t1", "t1", Named("u/1", "hari@example.com"), "", stale=True),),
        on_call=OnCalls(unread="gone"),
        not_checked=("the times of schedules: gone",),
    )


def test_survey_reads_items_listed_twice_only_once(mocked: responses.RequestsMock, opsgenie: Opsgenie) -> None:
    for name, identifier in LISTED.items():
        mocked.get(f"{URL}/v2/users/u%2F1/{name}", json={"data": [{"id": identifier, "name": identifier}] * 2})
    mocked.get(f"{URL}/v2/users/u%2F1/forwarding-rules", json={"data": [FORWARDING_JSON] * 2})
    mocked.get(f"{URL}/v2/forwarding-rules", json={"data": []})
    mocked.get(f"{URL}/v2/users", json={"data": []})
    mocked.get(f"{URL}/v2/schedules/s1/rotations", json={"data": [ROTATION_JSON]})
    mocked.get(f"{URL}/v2/schedules/s1/overrides", json={"data": []})
    on_call = {"_parent": {"id": "s1", "name": "s1"}, "onCallRecipients": ["hari@example.com"]}
    mocked.get(f"{URL}/v2/schedules/on-calls", json={"data": [on_call] * 2})
    mocked.get(f"{URL}/v2/schedules", json={"data": [{"id": "s1", "name": "s1", "timezone": "Asia/Kolkata"}]})
    mocked.get(f"{URL}/v2/escalations/e1", json={"data": ESCALATION_JSON})
    mocked.get(f"{URL}/v2/teams/t1", json={"data": {"members": [{"user": HARI_JSON, "role": "user"}]}})

    survey = opsgenie.survey(HARI, Scope.FIRST)

    held = (survey.rotations, survey.escalations, survey.memberships, survey.forwarding_rules, survey.schedules)
    assert [len(entries) for entries in held] == [1] * 5
    assert len(mocked.calls) == 12


def test_read_returns_none_for_a_deleted_entry(mocked: responses.RequestsMock, opsgenie: Opsgenie) -> None:
    mocked.get(ANYTHING, status=404, json={"message": "gone"})

    assert [opsgenie.read(entry) for entry in (ROTATION, OVERRIDE, HARI)] == [None, None, None]
