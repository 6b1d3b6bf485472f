"""Events that API Gateway does not send, or sends without some of their parts."""

import json
from typing import Any
from uuid import UUID

import pytest

from local.opsgenie import Simulation
from tests.support.captured_log import CapturedLog
from tests.support.handlers import LAMBDA_ID, NO_PARTS, NORA, NOT_ONE, Handle, nora_was_deleted, plain
from tests.support.proxy_events import REQUEST_ID, api_gateway_event

WRONG_BODY = "the event's body is not what its isBase64Encoded says"


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
def test_event_of_another_kind_gets_400(simulation: Simulation, handle: Handle, event: object, message: str) -> None:
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
def test_unused_event_parts_are_ignored(simulation: Simulation, handle: Handle, parts: dict[str, Any]) -> None:
    expected = nora_was_deleted(simulation)

    assert handle({**api_gateway_event(body=NORA), **parts}) == expected


@pytest.mark.parametrize(
    "context", [None, "x", {}, {"identity": None}, {"identity": "x", "requestId": None}, {"requestId": 7}]
)
def test_missing_request_id_is_generated(handle: Handle, context: object) -> None:
    answered = handle({**api_gateway_event(body=NORA), "requestContext": context})

    body = json.loads(answered["body"])
    assert (answered["statusCode"], body["message"]) == (200, "nora@example.com was deleted")
    assert str(UUID(body["request_id"])) == body["request_id"]


@pytest.mark.parametrize("event", [{}, api_gateway_event(body=NORA)], ids=["another kind", "ours"])
def test_long_caller_ids_are_truncated(running: tuple[Handle, CapturedLog], event: dict[str, Any]) -> None:
    handle, log = running
    identity = {"apiKeyId": "k" * 100_000, "sourceIp": "i" * 100_000}

    answered = handle({**event, "requestContext": {"requestId": "r" * 100_000, "identity": identity}})

    assert json.loads(answered["body"])["request_id"] == "r" * 100
    assert len(answered["body"]) < 2000
    assert max(len(line) for line in log.text.splitlines()) < 2000


def test_event_with_only_method_path_and_body_is_accepted(simulation: Simulation, handle: Handle) -> None:
    answered = handle({"httpMethod": "POST", "path": "/", "body": NORA})

    assert answered["statusCode"] == 200
    assert [call.method for call in simulation.writes] == ["DELETE"]
