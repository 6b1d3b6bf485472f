"""Whole events through the handler, and the whole of its answers."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import requests

from local.opsgenie import Simulation
from tests.events import REQUEST_ID, Context, api_gateway_event
from tests.handlers import Handle, imported, started

NORA = '{ "username":"nora@example.com" }'
NOT_ONE = "the event is not one of an API Gateway REST API"
LAMBDA_ID = "lambda-request-id"
NO_PARTS = f"{NOT_ONE}: it has no httpMethod and path"
WRONG_BODY = "the event's body is not what its isBase64Encoded says"


@pytest.fixture
def handle(session: requests.Session) -> Iterator[Handle]:
    """The handler in front of the simulated Opsgenie."""
    with started(session) as (handle, _):
        yield handle


def answer(status: int, headers: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
    """Make the app's answer as API Gateway takes it."""
    text = json.dumps(body, separators=(",", ":")) + "\n"
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", "Content-Length": str(len(text)), **(headers or {})},
        "isBase64Encoded": False,
        "body": text,
    }


def plain(status: int, message: str, request_id: str = LAMBDA_ID, **rest: Any) -> dict[str, Any]:
    """Make the answer of a handler that has no use for the app."""
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "isBase64Encoded": False,
        "body": json.dumps({"message": message, "request_id": request_id, **rest}),
    }


def nora_was_deleted(simulation: Simulation) -> dict[str, Any]:
    nora = next(user for user in simulation.snapshot()["users"] if user["username"] == "nora@example.com")
    before = {
        "id": nora["id"],
        "username": "nora@example.com",
        "full_name": nora["fullName"],
        "role": "User",
        "owner": False,
        "blocked": False,
        "profile": {"timeZone": nora["timeZone"], "locale": nora["locale"]},
    }
    change = {
        "kind": "user",
        "id": nora["id"],
        "name": "nora@example.com",
        "action": "delete",
        "before": before,
        "after": None,
    }
    return answer(
        200,
        message="nora@example.com was deleted",
        request_id=REQUEST_ID,
        username="nora@example.com",
        deleted=True,
        dry_run=False,
        changes=[change],
        on_call_now=[],
        not_checked=[
            "overrides in schedules that hold the person in no other way: Opsgenie lists no overrides by user"
        ],
    )


@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/json", "text/plain"])
def test_what_curl_sends_takes_a_person_out(
    simulation: Simulation, handle: Handle, encoded: bool, content_type: str
) -> None:
    expected = nora_was_deleted(simulation)
    body = base64.b64encode(NORA.encode()).decode() if encoded else NORA

    answered = handle(api_gateway_event(body=body, encoded=encoded, content_type=content_type))

    assert answered == expected


def test_somebody_unknown_is_not_found(handle: Handle) -> None:
    answered = handle(api_gateway_event(body='{"username":"l\u00e9a@example.com"}'))

    assert answered == answer(404, message="there is no user l\u00e9a@example.com", request_id=REQUEST_ID)


def test_a_throttling_opsgenie_is_passed_on(simulation: Simulation, handle: Handle) -> None:
    simulation.faults.order("429+retry-after", times=None)

    answered = handle(api_gateway_event(body=NORA), milliseconds=3300)

    message = "Opsgenie is throttling or down (too many requests); send this again in 1 seconds. Nothing was changed"
    assert answered == answer(503, {"Retry-After": "1"}, message=message, request_id=REQUEST_ID, changes=[])


@pytest.mark.parametrize("body", [None, "", "username=hari"])
def test_a_body_that_is_none_is_answered_with_what_to_send(handle: Handle, body: str | None) -> None:
    error = 'the body is not JSON; send for example {"username": "hari@example.com"}'

    answered = handle(api_gateway_event(body=body))

    message = f"the body is not accepted: {error}"
    assert answered == answer(400, message=message, request_id=REQUEST_ID, errors=[error])


