"""Several APIs of one vendor: each with its own credential, one limiter, and what a POST means."""

import json

import pytest
import requests
import responses
from requests.auth import HTTPBasicAuth

from service.deadline import Deadline
from service.errors import UnavailableError
from service.opsgenie.responses import decipher
from service.transport.call import Api, Transport
from service.transport.session import Session

URL, OTHER = "https://a.example.com", "https://b.example.com"


def transport() -> Transport:
    return Transport(Session(2), Api(URL, HTTPBasicAuth("a", "x"), decipher, unquoted=":"), Deadline(5))


def test_each_api_gets_its_own_credential(mocked: responses.RequestsMock) -> None:
    one = transport()
    other = one.to(Api(OTHER, HTTPBasicAuth("b", "y"), decipher))
    for url in (URL, OTHER):
        mocked.get(f"{url}/x", json={})

    one.request("GET", "x")
    other.request("GET", "x")

    assert [call.request.headers["Authorization"] for call in mocked.calls] == ["Basic YTp4", "Basic Yjp5"]


def test_both_apis_are_throttled_together(mocked: responses.RequestsMock) -> None:
    one = transport()
    other = one.to(Api(OTHER, HTTPBasicAuth("b", "y"), decipher))
    mocked.get(f"{OTHER}/x", json={"message": "slow down"}, status=429)

    with one.slot() as at_once:
        assert at_once == 2
    with pytest.raises(UnavailableError):
        other.request("GET", "x", retry=False)

    with one.slot() as at_once:
        assert at_once == 1


def test_one_with_less_time_has_the_same_bound() -> None:
    with transport().within(1).slot() as at_once:
        assert at_once == 2


def test_characters_that_the_api_takes_are_not_quoted(mocked: responses.RequestsMock) -> None:
    mocked.get(f"{URL}/a:b%2Fc", json={})

    transport().request("GET", "a:b/c")

    assert mocked.calls[0].request.url == f"{URL}/a:b%2Fc"


@pytest.mark.parametrize("only_reads", [True, False])
def test_post_that_only_reads_changes_nothing(mocked: responses.RequestsMock, only_reads: bool) -> None:
    mocked.post(f"{URL}/x", body=requests.ConnectionError("lost"))

    with pytest.raises(UnavailableError) as raised:
        transport().request("POST", "x", body={"first": 50}, retry=False, only_reads=only_reads)

    assert raised.value.outcome_unknown is not only_reads
    assert json.loads(mocked.calls[0].request.body or "") == {"first": 50}


def test_parameter_with_several_values_is_sent_once_for_each(mocked: responses.RequestsMock) -> None:
    mocked.get(f"{URL}/x", json={})

    transport().request("GET", "x", query={"id": ["a", "b"], "most": "2"})

    assert mocked.calls[0].request.url == f"{URL}/x?id=a&id=b&most=2"
