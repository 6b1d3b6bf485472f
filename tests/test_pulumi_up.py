"""The whole life of a stack: the real `pulumi` command and AWS provider against an AWS emulator on this machine."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulated_stack import TOKEN, EmulatedStack, emulator

pytestmark = [
    pytest.mark.skipif(
        not shutil.which("pulumi"), reason="there is no `pulumi` command: https://www.pulumi.com/docs/install/"
    ),
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.timeout(900),  # ten pulumi commands of about ten seconds each
]

# Version 2 of the service answers everything with another status.
NEW_CODE = """
first = handler


def handler(event: object, context: object) -> dict[str, object]:
    return {**first(event, context), "statusCode": 418}
"""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[EmulatedStack]:
    """A stack that is not deployed yet."""
    with emulator(tmp_path / "emulator") as port:
        yield EmulatedStack(tmp_path, port)


def test_life_of_a_stack(stack):
    assert "20 to create" in stack.pulumi("preview")
    outputs = stack.up()
    gateway = outputs["url"].removeprefix("https://").split(".")[0]

    only_the_key_gets_through(stack, outputs)
    stack.move("another clone")
    stack.up("--expect-no-changes")
    secrets_are_encrypted(stack, outputs)
    new_code_moves_the_alias(stack, gateway)
    new_definition_is_served(stack, gateway)
    older_version_answers_again(stack)
    alarms_are_there(stack)
    destroy_leaves_nothing(stack)


def only_the_key_gets_through(stack: EmulatedStack, outputs: dict[str, Any]) -> None:
    status, text = stack.post(outputs, x_api_key=outputs["apiKey"])

    assert (status, "username is missing" in text) == (400, True), text
    assert stack.post(outputs)[0] == 403
    assert stack.post(outputs, x_api_key="x" * 40)[0] == 403


def secrets_are_encrypted(stack: EmulatedStack, outputs: dict[str, Any]) -> None:
    state = stack.pulumi("stack", "export")

    assert TOKEN not in state
    assert outputs["apiKey"] not in state
    assert outputs["apiKey"] not in outputs["curl"]


def deployment(stack: EmulatedStack, gateway: str) -> str:
    """Return the id of the only deployment, which the stage must serve."""
    client = stack.aws("apigateway")
    (only,) = client.get_deployments(restApiId=gateway)["items"]

    assert client.get_stage(restApiId=gateway, stageName="test")["deploymentId"] == only["id"]
    return str(only["id"])


def alias(stack: EmulatedStack, outputs: dict[str, Any]) -> str:
    """Return the version that the alias is at."""
    name = outputs["functionName"]
    return str(stack.aws("lambda").get_alias(FunctionName=name, Name="live")["FunctionVersion"])


def new_code_moves_the_alias(stack: EmulatedStack, gateway: str) -> None:
    before = deployment(stack, gateway)
    with (stack.folder / "service/handler.py").open("a") as file:
        file.write(NEW_CODE)
    outputs = stack.up()

    assert (outputs["version"], alias(stack, outputs)) == ("2", "2")
    assert stack.post(outputs, x_api_key=outputs["apiKey"])[0] == 418
    assert deployment(stack, gateway) == before


def new_definition_is_served(stack: EmulatedStack, gateway: str) -> None:
    before = deployment(stack, gateway)
    stack.pulumi("config", "set", "--path", "allowedCidrs[0]", "127.0.0.0/8")
    outputs = stack.up()

    assert deployment(stack, gateway) != before
    assert "127.0.0.0/8" in stack.aws("apigateway").get_rest_api(restApiId=gateway)["policy"]
    assert outputs["version"] == "2"


def older_version_answers_again(stack: EmulatedStack) -> None:
    stack.pulumi("config", "set", "aliasVersion", "1")
    outputs = stack.up()

    assert (outputs["version"], alias(stack, outputs)) == ("2", "1")
    assert stack.post(outputs, x_api_key=outputs["apiKey"])[0] == 400


def alarms_are_there(stack: EmulatedStack) -> None:
    stack.pulumi("config", "set", "alarmEmail", "ops@example.com")
    stack.up()

    alarms = stack.aws("cloudwatch").describe_alarms()["MetricAlarms"]
    assert {alarm["MetricName"] for alarm in alarms} == {"Errors", "Throttles", "5XXError"}
    (subscription,) = stack.aws("sns").list_subscriptions()["Subscriptions"]
    assert subscription["Endpoint"] == "ops@example.com"
    assert {action for alarm in alarms for action in alarm["AlarmActions"]} == {subscription["TopicArn"]}


def destroy_leaves_nothing(stack: EmulatedStack) -> None:
    stack.pulumi("destroy", "--yes", "--skip-preview")

    gateway = stack.aws("apigateway")
    lists = (gateway.get_rest_apis, gateway.get_api_keys, gateway.get_usage_plans)
    assert [each()["items"] for each in lists] == [[], [], []]
    assert stack.aws("lambda").list_functions()["Functions"] == []
    assert stack.aws("iam").list_roles()["Roles"] == []
    assert stack.aws("logs").describe_log_groups()["logGroups"] == []
    assert stack.aws("s3").list_buckets()["Buckets"] == []
