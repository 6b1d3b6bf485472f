"""Any event or body gets an answer, and none shows this program's internals."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.handler import make_handler
from tests.support.proxy_events import Context
from tests.support.service_env import TOKEN, ServiceEnv
from tests.support.virtual_time import virtual_time

pytestmark = pytest.mark.sweep

texts = st.text(max_size=20)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
bodies = (
    texts
    | values.filter(lambda value: not isinstance(value, str))
    | st.binary(max_size=40).map(lambda data: base64.b64encode(data).decode())
    | st.dictionaries(
        st.sampled_from(["username", "replace_with", "dry_run", "keep_turns", "x"]), texts | st.booleans()
    ).map(json.dumps)
)
events = values | st.fixed_dictionaries(
    {},
    optional={
        "httpMethod": st.sampled_from(["POST", "GET", "post", "", "P OST", "\n"]) | values,
        "path": st.sampled_from(["/", "", "//", "/../", "/\n", "/%00", "/\ud800"]) | values,
        "headers": values,
        "multiValueHeaders": values,
        "queryStringParameters": values,
        "multiValueQueryStringParameters": values,
        "requestContext": st.fixed_dictionaries({}, optional={"identity": values, "requestId": values, "elb": values})
        | values,
        "body": bodies,
        "isBase64Encoded": st.booleans() | values,
        "version": values,
    },
)


@pytest.fixture(scope="module")
def handler() -> Iterator[Any]:
    """The handler in front of a simulated Opsgenie without users."""
    with pytest.MonkeyPatch.context() as patch:
        service_env = ServiceEnv({"users": []})
        patch.setattr("service.handler.create_app", lambda _: service_env.app)
        yield make_handler({"ACCESS_TOKEN": TOKEN})


def check_answer(handler: Any, event: object) -> None:
    with virtual_time(threads=False):
        answer = handler(event, Context(milliseconds=29_000))
    assert set(answer) == {"statusCode", "headers", "body", "isBase64Encoded"}
    assert answer["statusCode"] in (400, 404, 405), answer
    assert "Traceback" not in answer["body"]
    assert {"message", "request_id"} <= json.loads(answer["body"]).keys()
    json.dumps(answer).encode()


@given(event=events)
@settings(max_examples=300)
def test_any_event_gets_a_json_error(handler: Any, event: object) -> None:
    check_answer(handler, event)


@pytest.mark.long
@pytest.mark.timeout(600)
@given(event=events)
@settings(max_examples=20_000)
def test_any_of_many_events_gets_a_json_error(handler: Any, event: object) -> None:
    check_answer(handler, event)


@given(
    body=st.binary(max_size=60)
    | st.text(max_size=60).map(str.encode)
    | bodies.map(lambda b: str(b).encode("utf-8", "replace"))
)
@settings(max_examples=300)
def test_any_body_gets_a_json_error(handler: Any, body: bytes) -> None:
    check_answer(
        handler,
        {"httpMethod": "POST", "path": "/", "body": base64.b64encode(body).decode(), "isBase64Encoded": True},
    )
