"""The deployment program under mocks: what must hold before anything is deployed."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest

from deploy import package
from deploy.package import Package
from local.program import ROOT
from tests.mocked_pulumi import MADE_UP, Secret, deploy

# pulumi_aws warns of parts of itself as soon as it is imported.
pytestmark = pytest.mark.filterwarnings("ignore:.*has been deprecated in favor of:DeprecationWarning")


@pytest.fixture(autouse=True)
def code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A zip that is not built; other bytes are other code."""
    path = tmp_path / "function.zip"
    path.write_bytes(b"code")
    monkeypatch.setattr(package, "build", lambda: Package(path, path.stat().st_size, path.read_bytes().hex()))
    monkeypatch.syspath_prepend(str(ROOT))
    return path


def test_handler_is_a_callable_of_the_service():
    module, _, name = deploy().of_type("Function")["handler"].rpartition(".")

    assert callable(getattr(importlib.import_module(module), name))


def test_api_and_permission_go_to_the_alias():
    deployed = deploy()

    assert deployed.of_type("Integration")["uri"] == "arn:of:function:live/invocations"
    permission = deployed.of_type("Permission")
    assert permission["qualifier"] == "live"
    assert permission["sourceArn"] == "arn:aws:execute-api:eu-north-1:1:api/test/POST/"
    assert deployed.of_type("Alias")["functionVersion"] == "7"


def test_alias_can_be_held_at_an_older_version():
    assert deploy(aliasVersion=3).of_type("Alias")["functionVersion"] == "3"


def test_the_only_method_needs_a_key():
    deployed = deploy()

    method = deployed.of_type("Method")
    assert (method["httpMethod"], method["apiKeyRequired"]) == ("POST", True)
    assert deployed.of_type("UsagePlan")["apiStages"] == [{"apiId": "api-id", "stage": "test"}]


def test_function_waits_for_its_logs_and_its_rights():
    deployed = deploy()

    assert {"logs", "may-log"} <= deployed.depends_on["function"]
    assert deployed.of_type("LogGroup")["name"] == f"/aws/lambda/{deployed.of_type('Function')['name']}"


def test_no_secret_leaves_as_plain_text():
    deployed = deploy(accessToken="genie-key")

    environment = deployed.of_type("Function")["environment"]
    assert isinstance(environment, Secret)
    assert environment.value["variables"] == {
        "ACCESS_TOKEN": "genie-key",
        "OPSGENIE_API_URL": "https://api.opsgenie.com",
        "PROTECTED_USERS": "",
        "RES_OPTIONS": "timeout:1 attempts:2",
    }
    assert deployed.outputs["apiKey"] == Secret("the-key")
    assert deployed.secret_outputs["plan-key"] == ["value"]
    assert "genie-key" not in repr({**deployed.resources, "function": None})
    assert "the-key" not in repr({**deployed.outputs, "apiKey": None})


def test_policies_name_what_they_allow():
    statements = list(_statements(deploy(allowedCidrs=["192.0.2.0/24"]).resources))

    assert len(statements) == 4
    for statement in statements:
        for field in ("Action", "Resource"):
            values = statement.get(field, [])
            assert "*" not in ([values] if isinstance(values, str) else values)
        assert statement["Effect"] == "Deny" or "*" not in repr(statement["Action"])


def _statements(resources: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for inputs in resources.values():
        for name, value in inputs.items():
            if name in ("policy", "assumeRolePolicy"):
                yield from json.loads(value)["Statement"]


def test_other_settings_and_other_code_need_no_new_deployment_of_the_api(code):
    before = deploy().of_type("Deployment")["triggers"]
    code.write_bytes(b"other code")

    assert deploy(rateLimit="2.5", memorySize=1024, aliasVersion=3).of_type("Deployment")["triggers"] == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("api_key_required=True", "api_key_required=False"),
        ('authorization="NONE"', 'authorization="AWS_IAM"'),
        ("timeout_milliseconds=29_000", "timeout_milliseconds=28_000"),
        ("uri=live.invoke_arn", 'uri="arn:of:another"'),
        ('type="AWS_PROXY"', 'type="AWS"'),
    ],
)
def test_another_definition_of_the_api_is_deployed_anew(old, new, tmp_path):
    program = tmp_path / "__main__.py"
    text = (ROOT / "__main__.py").read_text()
    assert text.count(old) == 1
    program.write_text(text.replace(old, new))

    assert deploy(program).of_type("Deployment")["triggers"] != deploy().of_type("Deployment")["triggers"]


def test_other_callers_are_deployed_anew():
    closed, opened = deploy(allowedCidrs=["192.0.2.0/24"]), deploy()

    assert closed.of_type("Deployment")["triggers"] != opened.of_type("Deployment")["triggers"]


def test_other_code_is_another_object(code):
    before = deploy().of_type("BucketObjectv2")["key"]
    code.write_bytes(b"other code")
    deployed = deploy()

    assert deployed.of_type("BucketObjectv2")["key"] != before
    assert deployed.of_type("Function")["s3Key"] == deployed.of_type("BucketObjectv2")["key"]


def test_alarms_are_only_for_who_wants_them():
    assert "sns/topic" not in repr(deploy().types)

    deployed = deploy(alarmEmail="ops@example.com")
    alarms = [deployed.resources[name] for name, type_ in deployed.types.items() if type_.endswith(":MetricAlarm")]
    function, stage = (
        {"FunctionName": "opsgenie-offboarding-dev"},
        {"ApiName": "opsgenie-offboarding-dev", "Stage": "test"},
    )
    assert {(alarm["namespace"], alarm["metricName"]): alarm["dimensions"] for alarm in alarms} == {
        ("AWS/Lambda", "Errors"): function,
        ("AWS/Lambda", "Throttles"): function,
        ("AWS/ApiGateway", "5XXError"): stage,
    }
    assert {(alarm["threshold"], alarm["comparisonOperator"]) for alarm in alarms} == {(0, "GreaterThanThreshold")}
    assert [alarm["alarmActions"] for alarm in alarms] == [[MADE_UP["sns/topic:Topic"]["arn"]]] * 3


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("accessToken", " "),
        ("accessToken", "k\u00e9y"),
        ("opsgenieApiUrl", "http://api.opsgenie.com"),
        ("protectedUsers", ["boss"]),
        ("stageName", "a b"),
        ("rateLimit", "0"),
        ("rateLimit", "fast"),
        ("burstLimit", 0),
        ("quotaPerDay", 0),
        ("allowedCidrs", ["10.0.0.1/8"]),
        ("allowedCidrs", ["192.0.2.0/255.255.255.0"]),
        ("allowedCidrs", ["fe80::%eth0/64"]),
        ("protectedUsers", [f"somebody.{n}@example.com" for n in range(130)]),
        ("allowedCidrs", []),
        ("memorySize", 64),
        ("logRetentionDays", 8),
        ("aliasVersion", -1),
        ("alarmEmail", "ops"),
    ],
)
def test_bad_settings_are_named(setting, value):
    with pytest.raises(pulumi.RunError, match=setting):
        deploy(**{setting: value})


def test_all_bad_settings_are_named_at_once():
    with pytest.raises(pulumi.RunError, match=r"(?s)stageName.*memorySize"):
        deploy(stageName="", memorySize=1)


def test_a_package_that_cannot_be_built_stops_the_program(monkeypatch):
    def broken() -> Package:
        raise package.PackageError("package: no network")

    monkeypatch.setattr(package, "build", broken)

    with pytest.raises(pulumi.RunError, match="no network"):
        deploy()
