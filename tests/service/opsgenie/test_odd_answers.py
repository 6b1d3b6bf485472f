"""Undocumented answers: the error names what was read, and nobody else is off-boarded."""

import re
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
    (lambda api: api.teams_of(HARI), "the teams of hari@example.com"),
    (lambda api: api.schedules_of(HARI), "the schedules of hari@example.com"),
    (lambda api: api.escalations_of(HARI), "the escalations of hari@example.com"),
    (lambda api: api.teams(), "the list of teams"),
    (lambda api: api.schedules(), "the list of schedules"),
    (lambda api: api.escalations(), "the list of escalations"),
    (lambda api: api.forwarding_rules_of(HARI), "the forwarding rules of hari@example.com"),
    (lambda api: api.forwarding_rules(), "the list of forwarding rules"),
    (lambda api: api.rotations(SCHEDULE), "the rotations of Payments"),
    (lambda api: api.overrides(SCHEDULE), "the overrides of Payments"),
    (lambda api: api.on_calls(), "who is on call"),
]
SINGLES: list[tuple[Call, str]] = [
    (user, "the user u/1"),
    (rotation, "the rotation Payments / Days"),
    (escalation, "the escalation Ladder"),
    (lambda api: api.members(Named("t1", "Data")), "the team Data"),
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

    message = f"^the answer about {re.escape(what)} is not of the documented form: .+"
    with pytest.raises(UnexpectedResponseError, match=message):
        call(Endpoints(transport()))


@pytest.mark.parametrize(
    ("call", "data", "why"),
    [
        (user, {"username": "hari@example.com"}, "there is no id"),
        (user, {"id": "u1"}, "there is no username"),
        (
            user,
            {"id": "", "username": "hari@example.com"},
            "id is not a text",
        ),
        (
            user,
            {"id": 7, "username": "hari@example.com"},
            "id is not a text",
        ),
        (user, {"id": "u1", "username": None}, "username is not a text"),
        (user, {**HARI_JSON, "role": "Owner"}, "role is not an object"),
        (user, {**HARI_JSON, "role": None}, "role is not an object"),
        (user, {**HARI_JSON, "role": {"name": None}}, "name is not a text"),
        (
            rotation,
            {"id": "r1", "name": "Days"},
            "there is no participants",
        ),
        (
            rotation,
            {"id": "r1", "participants": None},
            "participants is not a list",
        ),
        (rotation, {"participants": []}, "there is no id"),
        (
            rotation,
            participants({"id": "u1"}),
            "in u1 there is no type",
        ),
        (
            rotation,
            participants({"type": "", "id": "u1"}),
            "in u1 type is not a text",
        ),
        (
            rotation,
            participants({"type": ["user"], "id": "u1"}),
            "in u1 type is not a text",
        ),
        (
            rotation,
            participants("hari@example.com"),
            "in an entry without a name something is of another type",
        ),
        (
            rotation,
            participants({"type": "user", "username": 7}),
            "in an entry without a name username is not a text",
        ),
        (
            rotation,
            participants({"type": "user", "username": ["hari@example.com"]}),
            "in an entry without a name username is not a text",
        ),
        (escalation, {"id": "e1"}, "there is no rules"),
        (
            escalation,
            {"id": "e1", "rules": [{"delay": {}}]},
            "there is no recipient",
        ),
        (escalation, rules(None), "recipient is not an object"),
        (escalation, rules({"id": "u1"}), "there is no type"),
        (
            escalation,
            rules({"type": "user", "username": {"name": "hari"}}),
            "username is not a text",
        ),
        (
            lambda api: api.members(Named("t1", "Data")),
            {"members": [{"role": "admin"}]},
            "there is no user",
        ),
        (
            lambda api: api.members(Named("t1", "Data")),
            {"members": [{"user": {}}]},
            "a user has neither id nor username",
        ),
        (
            lambda api: api.members(Named("t1", "Data")),
            {"members": [{"user": {"username": 7}}]},
            "username is not a text",
        ),
        (
            lambda api: api.members(Named("t1", "Data")),
            {"members": [{"user": {"id": "u2", "username": 7}}]},
            "username is not a text",
        ),
        (
            lambda api: api.overrides(SCHEDULE),
            [{"user": HARI_JSON}],
            "in an entry without a name there is no alias",
        ),
        (
            lambda api: api.overrides(SCHEDULE),
            [{"alias": "o1"}],
            "in o1 there is no user",
        ),
        (
            lambda api: api.overrides(SCHEDULE),
            [{"alias": "o1", "user": HARI_JSON, "rotations": [{}]}],
            "in o1 there is no id",
        ),
        (
            lambda api: api.forwarding_rules(),
            [{"id": "f1", "fromUser": HARI_JSON}],
            "in f1 there is no toUser",
        ),
        (
            lambda api: api.forwarding_rules(),
            [{"id": "f1", "fromUser": {}, "toUser": HARI_JSON}],
            "in f1 a user has neither id nor username",
        ),
        (
            lambda api: api.on_calls(),
            [{"onCallRecipients": ["hari@example.com"]}],
            "in an entry without a name there is no _parent",
        ),
        (
            lambda api: api.on_calls(),
            [{"_parent": {"id": "s"}, "onCallRecipients": 7}],
            "in an entry without a name onCallRecipients is not a list",
        ),
        (
            lambda api: api.on_calls(),
            [{"_parent": {"id": "s"}, "onCallRecipients": [{"id": "u"}]}],
            "in an entry without a name a recipient is not a text",
        ),
        (
            lambda api: api.on_calls(),
            [{"_parent": {"id": "s"}, "onCallParticipants": []}],
            "in an entry without a name it is not the flat form, which was asked for",
        ),
    ],
)
def test_missing_or_malformed_field_is_an_error(
    mocked: responses.RequestsMock, call: Call, data: Any, why: str
) -> None:
    mocked.get(ANYTHING, json={"data": data})

    with pytest.raises(UnexpectedResponseError) as error:
        call(Endpoints(transport()))

    assert str(error.value).partition(" is not of the documented form: ")[2] == why


@pytest.mark.parametrize(
    "user", [{"type": "none"}, {"type": "team", "name": "Data"}, {"type": "schedule", "id": "u/1"}]
)
def test_override_with_a_non_user_stand_in_names_no_user(mocked: responses.RequestsMock, user: Any) -> None:
    mocked.get(ANYTHING, json={"data": [{"alias": "o1", "user": user}]})

    (found,) = Endpoints(transport()).overrides(SCHEDULE)
    assert found == Override("o1", SCHEDULE, Named("", ""), "", "")
