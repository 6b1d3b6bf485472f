"""One call: what each status means, and whether its outcome is unknown."""

import ssl
from typing import Any
from unittest import mock

import pytest
import requests
import responses
from urllib3.exceptions import MaxRetryError, SSLError

from service.deadline import Deadline
from service.errors import (
    BadRequestError,
    InUseError,
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
from service.opsgenie.calls import GenieKey
from service.opsgenie.responses import decipher
from service.settings import Settings
from service.transport.call import LARGEST_ANSWER, Api, Transport
from service.vendors import open_session
from tests.support.wire_samples import ANYTHING, KEY, URL, transport

JSON = b'{"message": "said so", "took": 0.1}'
NO_OBJECT = (
    "status {} with a body that is no JSON object of the API; OPSGENIE_API_URL must be us, eu or the address of "
    "Opsgenie's API"
)
UNTRUSTED = (
    "the server's TLS certificate is not trusted (it was refused); REQUESTS_CA_BUNDLE names a file of the certificates "
    "that are"
)
HTML = b"<!doctype html><title>Be right back</title>"


def outcome(method: str = "DELETE") -> tuple[type[Exception], str, bool]:
    """Make one failing call; return its error, message and `outcome_unknown`."""
    with pytest.raises(ServiceError) as failed:
        transport().request(method, "v2", "users", "u", retry=False)
    assert KEY not in f"{failed.value!r} {failed.value} {failed.value.__cause__!r}"
    return type(failed.value), str(failed.value), failed.value.outcome_unknown


@pytest.mark.parametrize("part", ["", ".", ".."])
@pytest.mark.parametrize("retry", [True, False])
def test_empty_or_dot_path_part_is_not_sent(mocked: responses.RequestsMock, part: str, retry: bool) -> None:
    with pytest.raises(UnexpectedResponseError, match=f"what is named '{part}' has no address of its own") as refused:
        transport().request("DELETE", "v2", "schedules", "s", "overrides", part, retry=retry)

    assert (refused.value.outcome_unknown, len(mocked.calls)) == (False, 0)


def test_api_without_a_secret_is_read_as_it_is(mocked: responses.RequestsMock) -> None:
    mocked.get(ANYTHING, json={"data": KEY})
    api = Api(URL, GenieKey(KEY), decipher)

    assert Transport(open_session(Settings(KEY)), api, Deadline(5)).request("GET", "v2", "teams") == {"data": KEY}


@pytest.mark.parametrize("status", [200, 201])
def test_success_returns_the_json_object(mocked: responses.RequestsMock, status: int) -> None:
    mocked.get(ANYTHING, status=status, json={"data": {"id": "u"}, "took": 0.1})

    assert transport().request("GET", "v2", "users", "u") == {"data": {"id": "u"}, "took": 0.1}


@pytest.mark.parametrize(
    ("status", "body", "error", "message", "outcome_unknown"),
    [
        (400, JSON, BadRequestError, "said so", False),
        (401, JSON, UnknownKeyError, "said so", False),
        (407, HTML, UnreachableError, "the proxy answers 407 Proxy Authentication Required", False),
        (202, JSON, UnexpectedResponseError, "the answer promises to do it later", True),
        (402, JSON, NotInPlanError, "said so", False),
        (403, JSON, UnauthorizedError, "said so", False),
        (404, JSON, NotFoundError, "said so", False),
        (410, JSON, NotInPlanError, "said so", False),
        (405, JSON, BadRequestError, "said so", False),
        (409, JSON, BadRequestError, "said so", False),
        (422, JSON, BadRequestError, "said so", False),
        (428, JSON, InUseError, "said so", False),
        (429, JSON, ThrottledError, "too many requests", False),
        (429, HTML, ThrottledError, "too many requests", False),
        (500, JSON, UnavailableError, "status 500", True),
        (500, HTML, UnavailableError, "status 500", True),
        (501, JSON, BadRequestError, "said so", False),
        (502, HTML, UnavailableError, "status 502", True),
        (503, JSON, UnavailableError, "status 503", True),
        (504, HTML, UnavailableError, "status 504", True),
        *(
            (
                status,
                HTML,
                UnexpectedResponseError,
                NO_OBJECT.format(status),
                True,
            )
            for status in (200, 201, 400, 401, 403, 404, 428, 501)
        ),
        *(
            (
                status,
                JSON,
                UnexpectedResponseError,
                NO_OBJECT.format(status),
                True,
            )
            for status in (300, 301, 302, 303, 307, 308, 399)
        ),
    ],
)
def test_error_status_maps_to_error_message_and_outcome(
    mocked: responses.RequestsMock,
    status: int,
    body: bytes,
    error: type[ServiceError],
    message: str,
    outcome_unknown: bool,
) -> None:
    mocked.delete(ANYTHING, status=status, body=body)

    assert outcome() == (error, message, outcome_unknown)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"x"', b"7", b"{", b"\xff{}", b"[" * 100_000, b"9" * 5000])
@pytest.mark.parametrize("status", [200, 404])
def test_body_that_is_no_json_object_is_an_unexpected_response(
    mocked: responses.RequestsMock, body: bytes, status: int
) -> None:
    mocked.delete(ANYTHING, status=status, body=body)

    assert outcome() == (
        UnexpectedResponseError,
        NO_OBJECT.format(status),
        True,
    )


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (None, "status 422"),
        ("", "status 422"),
        (["a", "b"], '["a", "b"]'),
        ("Please check. . ", "Please check"),
        ("one\r\ntwo\x00\u2028three", "one two three"),
        ("Validation failed:", "Validation failed"),
        ("x" * 2000, "x" * 1000),
    ],
)
def test_server_message_is_cut_to_one_short_line(mocked: responses.RequestsMock, message: Any, shown: str) -> None:
    mocked.delete(ANYTHING, status=422, json={"message": message})

    assert outcome() == (BadRequestError, shown, False)


