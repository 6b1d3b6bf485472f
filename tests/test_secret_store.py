"""The key in AWS Systems Manager: read once a cold start, and named where it cannot be read."""

import json
from collections.abc import Iterator
from typing import Any
from unittest import mock

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from service.secret_store import with_token
from service.settings import SettingsError
from tests.events import Context, api_gateway_event
from tests.handlers import imported

NAME = "/offboarding/opsgenie-key"
VALUE = "0a1b2c3d-from-the-store"
ENVIRON = {"ACCESS_TOKEN_PARAMETER": NAME}
ASKED = {"Name": NAME, "WithDecryption": True}
UNREADABLE = f"the parameter {NAME} that ACCESS_TOKEN_PARAMETER names cannot be read"
NORA = '{ "username":"nora@example.com" }'


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Parameter Store, which answers what a test puts into it."""
    options = {"region_name": "eu-north-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    client = boto3.client("ssm", **options)
    monkeypatch.setattr(boto3, "client", mock.Mock(return_value=client, spec=boto3.client))
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def answer_with_the_key(store: Stubber) -> None:
    store.add_response("get_parameter", {"Parameter": {"Name": NAME, "Value": VALUE}}, ASKED)


def test_the_parameter_is_read_and_decrypted(store: Stubber) -> None:
    answer_with_the_key(store)

    assert with_token(ENVIRON) == {**ENVIRON, "ACCESS_TOKEN": VALUE}


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("environ", [{}, {"ACCESS_TOKEN": "a"}, {"ACCESS_TOKEN": "a", "ACCESS_TOKEN_PARAMETER": " "}])
def test_nothing_is_asked_without_a_parameter(environ: dict[str, str]) -> None:
    assert with_token(environ) == environ


@pytest.mark.usefixtures("store")
def test_two_keys_are_one_too_many() -> None:
    with pytest.raises(SettingsError, match=r"^ACCESS_TOKEN and ACCESS_TOKEN_PARAMETER are both set; set one of them$"):
        with_token({**ENVIRON, "ACCESS_TOKEN": "key"})


@pytest.mark.parametrize("code", ["ParameterNotFound", "AccessDeniedException", "ThrottlingException"])
def test_a_parameter_that_cannot_be_read_is_named(store: Stubber, code: str) -> None:
    for _ in range(2):  # boto3 tries some of them again
        store.add_client_error("get_parameter", code, expected_params=ASKED)

    with pytest.raises(SettingsError) as failed:
        with_token(ENVIRON)
    assert failed.value.message == f"{UNREADABLE} ({code})"
    store._queue.clear()


def test_a_store_that_cannot_be_reached_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = EndpointConnectionError(endpoint_url="https://ssm.invalid")
    monkeypatch.setattr(boto3, "client", mock.Mock(side_effect=nowhere))

    with pytest.raises(SettingsError) as failed:
        with_token(ENVIRON)
    assert failed.value.message == f"{UNREADABLE} (EndpointConnectionError)"


def statuses(events: int) -> tuple[list[Any], str]:
    """Start the handler and send it bodies that are no JSON; return the answers, and what was logged."""
    with imported(ENVIRON) as (module, log):
        answers = [module.handler(api_gateway_event(body="?"), Context()) for _ in range(events)]
        return answers, log.text


def test_the_handler_reads_the_key_once_a_cold_start(store: Stubber) -> None:
    answer_with_the_key(store)

    answers, log = statuses(3)

    assert [answer["statusCode"] for answer in answers] == [400] * 3
    assert VALUE not in log + json.dumps(answers)


def test_a_failure_is_told_and_heals_with_a_later_event(store: Stubber) -> None:
    for _ in range(2):
        store.add_client_error("get_parameter", "AccessDeniedException", expected_params=ASKED)
    answer_with_the_key(store)

    answers, log = statuses(2)

    told = f"the function is not set up: {UNREADABLE} (AccessDeniedException)"
    assert json.loads(answers[0]["body"])["message"] == told
    assert [answer["statusCode"] for answer in answers] == [500, 400]
    assert VALUE not in log + json.dumps(answers)
