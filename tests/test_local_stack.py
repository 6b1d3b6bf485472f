"""The deployed program: API Gateway, the key, the limits, Lambda and the real zip, all on one machine."""

import base64
import io
import json
import signal
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy import package
from local.clients import LocalAws
from local.folder import run_folder
from local.processes import free_port
from local.sessions import direct
from tests import local_stack, sockets, truth
from tests.fault_table import HARI
from tests.local_stack import LocalStack

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local stack"), pytest.mark.timeout(180)]
LEAVER = '{ "username":"hari@example.com" }'
DRY_RUN = '{ "username":"hari@example.com", "dry_run":true }'


@pytest.fixture(scope="module")
def _stack() -> Iterator[LocalStack]:
    stack = local_stack.start()
    yield stack
    local_stack.stop(stack)


@pytest.fixture
def stack(_stack: LocalStack) -> LocalStack:
    """The running stack, with the sample account as it was."""
    _stack.reset()
    return _stack


@contextmanager
def released(stack: LocalStack, code: bytes, **config: Any) -> Iterator[str]:
    """Publish another version of the function, move the alias to it, and move it back."""
    function = stack.aws.client("lambda")
    name = {"FunctionName": stack.function}
    (alias,) = function.list_aliases(**name)["Aliases"]
    if config:
        function.update_function_configuration(**name, **config)
    version = function.update_function_code(**name, ZipFile=code, Publish=True)["Version"]
    function.update_alias(**name, Name="live", FunctionVersion=version)
    try:
        yield version
    finally:
        function.update_alias(**name, Name="live", FunctionVersion=alias["FunctionVersion"])


def handler_zip(source: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("service/handler.py", source)
    return content.getvalue()


@pytest.mark.parametrize("key", ["", "x" * 32])
def test_without_the_right_key_nothing_is_asked(stack: LocalStack, key: str) -> None:
    before = stack.account()

    answer = stack.send(LEAVER, key=key)

    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})
    assert stack.account() == before


def test_the_leaver_goes_and_nobody_else(stack: LocalStack) -> None:
    before = stack.account()

    answer = stack.send(LEAVER)

    assert (answer.status_code, answer.json()["deleted"]) == (200, True)
    assert answer.headers["Content-Type"] == "application/json"
    assert stack.account() == truth.left(before, HARI)
    assert stack.send(LEAVER).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (DRY_RUN, 200, "hari@example.com would be taken out of "),
        ("", 400, "the body is not accepted: the body is not JSON"),
        ('{"user":"hari@example.com"}', 400, "the body is not accepted: 'user' is not a known field"),
        ('{"username":"zoë@example.com"}', 404, "there is no user zoë@example.com"),
        ('{"username":"tomas@example.com"}', 409, "nothing was changed: Ledger close: "),
    ],
)
def test_an_answer_comes_through_as_it_is(stack: LocalStack, body: str, status: int, message: str) -> None:
    answer = stack.send(body.encode())

    assert answer.status_code == status
    assert answer.json()["message"].startswith(message)
    assert answer.json()["request_id"]


@pytest.mark.parametrize(
    ("fault", "status", "message"),
    [
        ("403", 502, "Opsgenie refused the key ("),
        ("html", 502, "Opsgenie did not do as asked: "),
        ("503", 503, "Opsgenie is throttling or down ("),
    ],
)
def test_opsgenies_failures_come_through(stack: LocalStack, fault: str, status: int, message: str) -> None:
    stack.order(fault, times=None)

    answer = stack.send(LEAVER)

    assert answer.status_code == status
    assert answer.json()["message"].startswith(message)
    assert answer.json()["changes"] == []
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_only_post_is_there(stack: LocalStack) -> None:
    assert stack.send("", method="GET").status_code in {403, 404, 405}


def test_a_base64_body_is_understood(stack: LocalStack) -> None:
    event = {
        "httpMethod": "POST",
        "path": "/",
        "body": base64.b64encode(DRY_RUN.encode()).decode(),
        "isBase64Encoded": True,
    }

    answer = stack.aws.client("lambda").invoke(
        FunctionName=stack.function, Qualifier="live", Payload=json.dumps(event).encode()
    )

    assert json.loads(answer["Payload"].read())["statusCode"] == 200


