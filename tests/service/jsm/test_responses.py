"""What each documented answer means; the bodies are the vendor's own, and those that were seen."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from service.errors import (
    BadRequestError,
    Cause,
    MissingScopeError,
    NotFoundError,
    NotInPlanError,
    ServiceError,
    ThrottledError,
    UnauthorizedError,
    UnavailableError,
    UnexpectedResponseError,
    UnknownKeyError,
    UnreachableError,
)
from service.jsm.responses import NO_CONTENT, RIGHT_ADDRESS, decipher


def test_answers_are_objects() -> None:
    assert decipher(200, {}, b'{"values": []}') == {"values": []}
    assert decipher(201, {}, b"[1]") == {"values": [1]}
    assert decipher(204, {}, b"") == NO_CONTENT
    assert decipher(200, {"Content-Type": "text/calendar; charset=utf-8"}, b"BEGIN") == {"calendar": "BEGIN"}


REFUSALS: list[tuple[int, Any, type[ServiceError], str, Mapping[str, str]]] = [
    (401, {"code": 401, "message": "Unauthorized"}, UnknownKeyError, "Unauthorized", {}),
    (
        401,
        {"code": 401, "message": "Unauthorized; scope does not match"},
        MissingScopeError,
        "Unauthorized; scope does not match",
        {},
    ),
    (
        403,
        {"code": 40301, "message": "Account does not have access to Opsgenie.", "took": 0.002, "requestId": "q"},
        UnauthorizedError,
        "Account does not have access to Opsgenie",
        {},
    ),
    (
        403,
        {"errors": [{"title": "Forbidden", "detail": "Not you.", "code": "X"}]},
        UnauthorizedError,
        "Forbidden: Not you",
        {"Forbidden": "Not you"},
    ),
    (403, {"errors": [{"title": "Forbidden", "code": "X"}]}, UnauthorizedError, "Forbidden", {"Forbidden": ""}),
    (403, {"errors": [{"detail": "Not you"}]}, UnauthorizedError, "Not you", {"error": "Not you"}),
    (
        403,
        {"message": "The feature [x] is not available in your plan."},
        NotInPlanError,
        "The feature [x] is not available in your plan",
        {},
    ),
    (402, {"message": "Payment required"}, NotInPlanError, "Payment required", {}),
    (
        404,
        {"message": "No schedule rotation exists with id [r-1]", "took": 0.001, "requestId": "q"},
        NotFoundError,
        "No schedule rotation exists with id [r-1]",
        {},
    ),
    (410, {"code": "TEAM_DELETED", "message": "Team has been deleted"}, NotFoundError, "Team has been deleted", {}),
    (405, {"message": "Request method 'PATCH' is not supported"}, BadRequestError, "Request method 'PATCH' is not "
     "supported", {}),
    (
        422,
        {"message": "Request body is not processable. Please check the errors.", "errors": {"field ": "why."}},
        BadRequestError,
        "Request body is not processable. Please check the errors: field: why",
        {"field": "why"},
    ),
    (403, {"errorMessages": ["May not browse."], "errors": {}}, UnauthorizedError, "May not browse", {}),
    (400, {"errors": "odd"}, BadRequestError, "status 400", {}),
    (409, [], BadRequestError, "status 409", {}),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "kind", "text", "fields"), REFUSALS)
def test_refusals(status: int, body: Any, kind: type[ServiceError], text: str, fields: Mapping[str, str]) -> None:
    with pytest.raises(ServiceError) as raised:
        decipher(status, {}, json.dumps(body).encode())

    request_id = body.get("requestId", "") if isinstance(body, dict) else ""
    assert (type(raised.value), str(raised.value)) == (kind, text)
    assert raised.value.cause == Cause(status=status, errors=fields, request_id=request_id)
    assert not raised.value.outcome_unknown


@pytest.mark.parametrize(
    ("status", "body", "kind", "unknown", "pending"),
    [
        (429, b"", ThrottledError, False, False),
        (500, b"", UnavailableError, True, False),
        (502, b"", UnavailableError, True, True),
        (504, b"<html>", UnavailableError, True, True),
        (407, b"", UnreachableError, False, False),
        (202, b"{}", UnexpectedResponseError, True, True),
        (200, b"<html>", UnexpectedResponseError, True, False),
        (200, b"null", UnexpectedResponseError, True, False),
        (302, b"{}", UnexpectedResponseError, True, False),
        (404, b"", UnexpectedResponseError, True, False),
    ],
)
def test_what_is_no_answer(status: int, body: bytes, kind: type[ServiceError], unknown: bool, pending: bool) -> None:
    with pytest.raises(ServiceError) as raised:
        decipher(status, {"X-Request-ID": "q"}, body)

    assert (type(raised.value), raised.value.outcome_unknown, raised.value.pending) == (kind, unknown, pending)
    assert raised.value.cause.request_id == "q"
    if status == 404:
        assert str(raised.value) == f"status 404 without JSON; {RIGHT_ADDRESS}"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, UnknownKeyError), (402, NotInPlanError), (403, UnauthorizedError), (410, NotFoundError)],
)
def test_refusal_without_json_is_that_refusal(status: int, kind: type[ServiceError]) -> None:
    with pytest.raises(ServiceError, match=f"^status {status}$") as raised:
        decipher(status, {}, b"Basic authentication with passwords is deprecated.")
    assert (type(raised.value), raised.value.outcome_unknown) == (kind, False)


def test_throttling_says_when_to_try_again() -> None:
    with pytest.raises(ThrottledError) as raised:
        decipher(429, {"Retry-After": "7"}, b"")

    assert raised.value.retry_after == 7
