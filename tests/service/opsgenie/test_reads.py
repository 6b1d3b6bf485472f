"""Each read on the wire: what is sent, and how the answer is parsed."""

from collections.abc import Callable
from typing import Any

import pytest
import responses

from service.model import Named, Person
from service.opsgenie.account import AccountEndpoints
from service.schedule import Schedule
from service.survey import OnCall
from tests.support.wire_samples import (
    ANYTHING,
    ESCALATION,
    ESCALATION_JSON,
    FORWARDING,
    FORWARDING_JSON,
    HARI,
    HARI_JSON,
    KEY,
    OVERRIDE,
    OVERRIDE_JSON,
    ROTATION,
    ROTATION_JSON,
    SCHEDULE,
    sent,
)

NAMES_JSON = [{"id": "x/1", "name": "One", "description": "ignored"}, {"id": "x/2"}]
NAMES = [Named("x/1", "One"), Named("x/2", "x/2")]
LISTS: list[tuple[Callable[[AccountEndpoints], Any], str]] = [
    (lambda api: api.teams_of(HARI), "/v2/users/u%2F1/teams"),
    (lambda api: api.schedules_of(HARI), "/v2/users/u%2F1/schedules"),
    (lambda api: api.escalations_of(HARI), "/v2/users/u%2F1/escalations"),
    (lambda api: api.teams(), "/v2/teams"),
    (lambda api: api.schedules(), "/v2/schedules"),
    (lambda api: api.escalations(), "/v2/escalations"),
]
READS: list[tuple[Callable[[AccountEndpoints], Any], str, Any, Any]] = [
    *((call, path, NAMES_JSON, NAMES) for call, path in LISTS),
    *((call, path, [], []) for call, path in LISTS),
    (lambda api: api.user("hari@example.com"), "/v2/users/hari%40example.com", HARI_JSON, HARI),
    (lambda api: api.forwarding_rules_of(HARI), "/v2/users/u%2F1/forwarding-rules", [FORWARDING_JSON], [FORWARDING]),
    (lambda api: api.forwarding_rules(), "/v2/forwarding-rules", [FORWARDING_JSON], [FORWARDING]),
    (
        lambda api: api.rotations(SCHEDULE),
        "/v2/schedules/s%2F1/rotations?scheduleIdentifierType=id",
        [ROTATION_JSON],
        [ROTATION],
    ),
    (
        lambda api: api.rotation(ROTATION),
        "/v2/schedules/s%2F1/rotations/r%2F1?scheduleIdentifierType=id",
        ROTATION_JSON,
        ROTATION,
    ),
    (
        lambda api: api.overrides(SCHEDULE),
        "/v2/schedules/s%2F1/overrides?scheduleIdentifierType=id",
        [OVERRIDE_JSON],
        [OVERRIDE],
    ),
    (
        lambda api: api.on_calls(),
        "/v2/schedules/on-calls?flat=true",
        [
            {"_parent": {"id": "s/1", "name": "Payments"}, "onCallRecipients": ["hari@example.com", "Data"]},
            {"_parent": {"id": "s/2"}},
        ],
        [OnCall("s/1", "Payments", ("hari@example.com", "Data")), OnCall("s/2", "s/2", ())],
    ),
    (
        lambda api: api.timed_schedules(),
        "/v2/schedules",
        [{**NAMES_JSON[0], "timezone": "Asia/Kolkata", "enabled": False}, NAMES_JSON[1], {"id": "x/3", "timezone": 7}],
        [
            Schedule("x/1", "One", "Asia/Kolkata", False, (), ()),
            Schedule("x/2", "x/2", "Etc/UTC", True, (), ()),
            Schedule("x/3", "x/3", "7", True, (), (), ("its time zone",)),
        ],
    ),
    (
        lambda api: api.escalation(Named("e/1", "Ladder")),
        "/v2/escalations/e%2F1?identifierType=id",
        ESCALATION_JSON,
        ESCALATION,
    ),
    (
        lambda api: api.members(Named("t/1", "Data")),
        "/v2/teams/t%2F1?identifierType=id",
        {"members": [{"user": HARI_JSON, "role": "admin"}, {"user": {"id": "u/2"}}]},
        [(Named("u/1", "hari@example.com"), "admin"), (Named("u/2", ""), "")],
    ),
    (lambda api: api.members(Named("t/1", "Data")), "/v2/teams/t%2F1?identifierType=id", {"name": "Data"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("call", "path", "data", "result"), READS)
def test_read_requests_the_documented_url_and_parses_the_answer(
    mocked: responses.RequestsMock,
    api: AccountEndpoints,
    call: Callable[[AccountEndpoints], Any],
    path: str,
    data: Any,
    result: Any,
) -> None:
    mocked.get(ANYTHING, json={"data": data, "took": 0.1, "requestId": "r"})

    assert call(api) == result
    assert sent(mocked) == [("GET", path, None)]
    assert mocked.calls[0].request.headers["Authorization"] == f"GenieKey {KEY}"


@pytest.mark.parametrize(
    ("username", "quoted"),
    [
        ("sam+oncall@example.com", "sam%2Boncall%40example.com"),
        ("o'neil@example.com", "o%27neil%40example.com"),
        ("a/b@example.com", "a%2Fb%40example.com"),
        ("100%@example.com", "100%25%40example.com"),
        ("%41%2f@example.com", "%2541%252f%40example.com"),
        ("Sam Hill@example.com", "Sam%20Hill%40example.com"),
        ("a?b#c&d=e@example.com", "a%3Fb%23c%26d%3De%40example.com"),
        ("j\u00fcrgen@example.com", "j%C3%BCrgen%40example.com"),
        ("\U0001f600@example.com", "%F0%9F%98%80%40example.com"),
        ("~_-.@example.com", "~_-.%40example.com"),
    ],
)
def test_username_is_percent_encoded_in_the_url(
    mocked: responses.RequestsMock, api: AccountEndpoints, username: str, quoted: str
) -> None:
    mocked.get(ANYTHING, json={"data": {"id": "u", "username": username}})

    assert api.user(username) == Person("u", username)
    assert sent(mocked) == [("GET", f"/v2/users/{quoted}", None)]


def test_user_is_read_with_role_and_profile(mocked: responses.RequestsMock, api: AccountEndpoints) -> None:
    profile = {
        "timeZone": "Asia/Kolkata", "locale": "en_US", "userAddress": {"city": "Pune"}, "skypeUsername": "hari",
        "tags": ["night"], "details": {"desk": ["7"]},
    }  # fmt: skip
    data = {**HARI_JSON, "fullName": "Hari K", "role": {"id": "Owner", "name": "Owner"}, "blocked": True, **profile}
    mocked.get(ANYTHING, json={"data": {**data, "verified": True, "userContacts": []}})

    user = api.user("u/1")

    assert user == Person("u/1", "hari@example.com", "Hari K", "Owner", owner=True, blocked=True, profile=profile)


@pytest.mark.parametrize("role", [{"id": "User", "name": "User"}, {"id": "x", "name": "Ownership viewer"}])
def test_other_roles_are_not_the_owner(
    mocked: responses.RequestsMock, api: AccountEndpoints, role: dict[str, str]
) -> None:
    mocked.get(ANYTHING, json={"data": {**HARI_JSON, "role": role}})

    assert not api.user("u/1").owner
