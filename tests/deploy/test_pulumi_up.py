"""The whole life of two stacks: the real `pulumi` command and AWS provider against an AWS emulator on this machine."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.package import ROOT
from tests.support.aws_state import alias, deployment, variables
from tests.support.emulated_stack import TOKEN, EmulatedStack, emulator

pytestmark = [
    pytest.mark.skipif(
        not shutil.which("pulumi"), reason="there is no `pulumi` command: https://www.pulumi.com/docs/install/"
    ),
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.timeout(900),  # two dozen pulumi commands, some of which take twenty seconds
]

# Two names that most of AWS cannot tell apart, and a long one.
FIRST, SECOND, RENAMED = "x.1", "x-1", "acme-operations-production-eu-west-1"
BOUNDARY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}

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
        yield EmulatedStack(tmp_path, port, FIRST)


def test_two_stacks_deploy_update_and_destroy(stack, tmp_path):
    assert "20 to create" in stack.pulumi("preview")
    left_over = a_killed_update_is_healed_as_documented(stack)
    outputs = stack.up()

    only_the_key_gets_through(stack, outputs)
    stack.move("another clone")
    stack.up("--expect-no-changes")
    secrets_are_encrypted(stack, outputs)
    curl_line_works_from_elsewhere(stack, outputs, tmp_path)
    what_is_not_there_stops_the_preview(stack)
    renamed_stack_keeps_everything_and_new_code_moves_the_alias(stack, outputs)
    new_definition_is_served_and_older_version_answers_again(stack, outputs)

    stack.init(SECOND, **every_option(stack))
    second = stack.up()
    nothing_is_shared(outputs, second)
    options_are_in_aws(stack, second)
    new_token_is_a_new_version_and_other_callers_keep_their_keys(stack, second)
    stack.pulumi("destroy", "--yes", "--skip-preview")
    stack.select(RENAMED)
    stack.pulumi("destroy", "--yes", "--skip-preview")
    only_logs_are_left(stack, left_over, [outputs["logGroup"], second["logGroup"]])


def a_killed_update_is_healed_as_documented(stack: EmulatedStack) -> str:
    """Kill an update, recover as documented, and return the left-over function's name."""
    page = (ROOT / "docs/deploy.md").read_text().partition("## A `pulumi up` that was killed\n")[2]
    commands = [line.split() for line in re.findall(r"^    pulumi (.*)$", page, re.MULTILINE)[:2]]
    assert [command[0] for command in commands] == ["cancel", "refresh"]

    stack.killed_up()
    (left_over,) = stack.aws("lambda").list_functions()["Functions"]
    for command in commands:
        stack.pulumi(*command, "--yes")
    return str(left_over["FunctionName"])


def only_the_key_gets_through(stack: EmulatedStack, outputs: dict[str, Any]) -> None:
    status, text = stack.post(outputs, x_api_key=outputs["apiKey"])

    assert (status, "username is missing" in text) == (400, True), text
    assert stack.post(outputs)[0] == 403
    assert stack.post(outputs, x_api_key="x" * 40)[0] == 403


def secrets_are_encrypted(stack: EmulatedStack, outputs: dict[str, Any]) -> None:
    state = stack.pulumi("stack", "export")

    assert TOKEN not in state
    assert all(key not in state for key in outputs["apiKeys"].values())
    assert outputs["apiKey"] not in outputs["curl"]


def curl_line_works_from_elsewhere(stack: EmulatedStack, outputs: dict[str, Any], folder: Path) -> None:
    (command,) = re.findall(r"\$\((.*)\)", outputs["curl"])
    done = subprocess.run(["/bin/sh", "-c", command], cwd=folder, env=stack.environ, capture_output=True, text=True)

    assert done.stdout.strip() == outputs["apiKey"], done.stderr


def what_is_not_there_stops_the_preview(stack: EmulatedStack) -> None:
    stack.set("aliasVersion", "99")
    stack.set("aws:region", "eu-west-1")
    said = stack.pulumi("preview", fails=True)

    assert f"aws:region: this stack is in {stack.region}, and cannot move to eu-west-1: go back with" in said
    assert (
        "aliasVersion takes 0 for the newest version, or the number of one that is published, at most 1, not 99" in said
    )
    stack.set("aliasVersion", "0")
    stack.set("aws:region", stack.region)


def renamed_stack_keeps_everything_and_new_code_moves_the_alias(stack: EmulatedStack, before: dict[str, Any]) -> None:
    served = deployment(stack, before["apiId"])
    stack.rename(RENAMED)
    with (stack.folder / "service/handler.py").open("a") as file:
        file.write(NEW_CODE)
    outputs = stack.up()

    moved = {"version": "2", "alias": "live -> 2", "curl": before["curl"].replace(f"/{FIRST})", f"/{RENAMED})")}
    assert outputs == {**before, **moved}
    assert alias(stack, outputs) == "2"
    assert stack.post(outputs, x_api_key=outputs["apiKey"])[0] == 418
    assert deployment(stack, outputs["apiId"]) == served
    api = stack.aws("apigateway").get_rest_api(restApiId=outputs["apiId"])
    assert api["description"] == f"Pulumi stack organization/opsgenie-offboarding/{RENAMED}"


