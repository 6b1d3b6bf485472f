"""The key from AWS Systems Manager: read once a cold start, told in a sentence where it cannot be, and never shown."""

import sys
import time
from collections.abc import Mapping

import pytest

from service import secret_store
from service.secret_store import with_access_token
from service.settings import SettingsError
from tests.support.handlers import NORA, answer, imported, plain
from tests.support.parameter_store import Answer, holding, parameter_store, refusing
from tests.support.proxy_events import REQUEST_ID, Context, api_gateway_event
from tests.support.raw_server import http, raw_server
from tests.support.wire_samples import KEY

pytestmark = pytest.mark.enable_socket

ENVIRON = {"ACCESS_TOKEN_PARAMETER": "/opsgenie/key", "TIME_BUDGET": "5"}
ASKED = ("AmazonSSM.GetParameter", {"Name": "/opsgenie/key", "WithDecryption": True})
NAMED = "the parameter /opsgenie/key that ACCESS_TOKEN_PARAMETER names"
NOT_THERE = f"{NAMED} is not there"
NO_ANSWER = f"{NAMED} cannot be read: no usable answer from AWS Systems Manager"


def refusal(environ: Mapping[str, str] = ENVIRON) -> str:
    """Return why the key cannot be had."""
    with pytest.raises(SettingsError) as refused:
        with_access_token(environ)
    assert refused.value.__cause__ is None
    assert KEY not in repr(refused.value)
    return refused.value.message


@pytest.mark.parametrize("value", [KEY, f" {KEY}\n"])
def test_the_key_is_the_value_of_the_parameter(value: str) -> None:
    with parameter_store(holding(value)) as asked:
        found = with_access_token({**ENVIRON, "ACCESS_TOKEN_PARAMETER": " /opsgenie/key ", "ACCESS_TOKEN": " "})

    assert found == {**ENVIRON, "ACCESS_TOKEN_PARAMETER": " /opsgenie/key ", "ACCESS_TOKEN": KEY}
    assert asked == [ASKED]


@pytest.mark.parametrize("environ", [{}, {"ACCESS_TOKEN": KEY}, {"ACCESS_TOKEN": KEY, "ACCESS_TOKEN_PARAMETER": " "}])
def test_without_a_parameter_nobody_is_asked(environ: dict[str, str]) -> None:
    with parameter_store(holding("another-key")) as asked:
        assert with_access_token(environ) == environ

    assert asked == []


def test_both_are_one_too_many() -> None:
    with parameter_store(holding(KEY)) as asked:
        told = refusal({**ENVIRON, "ACCESS_TOKEN": KEY})

    assert told == "ACCESS_TOKEN and ACCESS_TOKEN_PARAMETER are both set: keep one of them"
    assert asked == []


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (refusing("ParameterNotFound"), NOT_THERE),
        (refusing("ParameterVersionNotFound"), f"{NAMED} is not there in this version"),
        (
            refusing("AccessDeniedException"),
            f"{NAMED} may not be read: the function's role needs ssm:GetParameter for it, and kms:Decrypt for its key",
        ),
        (refusing("ValidationException"), f"{NAMED} cannot be read (ValidationException)"),
        (holding(""), f"{NAMED} is empty"),
        (holding(" \n"), f"{NAMED} is empty"),
        (holding(f"{KEY}\nX-Forged: 1"), f"{NAMED} has characters that no key has"),
        (holding(f"{KEY}\u00e9"), f"{NAMED} has characters that no key has"),
        ((200, {}), f"{NO_ANSWER} (KeyError)"),
        ((200, {"Parameter": {"Value": None}}), f"{NO_ANSWER} (KeyError)"),
        ((200, {"Parameter": "x"}), f"{NO_ANSWER} (AttributeError)"),
        ((200, b"<html>"), f"{NO_ANSWER} (KeyError)"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_told_in_a_sentence(told: Answer, sentence: str) -> None:
    with parameter_store(told):
        assert refusal() == sentence


def test_a_failure_of_aws_is_tried_once_more() -> None:
    with parameter_store(refusing("InternalServerError", 500), holding(KEY)) as asked:
        assert with_access_token(ENVIRON)["ACCESS_TOKEN"] == KEY
    assert asked == [ASKED] * 2

    with parameter_store(refusing("InternalServerError", 500)) as asked:
        assert refusal() == f"{NAMED} cannot be read (InternalServerError)"
    assert asked == [ASKED] * 2


def test_a_silent_aws_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    # Lambda's start has 10 seconds; the second try comes up to one second after the first.
    assert secret_store.ATTEMPTS * (secret_store.CONNECT_TIMEOUT + secret_store.READ_TIMEOUT) + 1 <= 7
    monkeypatch.setattr(secret_store, "READ_TIMEOUT", 0.2)
    began = time.monotonic()
    with parameter_store(holding(KEY), pause=30.0):
        assert refusal() == f"{NO_ANSWER} (ReadTimeoutError)"

    assert time.monotonic() - began < 4


def test_an_aws_that_is_not_reached_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with parameter_store(holding(KEY)):
        monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:1")
        assert refusal() == f"{NO_ANSWER} (EndpointConnectionError)"
        monkeypatch.delenv("AWS_DEFAULT_REGION")
        assert refusal() == f"{NO_ANSWER} (NoRegionError)"


def test_where_there_is_no_boto3_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)

    assert refusal() == f"{NAMED} cannot be read: there is no boto3, which Lambda's own runtime has"


NOBODY = http(b'{"message": "no"}', status="404 Not Found")


def test_the_handler_reads_the_key_once_and_sends_it_to_opsgenie_only() -> None:
    with (
        raw_server(NOBODY) as opsgenie,
        parameter_store(holding(KEY)) as asked,
        imported({**ENVIRON, "OPSGENIE_API_URL": opsgenie.url}) as (module, log),
    ):
        answered = [module.handler(api_gateway_event(body=NORA), Context()) for _ in range(2)]

    assert answered == [answer(404, message="there is no user nora@example.com", request_id=REQUEST_ID)] * 2
    assert all(f"Authorization: GenieKey {KEY}\r\n" in request for request in opsgenie.heard)
    assert asked == [ASKED]
    assert KEY not in f"{answered}{log.text}"


def test_a_failure_is_told_to_its_event_only_and_heals_with_the_next() -> None:
    told = plain(500, f"the function is not set up: {NOT_THERE}", REQUEST_ID)
    with (
        raw_server(NOBODY) as opsgenie,
        parameter_store(*[refusing("ParameterNotFound")] * 2, holding(KEY)) as asked,
        imported({**ENVIRON, "OPSGENIE_API_URL": opsgenie.url}) as (module, log),
    ):
        assert len(asked) == 1  # at the cold start
        answered = [module.handler(api_gateway_event(body=NORA), Context()) for _ in range(3)]

    assert answered[0] == told
    assert [each["statusCode"] for each in answered] == [500, 404, 404]
    assert asked == [ASKED] * 3
    assert [(line["level"], line["status"]) for line in log.lines] == [("ERROR", 500), ("INFO", 404), ("INFO", 404)]
