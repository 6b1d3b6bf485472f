"""Undocumented answers: the error names what was read, and nobody else is off-boarded."""

from collections.abc import Callable
from typing import Any

import pytest
import responses

from service.errors import UnexpectedResponseError
from service.model import Named, Override
from service.opsgenie.endpoints import Endpoints
from tests.support.wire_samples import ANYTHING, HARI, HARI_JSON, ROTATION, SCHEDULE, transport

Call = Callable[[Endpoints], Any]


def user(api: Endpoints) -> Any:
    return api.user("u/1")


def rotation(api: Endpoints) -> Any:
    return api.rotation(ROTATION)


def escalation(api: Endpoints) -> Any:
    return api.escalation(Named("e1", "Ladder"))


def rules(recipient: Any) -> dict[str, Any]:
    return {"id": "e1", "rules": [{"recipient": recipient}]}


def participants(*entries: Any) -> dict[str, Any]:
    return {"id": "r1", "participants": list(entries)}


LISTS: list[tuple[Call, str]] = [
    (lambda api: api.teams_of(HARI), "a user's teams"),
    (lambda api: api.schedules_of(HARI), "a user's schedules"),
    (lambda api: api.escalations_of(HARI), "a user's escalations"),
    (lambda api: api.teams(), "teams"),
    (lambda api: api.schedules(), "schedules"),
    (lambda api: api.escalations(), "escalations"),
    (lambda api: api.forwarding_rules_of(HARI), "forwarding rules"),
    (lambda api: api.forwarding_rules(), "forwarding rules"),
    (lambda api: api.rotations(SCHEDULE), "rotations"),
    (lambda api: api.overrides(SCHEDULE), "overrides"),
    (lambda api: api.on_calls(), "who is on call"),
]
SINGLES: list[tuple[Call, str]] = [
    (user, "a user"),
    (rotation, "a rotation"),
    (escalation, "an escalation"),
    (lambda api: api.members("t1"), "a team"),
]


NOTHING: list[Any] = [{}, {"data": None}, {"data": 7}]
NO_LISTS: list[Any] = [{}, "", {"a": 1}, [None], ["x"], [[]], [{}]]
NO_SINGLES: list[Any] = [[], [{}], "x"]


@pytest.mark.parametrize(
    ("call", "what", "answer"),
    [
        *((call, what, answer) for call, what in (*LISTS, *SINGLES) for answer in NOTHING),
        *((call, what, {"data": data}) for call, what in LISTS for data in NO_LISTS),
        *((call, what, {"data": data}) for call, what in SINGLES for data in NO_SINGLES),
    ],
)
def test_answer_of_the_wrong_shape_names_what_was_read(
    mocked: responses.RequestsMock, call: Call, what: str, answer: dict[str, Any]
) -> None:
    mocked.get(ANYTHING, json=answer)

    with pytest.raises(UnexpectedResponseError, match=f"^the answer about {what} is not of the documented form$"):
        call(Endpoints(transport()))


@pytest.mark.parametrize(
    ("call", "what", "data"),
    [
        (user, "a user", {"username": "hari@example.com"}),
        (user, "a user", {"id": "u1"}),
        (user, "a user", {"id": "", "username": "hari@example.com"}),
        (user, "a user", {"id": 7, "username": "hari@example.com"}),
        (user, "a user", {"id": "u1", "username": None}),
        (user, "a user", {**HARI_JSON, "role": "Owner"}),
        (user, "a user", {**HARI_JSON, "role": None}),
        (user, "a user", {**HARI_JSON, "role": {"name": None}}),
        (rotation, "a rotation", {"id": "r1", "name": "Days"}),
        (rotation, "a rotation", {"id": "r1", "participants": None}),
        (rotation, "a rotation", {"participants": []}),
        (rotation, "a rotation", participants({"id": "u1"})),
        (rotation, "a rotation", participants({"type": "", "id": "u1"})),
        (rotation, "a rotation", participants({"type": ["user"], "id": "u1"})),
        (rotation, "a rotation", participants("hari@example.com")),
        (rotation, "a rotation", participants({"type": "user", "username": 7})),
        (rotation, "a rotation", participants({"type": "user", "username": ["hari@example.com"]})),
        (escalation, "an escalation", {"id": "e1"}),
        (escalation, "an escalation", {"id": "e1", "rules": [{"delay": {}}]}),
        (escalation, "an escalation", rules(None)),
        (escalation, "an escalation", rules({"id": "u1"})),
        (escalation, "an escalation", rules({"type": "user", "username": {"name": "hari"}})),
        (lambda api: api.members("t1"), "a team", {"members": [{"role": "admin"}]}),
        (lambda api: api.members("t1"), "a team", {"members": [{"user": {}}]}),
        (lambda api: api.members("t1"), "a team", {"members": [{"user": {"username": 7}}]}),
        (lambda api: api.members("t1"), "a team", {"members": [{"user": {"id": "u2", "username": 7}}]}),
        (lambda api: api.overrides(SCHEDULE), "overrides", [{"user": HARI_JSON}]),
        (lambda api: api.overrides(SCHEDULE), "overrides", [{"alias": "o1"}]),
        (lambda api: api.overrides(SCHEDULE), "overrides", [{"alias": "o1", "user": HARI_JSON, "rotations": [{}]}]),
        (lambda api: api.forwarding_rules(), "forwarding rules", [{"id": "f1", "fromUser": HARI_JSON}]),
        (lambda api: api.forwarding_rules(), "forwarding rules", [{"id": "f1", "fromUser": {}, "toUser": HARI_JSON}]),
        (lambda api: api.on_calls(), "who is on call", [{"onCallRecipients": ["hari@example.com"]}]),
        (lambda api: api.on_calls(), "who is on call", [{"_parent": {"id": "s"}, "onCallRecipients": 7}]),
        (lambda api: api.on_calls(), "who is on call", [{"_parent": {"id": "s"}, "onCallRecipients": [{"id": "u"}]}]),
        (lambda api: api.on_calls(), "who is on call", [{"_parent": {"id": "s"}, "onCallParticipants": []}]),
    ],
)
def test_missing_or_malformed_field_is_an_error(
    mocked: responses.RequestsMock, call: Call, what: str, data: Any
) -> None:
    mocked.get(ANYTHING, json={"data": data})

    with pytest.raises(UnexpectedResponseError, match=f"^the answer about {what} is not of the documented form$"):
        call(Endpoints(transport()))


@pytest.mark.parametrize(
    "user", [{"type": "none"}, {"type": "team", "name": "Data"}, {"type": "schedule", "id": "u/1"}]
)
def test_override_with_a_non_user_stand_in_names_no_user(mocked: responses.RequestsMock, user: Any) -> None:
    mocked.get(ANYTHING, json={"data": [{"alias": "o1", "user": user}]})

    (found,) = Endpoints(transport()).overrides(SCHEDULE)
    assert found == Override("o1", SCHEDULE, Named("", ""), "", "")