def new_definition_is_served_and_older_version_answers_again(stack: EmulatedStack, before: dict[str, Any]) -> None:
    served = deployment(stack, before["apiId"])
    stack.set("--path", "allowedCidrs[0]", "127.0.0.0/8")
    stack.set("aliasVersion", "1")
    outputs = stack.up()

    assert deployment(stack, outputs["apiId"]) != served
    assert "127.0.0.0/8" in stack.aws("apigateway").get_rest_api(restApiId=outputs["apiId"])["policy"]
    assert (outputs["version"], alias(stack, outputs)) == ("2", "1")
    assert stack.post(outputs, x_api_key=outputs["apiKey"])[0] == 400


def every_option(stack: EmulatedStack) -> dict[str, Any]:
    policy = stack.aws("iam").create_policy(PolicyName="edge", PolicyDocument=json.dumps(BOUNDARY))["Policy"]
    return {
        "accessLog": True,
        "alarmEmail": "ops@example.com",
        "callers": ["nightly-job", "ops"],
        "permissionsBoundary": policy["Arn"],
        "reservedConcurrency": 5,
        "secretStore": "ssm",
    }


def nothing_is_shared(first: dict[str, Any], second: dict[str, Any]) -> None:
    for name in ("url", "apiId", "functionName", "logGroup"):
        assert first[name] != second[name]
    assert not set(first["apiKeys"].values()) & set(second["apiKeys"].values())


def options_are_in_aws(stack: EmulatedStack, outputs: dict[str, Any]) -> None:
    environment, ssm = variables(stack, outputs), stack.aws("ssm")
    parameter = ssm.get_parameter(Name=environment["ACCESS_TOKEN_PARAMETER"], WithDecryption=True)["Parameter"]
    assert (parameter["Type"], parameter["Value"]) == ("SecureString", TOKEN)
    assert TOKEN not in json.dumps(environment)

    function = stack.aws("lambda").get_function(FunctionName=outputs["functionName"])
    assert function["Concurrency"]["ReservedConcurrentExecutions"] == 5
    role = stack.aws("iam").get_role(RoleName=function["Configuration"]["Role"].rpartition("/")[2])["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(":policy/edge")
    stage = stack.aws("apigateway").get_stage(restApiId=outputs["apiId"], stageName="test")
    assert ":log-group:/aws/apigateway/opsgenie-offboarding-" in stage["accessLogSettings"]["destinationArn"]

    alarms = stack.aws("cloudwatch").describe_alarms()["MetricAlarms"]
    assert {alarm["MetricName"] for alarm in alarms} == {"Errors", "Throttles", "5XXError"}
    (subscription,) = stack.aws("sns").list_subscriptions()["Subscriptions"]
    assert subscription["Endpoint"] == "ops@example.com"
    assert {action for alarm in alarms for action in alarm["AlarmActions"]} == {subscription["TopicArn"]}
    secrets_are_encrypted(stack, outputs)


def new_token_is_a_new_version_and_other_callers_keep_their_keys(stack: EmulatedStack, before: dict[str, Any]) -> None:
    stack.set("--secret", "accessToken", f"{TOKEN}-rotated")
    stack.set("--path", "callers[0]", "on-call-bot")
    outputs = stack.up()

    assert variables(stack, before)["ACCESS_TOKEN_PARAMETER_VERSION"] == "2"
    assert (outputs["version"], alias(stack, outputs)) == ("2", "2")
    assert outputs["apiKeys"].keys() == {"on-call-bot", "ops"}
    assert outputs["apiKeys"]["ops"] == before["apiKeys"]["ops"]
    assert outputs["apiKeyIds"]["ops"] == before["apiKeyIds"]["ops"]
    names = {key["id"]: key["name"] for key in stack.aws("apigateway").get_api_keys()["items"]}
    assert names[outputs["apiKeyIds"]["on-call-bot"]].endswith("-on-call-bot")
    assert before["apiKeyIds"]["nightly-job"] not in names


def only_logs_are_left(stack: EmulatedStack, left_over: str, groups: list[str]) -> None:
    gateway = stack.aws("apigateway")
    lists = (gateway.get_rest_apis, gateway.get_api_keys, gateway.get_usage_plans)
    assert [each()["items"] for each in lists] == [[], [], []]
    assert [entry["FunctionName"] for entry in stack.aws("lambda").list_functions()["Functions"]] == [left_over]
    assert stack.aws("iam").list_roles()["Roles"] == []
    assert stack.aws("s3").list_buckets()["Buckets"] == []
    assert stack.aws("ssm").describe_parameters()["Parameters"] == []
    kept = {group["logGroupName"] for group in stack.aws("logs").describe_log_groups()["logGroups"]}
    assert set(groups) <= kept
    assert all(name.startswith(("/aws/lambda/opsgenie-", "/aws/apigateway/opsgenie-")) for name in kept)
