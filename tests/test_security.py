"""The keys stay where they belong, and nothing that comes in gets out as something else."""

import base64
import io
import json
import logging
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from service import trail
from service.app import create_app
from service.handler import make_handler
from service.settings import Settings
from service.transport import open_session
from tests import leaks
from tests.fault_table import HARI
from tests.truth import Item
from tests.virtual import virtual_time
from tests.world import TOKEN, World

CAREFUL = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


class Recorder:
    """A server on loopback that notes what it is sent and answers as it is told."""

    def __init__(self, answer: Response) -> None:
        self.requests: list[Request] = []
        self._answer = answer
        self._server = make_server("127.0.0.1", 0, self._app, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def _app(self, environ: Any, start_response: Any) -> Any:
        self.requests.append(Request(environ))
        return self._answer(environ, start_response)

    def __enter__(self) -> "Recorder":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.mark.enable_socket
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_does_not_take_the_key_elsewhere(status: int) -> None:
    with Recorder(Response("{}")) as elsewhere:
        answer = Response("", status, {"Location": f"{elsewhere.url}/v2/users/x"})
        with Recorder(answer) as here:
            given_settings = Settings(TOKEN, here.url)
            with open_session(given_settings) as session:
                response = create_app(given_settings, session).test_client().post("/", json={"username": HARI})

    assert response.status_code == 502
    assert [request.headers["Authorization"] for request in here.requests] == [f"GenieKey {TOKEN}"]
    assert elsewhere.requests == []


@pytest.mark.parametrize("variable", ["CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
@pytest.mark.parametrize("value", ["", "0", "false", "/nowhere"])
def test_nothing_around_switches_the_check_of_tls_off(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)

    assert open_session(Settings(TOKEN)).verify not in (False, None, "")


FORGERIES = [
    'x@example.com\n{"event": "change"}',
    'x@example.com\\n{"event": "outcome", "status": 200}',
    "x@example.com\u2028{}",
    "x@example.com\x85{}",
    '"}, "status": 200, "x": "@example.com',
    "\x1b[2Kx@example.com",
    "x@example.com\r",
]


@pytest.mark.parametrize("username", FORGERIES)
@pytest.mark.parametrize("field", ["username", "replace_with", "unknown\n{}"])
def test_a_log_line_cannot_be_forged(username: str, field: str) -> None:
    """Each line is one JSON object of ASCII, whatever a caller sends."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    with virtual_time(threads=False):
        world = World()
        trail.LOGGER.addHandler(handler)
        trail.LOGGER.setLevel(logging.INFO)
        body: Item = {"username": HARI, "dry_run": True, field: username}
        answer = world.post(**body)

    lines = out.getvalue().splitlines()
    assert len(lines) == 1
    assert lines[0].isascii()
    assert lines[0].isprintable()
    assert json.loads(lines[0])["status"] == answer.status != 200


def test_what_opsgenie_says_cannot_forge_a_log_line_either() -> None:
    out = io.StringIO()
    with virtual_time(threads=False):
        world = World()
        trail.LOGGER.addHandler(logging.StreamHandler(out))
        trail.LOGGER.setLevel(logging.INFO)
        with world.simulation.edit() as account:
            for schedule in account["schedules"]:
                schedule["name"] += '\n{"event": "outcome", "status": 500}\r\u2028'
        world.post(username=HARI)

    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["change"] * (len(lines) - 1) + ["outcome"]
    assert lines[-1]["status"] == 200


def test_answers_of_any_size_are_bounded() -> None:
    """The largest fault is larger than what is read, in every call that can meet it at once."""
    with virtual_time(threads=True):
        world = World()
        world.simulation.faults.order("huge", path="/schedules/", times=None)
        answer = world.post(username=HARI)

    assert answer.status == 502
    assert len(json.dumps(answer.body)) < 1000


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
    | st.dictionaries(st.sampled_from(["username", "replace_with", "dry_run", "x"]), texts | st.booleans()).map(
        json.dumps
    )
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
    """The handler in front of a simulated Opsgenie that answers nobody."""
    with pytest.MonkeyPatch.context() as patch, virtual_time(threads=False):
        world = World({"users": []})
        patch.setattr("service.handler.create_app", lambda _: world.app)
        yield make_handler({"ACCESS_TOKEN": TOKEN})


def check_answer(handler: Any, event: object) -> None:
    context = SimpleNamespace(aws_request_id="r", get_remaining_time_in_millis=lambda: 29000)
    answer = handler(event, context)
    assert set(answer) == {"statusCode", "headers", "body", "isBase64Encoded"}
    assert answer["statusCode"] in (400, 404, 405), answer
    assert "Traceback" not in answer["body"]
    assert {"message", "request_id"} <= json.loads(answer["body"]).keys()
    json.dumps(answer).encode()


@given(event=events)
@settings(CAREFUL, max_examples=300)
def test_any_event_is_answered(handler: Any, event: object) -> None:
    check_answer(handler, event)


@pytest.mark.long
@pytest.mark.timeout(600)
@given(event=events)
@settings(CAREFUL, max_examples=20_000)
def test_any_of_many_events_is_answered(handler: Any, event: object) -> None:
    check_answer(handler, event)


@given(
    body=st.binary(max_size=60)
    | st.text(max_size=60).map(str.encode)
    | bodies.map(lambda b: str(b).encode("utf-8", "replace"))
)
@settings(CAREFUL, max_examples=300)
def test_any_body_is_answered(handler: Any, body: bytes) -> None:
    check_answer(
        handler,
        {"httpMethod": "POST", "path": "/", "body": base64.b64encode(body).decode(), "isBase64Encoded": True},
    )


def test_the_key_is_in_no_repr_and_no_exception() -> None:
    given_settings = Settings(TOKEN, "https://opsgenie.test")
    session = open_session(given_settings)
    shown = [repr(given_settings), str(given_settings), repr(session), repr(session.auth), str(vars(session)["auth"])]
    session.mount("https://opsgenie.test", requests.adapters.HTTPAdapter())
    with pytest.raises(Exception, match="socket") as caught:
        session.get("https://opsgenie.test", timeout=1)

    shown.append(repr(caught.value))
    assert not [text for text in shown if TOKEN in text]


@pytest.mark.parametrize("leak", [f"a log line with {TOKEN}", {"nested": [TOKEN]}])
def test_a_leak_is_caught(leak: object) -> None:
    with virtual_time(threads=False):
        trail.record("change", level=logging.ERROR, leak=leak)

    assert leaks._seen
    leaks._seen.clear()