def test_error_without_a_message_names_the_status(mocked: responses.RequestsMock) -> None:
    mocked.delete(ANYTHING, status=422, json={})

    assert outcome() == (BadRequestError, "status 422", False)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_redirect_is_not_followed(mocked: responses.RequestsMock, status: int, method: str) -> None:
    mocked.add(method, ANYTHING, status=status, headers={"Location": "https://elsewhere.example.com/"}, body=JSON)

    assert outcome(method)[0] is UnexpectedResponseError
    assert len(mocked.calls) == 1


def test_answer_over_the_size_limit_is_refused(mocked: responses.RequestsMock) -> None:
    largest = b'{"data": 1}'.ljust(LARGEST_ANSWER)
    mocked.get(ANYTHING, body=largest)
    mocked.get(ANYTHING, body=largest + b" ")

    assert transport().request("GET", "v2", "teams") == {"data": 1}
    assert outcome("GET") == (UnexpectedResponseError, "the answer is larger than 8388608 bytes", False)


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (requests.ConnectionError("reset"), UnavailableError, "no answer (ConnectionError)"),
        (requests.ReadTimeout("late"), UnavailableError, "no answer (ReadTimeout)"),
        (requests.exceptions.InvalidURL("odd"), UnexpectedResponseError, "the answer cannot be read (InvalidURL)"),
    ],
)
def test_write_without_an_answer_has_an_unknown_outcome(
    mocked: responses.RequestsMock, error: Exception, kind: type[ServiceError], message: str
) -> None:
    mocked.delete(ANYTHING, body=error)

    assert outcome() == (kind, message, True)


def test_undecodable_answer_counts_as_no_answer(mocked: responses.RequestsMock) -> None:
    mocked.delete(ANYTHING, headers={"Content-Encoding": "gzip"}, body=JSON)

    assert outcome() == (UnavailableError, "no answer (DecodeError)", True)


@pytest.mark.parametrize(
    ("problem", "outcome_of_it"),
    [
        (
            ssl.SSLCertVerificationError("self-signed"),
            (UnexpectedResponseError, UNTRUSTED, False),
        ),
        (ssl.SSLEOFError("closed in the handshake"), (UnavailableError, "no answer (SSLError)", True)),
    ],
)
def test_only_certificate_errors_are_reported_as_untrusted(
    mocked: responses.RequestsMock, problem: ssl.SSLError, outcome_of_it: tuple[object, ...]
) -> None:
    error: Any = SSLError(problem)
    mocked.delete(ANYTHING, body=requests.exceptions.SSLError(MaxRetryError(mock.Mock(), "/", error)))

    assert outcome() == outcome_of_it


@pytest.mark.parametrize("error", [requests.ConnectionError("reset"), requests.ReadTimeout("late")])
def test_failed_read_never_has_an_unknown_outcome(mocked: responses.RequestsMock, error: Exception) -> None:
    mocked.get(ANYTHING, body=error)
    mocked.get(ANYTHING, status=503)
    mocked.get(ANYTHING, body="<html>")

    assert outcome("GET")[2] is False
    assert outcome("GET")[2] is False
    assert outcome("GET") == (
        UnexpectedResponseError,
        NO_OBJECT.format(200),
        False,
    )


def test_request_sends_key_and_user_agent_but_no_cookie(mocked: responses.RequestsMock) -> None:
    mocked.get(ANYTHING, json={})
    transport().request("GET", "v2", "teams")

    sent = mocked.calls[0].request
    assert sent.headers["Authorization"] == f"GenieKey {KEY}"
    assert sent.headers["User-Agent"] == "opsgenie-offboarding"
    assert "Cookie" not in sent.headers


@pytest.mark.parametrize(
    ("method", "seconds", "total"), [("GET", 20.0, 20.0), ("DELETE", 25.0, 23.5), ("DELETE", 10.0, 9.4)]
)
def test_call_timeout_ends_before_the_deadline(
    mocked: responses.RequestsMock, method: str, seconds: float, total: float
) -> None:
    mocked.add(method, ANYTHING, json={})
    transport(seconds=seconds).request(method, "v2", "users", "u")

    timeout = vars(mocked.calls[0].request)["req_kwargs"]["timeout"]
    assert timeout.total == pytest.approx(total, abs=0.2)
    assert timeout.connect_timeout == 4.0
    assert timeout.read_timeout == 12.0


def test_session_does_not_show_the_key() -> None:
    session = open_session(Settings(KEY, URL))

    assert KEY not in f"{session.auth!r} {session.auth} {session!r} {session.headers} {session.__dict__}"
