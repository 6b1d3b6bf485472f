"""The deployed program: API Gateway, the key, the limits, Lambda and the real zip, all on one machine."""

import base64
import json
from urllib.parse import urlsplit

import pytest

from local.aws.clients import LocalAws
from local.processes import free_port
from local.sessions import direct
from tests.support import expected_account
from tests.support.fault_table import HARI
from tests.support.local_stack import DRY_RUN, LEAVER, LocalStack

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local stack"), pytest.mark.timeout(180)]


@pytest.mark.parametrize("key", ["", "x" * 32])
def test_wrong_or_missing_key_gets_403_and_changes_nothing(stack: LocalStack, key: str) -> None:
    before = stack.account()

    answer = stack.send(LEAVER, key=key)

    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})
    assert stack.account() == before


def test_post_deletes_the_leaver_and_nobody_else(stack: LocalStack) -> None:
    before = stack.account()

    answer = stack.send(LEAVER)

    assert (answer.status_code, answer.json()["deleted"]) == (200, True)
    assert answer.headers["Content-Type"] == "application/json"
    assert stack.account() == expected_account.left(before, HARI)
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
def test_service_answers_pass_through_the_gateway(stack: LocalStack, body: str, status: int, message: str) -> None:
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
def test_opsgenie_failures_reach_the_caller(stack: LocalStack, fault: str, status: int, message: str) -> None:
    stack.order(fault, times=None)

    answer = stack.send(LEAVER)

    assert answer.status_code == status
    assert answer.json()["message"].startswith(message)
    assert answer.json()["changes"] == []
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_get_is_refused(stack: LocalStack) -> None:
    assert stack.send("", method="GET").status_code in {403, 404, 405}


def test_base64_body_is_decoded(stack: LocalStack) -> None:
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


def test_local_clients_ignore_proxy_settings(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    aws = LocalAws(urlsplit(stack.url).port or 0)

    assert aws.client("lambda").list_functions()["Functions"][0]["FunctionName"] == stack.function
    assert direct().get(f"{stack.opsgenie}/_simulation/account", timeout=10).status_code == 200


def test_a_burst_is_throttled(stack: LocalStack) -> None:
    with stack.deployed_limits():
        answers = stack.send_at_once("", 40)

    assert {answer.status_code for answer in answers} == {400, 429}
    assert {answer.text for answer in answers if answer.status_code == 429} == {'{"message":"Too Many Requests"}'}


def test_key_over_its_quota_gets_429(stack: LocalStack) -> None:
    gateway = stack.aws.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    key = gateway.create_api_key(name="two a day", enabled=True)
    plan = gateway.create_usage_plan(
        name="two a day", apiStages=[{"apiId": api["id"], "stage": "test"}], quota={"limit": 2, "period": "DAY"}
    )
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")

    answers = [stack.send("", key=key["value"]) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert answers[2].json() == {"message": "Limit Exceeded"}


def test_concurrent_requests_for_one_leaver_get_200_or_404(stack: LocalStack) -> None:
    before = stack.account()

    answers = stack.send_at_once(LEAVER, 5)

    assert {answer.status_code for answer in answers} <= {200, 404}
    assert 200 in {answer.status_code for answer in answers}
    assert stack.account() == expected_account.left(before, HARI)
