"""The key from AWS Systems Manager: read once per cold start and never shown; a failure is one sentence."""

import sys
import time
from collections.abc import Mapping

import pytest

from service import secret_store
from service.secret_store import with_secrets
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
ORG_KEY = "the-key-of-the-organization"
OF_SITE = {"PRODUCT": "jsm", "JSM_API_TOKEN_PARAMETER": "/jsm/token", "JSM_ORG_KEY_PARAMETER": "/jsm/key"}
NO_ANSWER = f"{NAMED} cannot be read: no usable answer from AWS Systems Manager"


def refusal(environ: Mapping[str, str] = ENVIRON) -> str:
    """Return why reading the key fails."""
    with pytest.raises(SettingsError) as refused:
        with_secrets(environ)
    assert refused.value.__cause__ is None
    assert KEY not in repr(refused.value)
    return refused.value.message


@pytest.mark.parametrize("value", [KEY, f" {KEY}\n"])
def test_key_is_read_from_the_named_parameter(value: str) -> None:
    with parameter_store(holding(value)) as asked:
        found = with_secrets({**ENVIRON, "ACCESS_TOKEN_PARAMETER": " /opsgenie/key ", "ACCESS_TOKEN": " "})

    assert found == {**ENVIRON, "ACCESS_TOKEN_PARAMETER": " /opsgenie/key ", "ACCESS_TOKEN": KEY}
    assert asked == [ASKED]


@pytest.mark.parametrize("environ", [{}, {"ACCESS_TOKEN": KEY}, {"ACCESS_TOKEN": KEY, "ACCESS_TOKEN_PARAMETER": " "}])
def test_aws_is_not_called_without_a_parameter_name(environ: dict[str, str]) -> None:
    with parameter_store(holding("another-key")) as asked:
        assert with_secrets(environ) == environ

    assert asked == []


def test_token_and_key_of_a_site_are_read_at_the_same_time() -> None:
    both = {"/jsm/token": holding(KEY), "/jsm/key": holding(f" {ORG_KEY}\n")}
    began = time.monotonic()
    with parameter_store(named=both, pause=0.5) as asked:
        found = with_secrets(OF_SITE)
    took = time.monotonic() - began

    assert found == {**OF_SITE, "JSM_API_TOKEN": KEY, "JSM_ORG_KEY": ORG_KEY}
    names = sorted(body["Name"] for _, body in asked)
    assert (names, took < 1.0) == (["/jsm/key", "/jsm/token"], True)


def test_one_secret_of_a_site_may_be_in_the_environment() -> None:
    environ = {"PRODUCT": "jsm", "JSM_API_TOKEN": KEY, "JSM_ORG_KEY_PARAMETER": "/jsm/key"}
    with parameter_store(named={"/jsm/key": holding(ORG_KEY)}):
        assert with_secrets(environ) == {**environ, "JSM_ORG_KEY": ORG_KEY}


def test_every_unusable_parameter_is_named() -> None:
    both = {"/jsm/token": refusing("ParameterNotFound"), "/jsm/key": holding(f"{ORG_KEY}\u00e9")}
    with parameter_store(named=both):
        assert refusal(OF_SITE) == (
            "the parameter /jsm/token that JSM_API_TOKEN_PARAMETER names is not there; "
            "the parameter /jsm/key that JSM_ORG_KEY_PARAMETER names has characters that no key has"
        )


@pytest.mark.parametrize(
    "environ",
    [
        {**OF_SITE, "PRODUCT": "opsgenie"},
        {"PRODUCT": "jsm", **ENVIRON},
        {"PRODUCT": "pagerduty", **ENVIRON},
    ],
)
def test_parameters_of_a_product_that_is_not_chosen_are_not_read(environ: dict[str, str]) -> None:
    with parameter_store(holding(KEY)) as asked:
        assert with_secrets(environ) == environ

    assert asked == []


def test_token_and_parameter_together_are_refused() -> None:
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
def test_unusable_parameter_is_reported_in_one_sentence(told: Answer, sentence: str) -> None:
    with parameter_store(told):
        assert refusal() == sentence


def test_aws_failure_is_retried_once() -> None:
    with parameter_store(refusing("InternalServerError", 500), holding(KEY)) as asked:
        assert with_secrets(ENVIRON)["ACCESS_TOKEN"] == KEY
    assert asked == [ASKED] * 2

    with parameter_store(refusing("InternalServerError", 500)) as asked:
        assert refusal() == f"{NAMED} cannot be read (InternalServerError)"
    assert asked == [ASKED] * 2


def test_unresponsive_aws_times_out_within_the_cold_start(monkeypatch: pytest.MonkeyPatch) -> None:
    # A cold start has 10 seconds; the second try comes up to one second after the first.
    assert secret_store.ATTEMPTS * (secret_store.CONNECT_TIMEOUT + secret_store.READ_TIMEOUT) + 1 <= 7
    monkeypatch.setattr(secret_store, "READ_TIMEOUT", 0.2)
    began = time.monotonic()
    with parameter_store(holding(KEY), pause=30.0):
        assert refusal() == f"{NO_ANSWER} (ReadTimeoutError)"

    assert time.monotonic() - began < 4


def test_unreachable_aws_or_missing_region_is_reported() -> None:
    # A patch of the store's own patches must be undone before them: else it brings them back for later tests.
    with parameter_store(holding(KEY)), pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:1")
        assert refusal() == f"{NO_ANSWER} (EndpointConnectionError)"
        patch.delenv("AWS_DEFAULT_REGION")
        assert refusal() == f"{NO_ANSWER} (NoRegionError)"


def test_missing_boto3_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)

    assert refusal() == f"{NAMED} cannot be read: there is no boto3, which Lambda's own runtime has"


NOBODY = http(b'{"message": "no"}', status="404 Not Found")


def test_handler_reads_the_key_once_and_sends_it_only_to_opsgenie() -> None:
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


def test_failed_read_gets_500_and_is_retried_by_the_next_event() -> None:
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
