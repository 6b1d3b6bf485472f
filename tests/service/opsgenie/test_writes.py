"""Each write on the wire: what is sent, and that a PATCH, which could be stale, is sent once."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import responses

from service.errors import BadRequestError, Cause, InUseError, NotFoundError, UnavailableError, UnexpectedResponseError
from service.model import Blocker, Delay, Entry, Escalation, Participant, Rotation, Rule
from service.opsgenie.endpoints import Endpoints
from tests.support.wire_samples import (
    ANYTHING,
    ESCALATION,
    ESCALATION_JSON,
    FORWARDING,
    HARI,
    KEY,
    MEMBERSHIP,
    OVERRIDE,
    ROTATION,
    ROTATION_JSON,
    SCHEDULE,
    sent,
)

MODIFIED = "User cannot be modified. Please remove it from"
ADDRESSES: list[tuple[Entry, str]] = [
    (ROTATION, "/v2/schedules/s%2F1/rotations/r%2F1?scheduleIdentifierType=id"),
    (OVERRIDE, "/v2/schedules/s%2F1/overrides/o%2F1?scheduleIdentifierType=id"),
    (ESCALATION, "/v2/escalations/e%2F1?identifierType=id"),
    (FORWARDING, "/v2/forwarding-rules/f%2F1?identifierType=id"),
    (MEMBERSHIP, "/v2/teams/t%2F1/members/u%2F1?teamIdentifierType=id"),
    (HARI, "/v2/users/u%2F1"),
]


def test_patched_rotation_keeps_untouched_participants_verbatim(mocked: responses.RequestsMock, api: Endpoints) -> None:
    entries = [
        {"type": "team", "id": "t/1", "name": "Data", "x-new": [1, {"a": None}]},
        {"type": "none"},
        {"type": "user", "id": "u/2", "username": "Anna@Example.com", "fullName": None},
    ]
    mocked.get(ANYTHING, json={"data": {**ROTATION_JSON, "participants": entries}})
    mocked.patch(ANYTHING, json={"result": "Updated"})
    read = api.rotation(ROTATION)

    api.patch_rotation(
        Rotation("r/1", "Days", SCHEDULE, (*read.participants, Participant("user", "u/3", "k@x.example.com")))
    )

    added = {"type": "user", "id": "u/3", "username": "k@x.example.com"}
    assert sent(mocked)[1] == ("PATCH", ADDRESSES[0][1], {"participants": [*entries, added]})
    assert mocked.calls[1].request.headers["Content-Type"] == "application/json"


def test_no_one_is_sent_as_a_type_and_nothing_else(mocked: responses.RequestsMock, api: Endpoints) -> None:
    mocked.patch(ANYTHING, json={"result": "Updated"})

    api.patch_rotation(Rotation("r/1", "Days", SCHEDULE, (Participant("none"), Participant("user", "u/3"))))

    sent_participants = [{"type": "none"}, {"type": "user", "id": "u/3"}]
    assert sent(mocked) == [("PATCH", ADDRESSES[0][1], {"participants": sent_participants})]


def test_patched_escalation_keeps_untouched_rules_verbatim(mocked: responses.RequestsMock, api: Endpoints) -> None:
    rules: list[dict[str, Any]] = [
        {**ESCALATION_JSON["rules"][0], "x-new": {"a": 1}},
        {"recipient": {"type": "schedule", "id": "s/1", "name": "Payments", "x": 0}, "delay": None, "y": "kept"},
    ]
    mocked.get(ANYTHING, json={"data": {**ESCALATION_JSON, "rules": rules}})
    mocked.patch(ANYTHING, json={"result": "Updated"})
    read = api.escalation(ESCALATION)
    pointed = Rule("", "", Delay(0, "minutes"), Participant("user", "u/3", "k@x.example.com"), source=rules[1])

    api.patch_escalation(Escalation("e/1", "Ladder", (*read.rules, pointed)))

    moved = {**rules[1], "recipient": {"type": "user", "id": "u/3", "username": "k@x.example.com"}}
    assert sent(mocked)[1] == ("PATCH", ADDRESSES[2][1], {"rules": [*rules, moved]})


@pytest.mark.parametrize(
    "write", [lambda api: api.patch_rotation(ROTATION), lambda api: api.patch_escalation(ESCALATION)]
)
def test_patch_is_not_retried(
    mocked: responses.RequestsMock, api: Endpoints, write: Callable[[Endpoints], None]
) -> None:
    mocked.patch(ANYTHING, status=503, json={})

    with pytest.raises(UnavailableError):
        write(api)
    assert len(mocked.calls) == 1


@pytest.mark.parametrize(("entry", "path"), ADDRESSES)
def test_delete_requests_the_documented_url(
    mocked: responses.RequestsMock, api: Endpoints, entry: Entry, path: str
) -> None:
    mocked.delete(ANYTHING, json={"result": "Deleted"})

    api.delete(entry)

    assert sent(mocked) == [("DELETE", path, None)]
    assert mocked.calls[0].request.headers["Authorization"] == f"GenieKey {KEY}"


@pytest.mark.parametrize(("entry", "path"), ADDRESSES)
def test_delete_of_a_missing_entry_raises_not_found(
    mocked: responses.RequestsMock, api: Endpoints, entry: Entry, path: str
) -> None:
    mocked.delete(ANYTHING, status=404, json={"message": "gone"})

    with pytest.raises(NotFoundError, match="gone"):
        api.delete(entry)
    assert sent(mocked) == [("DELETE", path, None)]


@pytest.mark.parametrize(("entry", "path"), ADDRESSES)
@pytest.mark.parametrize(("status", "there"), [(200, True), (404, False)])
def test_exists_tells_200_from_404(
    mocked: responses.RequestsMock, api: Endpoints, entry: Any, path: str, status: int, there: bool
) -> None:
    mocked.get(ANYTHING, status=status, json={"data": {}})

    assert api.exists(entry) == there
    assert sent(mocked) == [("GET", path, None)]


@pytest.mark.parametrize(
    ("message", "uses"),
    [
        (
            f"{MODIFIED} integrations: [API : action[Create],Mail : action[X]]",
            {"integrations": "API : action[Create],Mail : action[X]"},
        ),
        (
            f"{MODIFIED} integrations: [IN - MT : action[S]],groups: [RM, Ops],escalations: [E]",
            {"integrations": "IN - MT : action[S]", "groups": "RM, Ops"},
        ),
        (f"{MODIFIED} schedules: [A],alert policies: [P]", {"alert policies": "P"}),
        (f"{MODIFIED} policies: [P],teams: [T],policies: [Q] ", {"policies": "P, Q"}),
        (f"{MODIFIED} Teams: [A],escalations: [B],on-call schedules: [C]", {}),
        (f"{MODIFIED} schedule rotations: [A],forwarding rules: [B]", {}),
        ("User is used by another entity", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_refused_user_delete_names_only_uses_that_cannot_be_detached(
    mocked: responses.RequestsMock, api: Endpoints, message: str, uses: dict[str, str]
) -> None:
    mocked.delete(ANYTHING, status=428, json={"message": message})

    with pytest.raises(InUseError) as refused:
        api.delete(HARI)

    assert refused.value.blockers == tuple(
        Blocker(
            kind,
            kind,
            f"the person is in these {kind}: {listed}",
            (f"remove the person from these {kind} in Opsgenie, then try again",),
        )
        for kind, listed in uses.items()
    )


@pytest.mark.parametrize("entry", [OVERRIDE, FORWARDING, MEMBERSHIP])
def test_428_on_deleting_anything_but_a_user_is_a_bad_request(
    mocked: responses.RequestsMock, api: Endpoints, entry: Entry
) -> None:
    mocked.delete(ANYTHING, status=428, json={"message": f"{MODIFIED} integrations: [API]"})

    with pytest.raises(BadRequestError, match=f"^{re.escape(MODIFIED)} integrations") as refused:
        api.delete(entry)

    assert entry.name in refused.value.cause.what


def test_428_on_a_patch_is_a_bad_request(mocked: responses.RequestsMock, api: Endpoints) -> None:
    mocked.patch(ANYTHING, status=428, json={"message": "in use"})

    with pytest.raises(BadRequestError, match=r"^in use$") as refused:
        api.patch_rotation(ROTATION)

    assert refused.value.cause == Cause("the rotation Payments / Days", 428)


@pytest.mark.parametrize("answer", [{}, {"result": "Accepted"}, {"result": None}, {"result": {"x": 1}}])
def test_write_without_the_documented_word_has_an_unknown_outcome(
    mocked: responses.RequestsMock, api: Endpoints, answer: dict[str, object]
) -> None:
    mocked.delete(ANYTHING, json=answer)

    with pytest.raises(UnexpectedResponseError, match=r"^the answer is .*, not that it is done$") as odd:
        api.delete(HARI)

    assert (odd.value.outcome_unknown, odd.value.pending) == (True, False)
    assert odd.value.cause == Cause("the user hari@example.com")


SENT = [{"type": "user", "id": "u/1", "username": "hari@example.com"}, {"type": "none"}]


@pytest.mark.parametrize(
    ("shown", "is_odd"),
    [
        ({"participants": [{**SENT[0], "name": "Hari"}, {"type": "none", "id": ""}]}, False),
        ({"participants": [*SENT, {"type": "user", "id": "u/9"}]}, True),
        ({"participants": []}, True),
        ({"participants": [7, None]}, True),
        ({"id": "r/1", "name": "Days"}, False),
        ({"participants": None}, False),
        (None, False),
        ([], False),
    ],
)
def test_update_whose_answer_shows_it_unchanged_has_an_unknown_outcome(
    mocked: responses.RequestsMock, api: Endpoints, shown: Any, is_odd: bool
) -> None:
    mocked.patch(ANYTHING, json={"result": "Updated", "data": shown})

    if not is_odd:
        api.patch_rotation(ROTATION)
        return
    with pytest.raises(UnexpectedResponseError, match=r"^the answer does not show the change$") as odd:
        api.patch_rotation(ROTATION)
    assert (odd.value.outcome_unknown, odd.value.cause) == (True, Cause("the rotation Payments / Days"))


def test_update_of_an_escalation_is_held_against_the_recipients_shown(
    mocked: responses.RequestsMock, api: Endpoints
) -> None:
    mocked.patch(ANYTHING, json={"result": "Updated", "data": ESCALATION_JSON})
    api.patch_escalation(ESCALATION)

    with pytest.raises(UnexpectedResponseError, match=r"^the answer does not show the change$"):
        api.patch_escalation(replace(ESCALATION, rules=ESCALATION.rules[1:]))
