"""A stack's optional features, under mocks."""

import json
from pathlib import Path

import pytest

from tests.support.mocked_pulumi import MADE_UP, Secret, deploy, fake_package

# pulumi_aws warns about parts of itself on import.
pytestmark = pytest.mark.filterwarnings("ignore:.*has been deprecated in favor of:DeprecationWarning")


@pytest.fixture(autouse=True)
def code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return fake_package(monkeypatch, tmp_path)


def test_token_is_not_in_the_environment_when_parameter_store_has_it():
    deployed = deploy(accessToken="genie-key", secretStore="ssm")

    assert deployed.of_type("Parameter") == {"type": "SecureString", "value": Secret("genie-key")}
    assert deployed.of_type("Function")["environment"]["variables"] == {
        "ACCESS_TOKEN_PARAMETER": "opsgenie-offboarding-token-local",
        "ACCESS_TOKEN_PARAMETER_VERSION": "3",
        "OPSGENIE_API_URL": "https://api.opsgenie.com",
        "PRODUCT": "opsgenie",
        "PROTECTED_USERS": "",
        "RES_OPTIONS": "timeout:1 attempts:2",
    }
    assert json.loads(deployed.resources["RolePolicy may-read-token"]["policy"])["Statement"] == [
        {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": MADE_UP["ssm/parameter:Parameter"]["arn"]}
    ]


def test_each_caller_has_a_key_in_the_plan():
    deployed = deploy(callers=["nightly-job", "ops"])

    names = {name: inputs["name"] for name, inputs in deployed.all_of_type("ApiKey").items()}
    assert names == {f"key-{caller}": f"opsgenie-offboarding-local-{caller}" for caller in ("nightly-job", "ops")}
    plan_keys = {name: inputs["keyId"] for name, inputs in deployed.all_of_type("UsagePlanKey").items()}
    assert plan_keys == {f"plan-key-{caller}": f"key-{caller}-id" for caller in ("nightly-job", "ops")}
    assert deployed.outputs["apiKeyIds"] == {"nightly-job": "key-nightly-job-id", "ops": "key-ops-id"}
    assert deployed.outputs["apiKeys"] == Secret({"nightly-job": "value-of-key-nightly-job", "ops": "value-of-key-ops"})
    assert deployed.outputs["apiKey"] == Secret("value-of-key-nightly-job")


def test_alarms_are_created_only_with_an_alarm_email():
    assert "sns/topic" not in repr(deploy().types)

    deployed = deploy(alarmEmail="ops@example.com")
    alarms = deployed.all_of_type("MetricAlarm").values()
    function, stage = (
        {"FunctionName": "opsgenie-offboarding-local"},
        {"ApiName": "opsgenie-offboarding-local", "Stage": "test"},
    )
    assert {(alarm["namespace"], alarm["metricName"]): alarm["dimensions"] for alarm in alarms} == {
        ("AWS/Lambda", "Errors"): function,
        ("AWS/Lambda", "Throttles"): function,
        ("AWS/ApiGateway", "5XXError"): stage,
    }
    assert {(alarm["threshold"], alarm["comparisonOperator"]) for alarm in alarms} == {(0, "GreaterThanThreshold")}
    assert [alarm["alarmActions"] for alarm in alarms] == [[MADE_UP["sns/topic:Topic"]["arn"]]] * 3


def test_optional_features_are_off_by_default():
    deployed = deploy()

    assert "accessLogSettings" not in deployed.of_type("Stage")
    assert "permissionsBoundary" not in deployed.of_type("Role")
    assert deployed.of_type("Function")["reservedConcurrentExecutions"] == -1


def test_access_log_has_the_caller_but_not_the_key():
    settings = deploy(accessLog=True).of_type("Stage")["accessLogSettings"]

    assert settings["destinationArn"] == MADE_UP["cloudwatch/logGroup:LogGroup"]["arn"]
    assert json.loads(settings["format"]) == {
        "request_id": "$context.requestId",
        "time": "$context.requestTimeEpoch",
        "ip": "$context.identity.sourceIp",
        "api_key_id": "$context.identity.apiKeyId",
        "method": "$context.httpMethod",
        "status": "$context.status",
        "error": "$context.error.responseType",
        "latency_ms": "$context.responseLatency",
        "function_ms": "$context.integrationLatency",
    }


def test_permissions_boundary_and_concurrency_are_passed_on():
    boundary = "arn:aws:iam::123456789012:policy/edge"
    deployed = deploy(permissionsBoundary=boundary, reservedConcurrency=5)

    assert deployed.of_type("Role")["permissionsBoundary"] == boundary
    assert deployed.of_type("Function")["reservedConcurrentExecutions"] == 5