@pytest.mark.parametrize(
    "path", ["/users", "/%C3%BC", "/\u00fc", "/\u0142", "/\U0001f600", "/\ud800", "/?a=b", "/a b", "//", "///", "//x"]
)
def test_another_path_is_not_found(simulation: Simulation, handle: Handle, path: str) -> None:
    answered = handle(api_gateway_event(path=path, body=NORA))

    message = (
        "The requested URL was not found on the server. "
        "If you entered the URL manually please check your spelling and try again."
    )
    assert answered == answer(404, message=message, request_id=REQUEST_ID)
    assert simulation.calls == []


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "FETCH"])
def test_another_method_is_not_allowed(simulation: Simulation, handle: Handle, method: str) -> None:
    answered = handle(api_gateway_event(method=method, body=NORA))

    message = "The method is not allowed for the requested URL."
    expected = answer(405, {"Allow": "POST"}, message=message, request_id=REQUEST_ID)
    assert answered == {**expected, "body": "" if method == "HEAD" else expected["body"]}
    assert simulation.calls == []


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (None, f"{NOT_ONE}: it is no object"),
        ([], f"{NOT_ONE}: it is no object"),
        ([api_gateway_event(body=NORA)], f"{NOT_ONE}: it is no object"),
        ("ping", f"{NOT_ONE}: it is no object"),
        (17, f"{NOT_ONE}: it is no object"),
        ({}, NO_PARTS),
        ({"version": "0", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}, NO_PARTS),
        ({"Records": [{"eventSource": "aws:sqs", "body": NORA}]}, NO_PARTS),
        ({"version": "2.0", "rawPath": "/", "requestContext": {"http": {"method": "POST"}}, "body": NORA}, NO_PARTS),
        ({**api_gateway_event(body=NORA), "httpMethod": None}, NO_PARTS),
        ({**api_gateway_event(body=NORA), "httpMethod": ""}, NO_PARTS),
        ({**api_gateway_event(body=NORA), "httpMethod": "POST /x"}, NO_PARTS),
        ({**api_gateway_event(body=NORA), "httpMethod": "P\u00d6ST"}, NO_PARTS),
        ({**api_gateway_event(body=NORA), "path": None}, NO_PARTS),
        ({**api_gateway_event(body=NORA), "path": 7}, NO_PARTS),
        ({**api_gateway_event(body=NORA), "path": ""}, NO_PARTS),
        (
            {"httpMethod": "POST", "path": "/", "headers": {}, "body": NORA, "requestContext": {"elb": {}}},
            "the event is one of a load balancer, not of an API Gateway REST API",
        ),
        ({**api_gateway_event(), "body": {"username": "nora@example.com"}}, "the event's body is no text"),
        ({**api_gateway_event(), "body": 7}, "the event's body is no text"),
        (api_gateway_event(body="{}", encoded=True), WRONG_BODY),
        (api_gateway_event(body="e30", encoded=True), WRONG_BODY),
        (api_gateway_event(body="\u00fc", encoded=True), WRONG_BODY),
        (api_gateway_event(body="\ud800"), WRONG_BODY),
    ],
)
def test_an_event_of_another_kind_is_refused(
    simulation: Simulation, handle: Handle, event: object, message: str
) -> None:
    request_id = REQUEST_ID if isinstance(event, dict) and "identity" in event.get("requestContext", {}) else LAMBDA_ID
    assert handle(event) == plain(400, message, request_id, errors=[message])
    assert simulation.calls == []


@pytest.mark.parametrize(
    "parts",
    [
        {"headers": None, "multiValueHeaders": None},
        {"headers": {"Content-Length": "x", "Host": None, "Transfer-Encoding": "chunked"}},
        {"queryStringParameters": {"a": "b"}},
        {"queryStringParameters": "a=b"},
        {"isBase64Encoded": None},
        {"isBase64Encoded": "false"},
    ],
)
def test_other_parts_do_not_matter(simulation: Simulation, handle: Handle, parts: dict[str, Any]) -> None:
    expected = nora_was_deleted(simulation)

    assert handle({**api_gateway_event(body=NORA), **parts}) == expected


@pytest.mark.parametrize(
    "context", [None, "x", {}, {"identity": None}, {"identity": "x", "requestId": None}, {"requestId": 7}]
)
def test_without_a_request_id_one_is_made(handle: Handle, context: object) -> None:
    answered = handle({**api_gateway_event(body=NORA), "requestContext": context})

    body = json.loads(answered["body"])
    assert (answered["statusCode"], body["message"]) == (200, "nora@example.com was deleted")
    assert str(UUID(body["request_id"])) == body["request_id"]


def test_an_event_with_the_bare_parts_is_enough(simulation: Simulation, handle: Handle) -> None:
    answered = handle({"httpMethod": "POST", "path": "/", "body": NORA})

    assert answered["statusCode"] == 200
    assert [call.method for call in simulation.writes] == ["DELETE"]


@pytest.mark.parametrize(("milliseconds", "status"), [(29_000, 200), (2_600, 504), (0, 504), (-5, 504)])
def test_lambdas_time_is_the_budget(simulation: Simulation, handle: Handle, milliseconds: int, status: int) -> None:
    simulation.delay = 0.11

    answered = handle(api_gateway_event(body=NORA), milliseconds=milliseconds)

    assert answered["statusCode"] == status
    assert len(simulation.writes) == (status == 200)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "ACCESS_TOKEN is not set: it takes the key of an Opsgenie API integration"),
        ({"ACCESS_TOKEN": "a\x07secret"}, "ACCESS_TOKEN has characters that no key has"),
    ],
)
def test_without_settings_every_event_is_told_so(environ: dict[str, str], message: str) -> None:
    with imported(environ) as (module, trail):
        told = f"the function is not set up: {message}"
        assert module.handler(api_gateway_event(body=NORA), Context()) == plain(500, told, REQUEST_ID)
        for event in ({}, {"requestContext": {"requestId": 7}}):
            assert module.handler(event, Context()) == plain(500, told)
        answered = module.handler(None, None)
        assert answered == plain(500, told, str(UUID(json.loads(answered["body"])["request_id"])))

    assert [(line["level"], line["status"]) for line in trail.lines] == [("ERROR", 500)] * 4
    assert "secret" not in trail.text


def test_with_settings_the_import_makes_the_handler() -> None:
    with imported({"ACCESS_TOKEN": "local-key"}) as (module, _):
        assert module.handler({}, Context()) == plain(400, NO_PARTS, errors=[NO_PARTS])
