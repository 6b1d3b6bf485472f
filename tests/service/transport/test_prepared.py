"""Requests are prepared once as far as they are alike, and are what `requests` itself would send."""

from typing import Any
from unittest import mock

import pytest
import requests
import responses
from requests.auth import HTTPBasicAuth

from service.deadline import Deadline
from service.settings import Settings
from service.transport.call import Api, Transport
from service.vendors import open_session
from tests.support.wire_samples import ANYTHING, KEY, URL, transport

AUTH = HTTPBasicAuth("offboarding@example.com", KEY)
PATH = ("v1", "schedules", "a/b %:é~", "on-calls")
QUERIES: list[Any] = [None, {}, {"flat": "true", "q": "a b+c&é~%"}, {"accountId": ["712020:a", "b"], "maxResults": "2"}]
BODIES: list[Any] = [None, {}, {"name": "é", "rules": [{"delay": 1}]}]


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("body", BODIES)
def test_request_is_what_requests_would_send(
    mocked: responses.RequestsMock, method: str, query: Any, body: Any
) -> None:
    mocked.add(method, ANYTHING, json={})
    session = open_session(Settings(KEY, URL))
    api = Api(f"{URL}/api", AUTH, lambda *_: {}, unquoted=":")

    Transport(session, api, Deadline(5)).request(method, *PATH, query=query, body=body)

    url = f"{URL}/api/v1/schedules/a%2Fb%20%25:%C3%A9~/on-calls"
    wanted = session.prepare_request(requests.Request(method, url, params=query, json=body, auth=AUTH))
    sent = mocked.calls[0].request
    assert (sent.method, sent.url, sent.body) == (wanted.method, wanted.url, wanted.body)
    assert dict(sent.headers) == dict(wanted.headers)


def test_what_is_alike_is_prepared_once(mocked: responses.RequestsMock) -> None:
    mocked.get(ANYTHING, json={})
    calls = transport()

    with mock.patch.object(requests.PreparedRequest, "prepare", autospec=True, side_effect=prepare) as prepared:
        for number in range(3):
            calls.request("GET", "v2", "users", str(number))

    assert (prepared.call_count, [call.request.url for call in mocked.calls]) == (
        1,
        [f"{URL}/v2/users/{number}" for number in range(3)],
    )


prepare = requests.PreparedRequest.prepare
