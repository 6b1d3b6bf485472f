"""Whole events through the handler, compared with whole answers."""

import base64
import json
from pathlib import Path
from uuid import UUID

import pytest

from local.opsgenie import Simulation
from tests.support.handlers import NO_PARTS, NORA, Handle, answer, imported, nora_was_deleted, plain
from tests.support.proxy_events import REQUEST_ID, Context, api_gateway_event


@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/json", "text/plain"])
def test_curl_request_offboards_the_user(
    simulation: Simulation, handle: Handle, encoded: bool, content_type: str
) -> None:
    expected = nora_was_deleted(simulation)
    body = base64.b64encode(NORA.encode()).decode() if encoded else NORA

    answered = handle(api_gateway_event(body=body, encoded=encoded, content_type=content_type))

    assert answered == expected


def test_unknown_user_gets_404(handle: Handle) -> None:
    answered = handle(api_gateway_event(body='{"username":"l\u00e9a@example.com"}'))

    assert answered == answer(404, message="there is no user l\u00e9a@example.com", request_id=REQUEST_ID)


def test_throttling_by_opsgenie_gets_503_with_retry_after(simulation: Simulation, handle: Handle) -> None:
    simulation.faults.order("429+retry-after", times=None)

    answered = handle(api_gateway_event(body=NORA), milliseconds=3300)

    message = "Opsgenie is throttling or down (too many requests); send this again in 1 seconds. Nothing was changed"
    known_to_opsgenie = json.loads(answered["body"])["cause"]["request_id"]
    cause = {"what": "the user nora@example.com", "status": 429, "request_id": known_to_opsgenie}
    assert answered == answer(
        503, {"Retry-After": "1"}, message=message, request_id=REQUEST_ID, changes=[], cause=cause
    )


@pytest.mark.parametrize("body", [None, "", "username=hari"])
def test_missing_or_non_json_body_gets_400_with_an_example(handle: Handle, body: str | None) -> None:
    error = 'the body is not JSON; send for example {"username": "hari@example.com"}'

    answered = handle(api_gateway_event(body=body))

    message = f"the body is not accepted: {error}"
    assert answered == answer(400, message=message, request_id=REQUEST_ID, errors=[error])


@pytest.mark.parametrize(
    "path", ["/users", "/%C3%BC", "/\u00fc", "/\u0142", "/\U0001f600", "/\ud800", "/?a=b", "/a b", "//", "///", "//x"]
)
def test_other_paths_get_404(simulation: Simulation, handle: Handle, path: str) -> None:
    answered = handle(api_gateway_event(path=path, body=NORA))

    message = (
        "The requested URL was not found on the server. "
        "If you entered the URL manually please check your spelling and try again."
    )
    assert answered == answer(404, message=message, request_id=REQUEST_ID)
    assert simulation.calls == []


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "FETCH"])
def test_other_methods_get_405(simulation: Simulation, handle: Handle, method: str) -> None:
    answered = handle(api_gateway_event(method=method, body=NORA))

    message = "The method is not allowed for the requested URL."
    expected = answer(405, {"Allow": "POST"}, message=message, request_id=REQUEST_ID)
    assert answered == {**expected, "body": "" if method == "HEAD" else expected["body"]}
    assert simulation.calls == []


@pytest.mark.parametrize(("milliseconds", "status"), [(29_000, 200), (2_600, 504), (0, 504), (-5, 504)])
def test_remaining_lambda_time_is_the_budget(
    simulation: Simulation, handle: Handle, milliseconds: int, status: int
) -> None:
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
def test_invalid_settings_answer_every_event_with_500(environ: dict[str, str], message: str) -> None:
    with imported(environ) as (module, log):
        told = f"the function is not set up: {message}"
        assert module.handler(api_gateway_event(body=NORA), Context()) == plain(500, told, REQUEST_ID)
        for event in ({}, {"requestContext": {"requestId": 7}}):
            assert module.handler(event, Context()) == plain(500, told)
        answered = module.handler(None, None)
        assert answered == plain(500, told, str(UUID(json.loads(answered["body"])["request_id"])))

    assert [(line["level"], line["status"]) for line in log.lines] == [("ERROR", 500)] * 4
    assert "secret" not in log.text


def test_empty_ca_bundle_answers_500(tmp_path: Path) -> None:
    bundle = tmp_path / "empty.pem"
    bundle.touch()
    with imported({"ACCESS_TOKEN": "local-key", "REQUESTS_CA_BUNDLE": str(bundle)}) as (module, _):
        answered = module.handler(api_gateway_event(body=NORA), Context())

    told = f"the CA bundle {bundle} that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names has no certificates"
    assert answered == plain(500, f"the function is not set up: {told}: it has to be a file of them in PEM", REQUEST_ID)


def test_importing_the_module_makes_the_handler() -> None:
    with imported({"ACCESS_TOKEN": "local-key"}) as (module, _):
        assert module.handler({}, Context()) == plain(400, NO_PARTS, errors=[NO_PARTS])