@pytest.mark.skipif(not sockets.PROC.is_dir(), reason="there is no /proc, where Linux tells who listens on what")
def test_nothing_listens_beyond_loopback(stack: LocalStack) -> None:
    assert stack.send(DRY_RUN).status_code == 200  # the function has processes of its own from now on
    processes = sockets.descendants(stack.child.pid)

    found = sockets.listeners(processes)

    assert len(processes) >= 4
    # Its port is one for all on this machine, and opened a while after the others: look at its word too.
    assert direct().get(f"{stack.aws.endpoint}/_ministack/health", timeout=10).json()["iot_mtls"] == "disabled"
    assert {urlsplit(url).port for url in (stack.url, stack.opsgenie)} <= {port for _, port in found}
    assert {host for host, _ in found} <= {"127.0.0.1", "::1"}, found


def test_no_proxy_comes_between(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    aws = LocalAws(urlsplit(stack.url).port or 0)

    assert aws.client("lambda").list_functions()["Functions"][0]["FunctionName"] == stack.function
    assert direct().get(f"{stack.opsgenie}/_simulation/account", timeout=10).status_code == 200


def test_a_burst_is_throttled(stack: LocalStack) -> None:
    statuses = [answer.status_code for answer in stack.send_at_once("", 40)]

    assert set(statuses) == {400, 429}


def test_the_quota_of_a_key_ends(stack: LocalStack) -> None:
    gateway = stack.aws.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    key = gateway.create_api_key(name="two a day", enabled=True)
    plan = gateway.create_usage_plan(
        name="two a day", apiStages=[{"apiId": api["id"], "stage": "test"}], quota={"limit": 2, "period": "DAY"}
    )
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    headers = {"x-api-key": key["value"]}

    answers = [direct().post(stack.url, data="", headers=headers, timeout=30) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [400, 400, 429]


def test_a_release_moves_the_alias_and_keeps_the_old_version(stack: LocalStack) -> None:
    code = package.build().path.read_bytes()
    function = stack.aws.client("lambda")

    with released(stack, code, Description="as before, but later") as version:
        listed = [
            entry["Version"] for entry in function.list_versions_by_function(FunctionName=stack.function)["Versions"]
        ]
        alias = function.get_alias(FunctionName=stack.function, Name="live")
        answer = stack.send(DRY_RUN)

    assert alias["FunctionVersion"] == version != "1"
    assert {"1", version} <= set(listed)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("source", "config"),
    [
        ("def handler(event, context): return 1 / 0", {}),
        ("import time\ndef handler(event, context): time.sleep(20)", {"Timeout": 1}),
    ],
    ids=["crash", "time-out"],
)
def test_a_broken_function_shows_api_gateways_answer_and_no_secret(
    stack: LocalStack, source: str, config: dict[str, Any]
) -> None:
    with released(stack, handler_zip(source), **config):
        answer = stack.send(LEAVER)

    assert answer.status_code in {502, 504}
    assert "local-key" not in answer.text
    assert stack.key not in answer.text


def test_concurrent_requests_for_one_leaver_end_right(stack: LocalStack) -> None:
    before = stack.account()

    answers = stack.send_at_once(LEAVER, 5)

    assert {answer.status_code for answer in answers} <= {200, 404, 429}
    assert 200 in {answer.status_code for answer in answers}
    assert stack.account() == truth.left(before, HARI)


@pytest.mark.parametrize(("sign", "status"), [(signal.SIGINT, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_an_end_leaves_no_process_no_port_and_the_next_run_no_folder(
    stack: LocalStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sign: signal.Signals, status: int
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    second = local_stack.start()
    statuses = [each.send(LEAVER).status_code for each in (stack, second)]
    ports = [urlsplit(url).port or 0 for url in (second.url, second.opsgenie)]

    ended = local_stack.stop(second, sign)

    assert (statuses, ended) == ([200, 200], status)
    for port in ports:
        local_stack.wait_until_free(port)
    said: list[str] = []
    with run_folder(said.append):
        pass
    assert len(said) == (sign == signal.SIGKILL)
    assert list(tmp_path.iterdir()) == []
