"""The deployment program under mocks: what it asks for, before anything is deployed."""

import base64
import hashlib
import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest

from deploy import package
from tests.support.mocked_pulumi import Secret, deploy, fake_package

# pulumi_aws warns of parts of itself as soon as it is imported.
pytestmark = pytest.mark.filterwarnings("ignore:.*has been deprecated in favor of:DeprecationWarning")

FUNCTION = "Function opsgenie-offboarding"
STACK = "organization/opsgenie-offboarding/dev"


@pytest.fixture(autouse=True)
def code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return fake_package(monkeypatch, tmp_path)


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
    assert deploy(aliasVersion=3, last_outputs={"version": "7"}).of_type("Alias")["functionVersion"] == "3"


def test_the_only_method_needs_a_key():
    deployed = deploy()

    method = deployed.of_type("Method")
    assert (method["httpMethod"], method["apiKeyRequired"]) == ("POST", True)
    assert deployed.of_type("UsagePlan")["apiStages"] == [{"apiId": "opsgenie-offboarding-id", "stage": "test"}]


def test_function_waits_for_its_logs_and_its_rights():
    deployed = deploy(secretStore="ssm")

    waits_for = {"LogGroup /aws/lambda/opsgenie-offboarding", "RolePolicy may-log", "RolePolicy may-read-token"}
    assert waits_for <= deployed.depends_on[FUNCTION]
    assert deployed.of_type("Function")["loggingConfig"] == {
        "logFormat": "JSON",
        "logGroup": deployed.outputs["logGroup"],
    }


def test_no_name_has_the_stack_in_it():
    deployed = deploy(secretStore="ssm", accessLog=True, alarmEmail="ops@example.com")

    named = {key: inputs for key, inputs in deployed.resources.items() if not key.startswith("Stack ")}
    assert "dev" not in repr(list(named))
    for kind in ("Role", "Function", "LogGroup", "RestApi", "Topic", "MetricAlarm", "Parameter"):
        assert all("name" not in inputs for inputs in deployed.all_of_type(kind).values())
    assert deployed.of_type("Bucket")["bucket"] == "opsgenie-offboarding-local-123456789012"


def test_api_and_tags_say_which_stack_it_is():
    deployed = deploy(accessLog=True)

    assert deployed.of_type("RestApi")["description"] == f"Pulumi stack {STACK}"
    tagged = {key for key, inputs in deployed.resources.items() if inputs.get("tags") == {"pulumi-stack": STACK}}
    logs = {f"LogGroup /aws/{service}/opsgenie-offboarding" for service in ("lambda", "apigateway")}
    assert tagged == {FUNCTION, *logs}


def test_logs_outlive_the_stack():
    deployed = deploy(accessLog=True)

    kept = {key for key, request in deployed.requests.items() if request.retainOnDelete}
    assert kept == {f"LogGroup /aws/{service}/opsgenie-offboarding" for service in ("lambda", "apigateway")}


def test_stack_from_before_there_were_callers_keeps_its_url_its_key_and_its_log():
    deployed = deploy(callers=["default", "ops"])

    aliases = {key: [alias.spec.name for alias in request.aliases] for key, request in deployed.requests.items()}
    old = {key: names[0] for key, names in aliases.items() if any(names)}
    assert old == {
        "RestApi opsgenie-offboarding": "api",
        "ApiKey key-default": "key",
        "UsagePlanKey plan-key-default": "plan-key",
        "LogGroup /aws/lambda/opsgenie-offboarding": "logs",
    }
    assert deployed.requests["LogGroup /aws/lambda/opsgenie-offboarding"].ignoreChanges == ["name"]


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
    assert deployed.outputs["apiKey"] == Secret("value-of-key-default")
    assert list(deployed.requests["UsagePlanKey plan-key-default"].additionalSecretOutputs) == ["value"]
    assert "genie-key" not in repr({**deployed.resources, FUNCTION: None})
    assert "value-of" not in repr({**deployed.outputs, "apiKey": None, "apiKeys": None})


def test_policies_name_what_they_allow():
    statements = list(_statements(deploy(allowedCidrs=["192.0.2.0/24"], secretStore="ssm").resources))

    assert len(statements) == 5
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


def test_other_code_is_another_object(code):
    before = deploy().of_type("BucketObjectv2")["key"]
    code.write_bytes(b"other code")
    deployed = deploy()

    assert deployed.of_type("BucketObjectv2")["key"] != before
    assert deployed.of_type("Function")["s3Key"] == deployed.of_type("BucketObjectv2")["key"]


def test_function_says_which_code_it_has_so_that_other_code_is_seen(code):
    digest = hashlib.sha256(code.read_bytes()).digest()

    assert deploy().of_type("Function")["codeSha256"] == base64.b64encode(digest).decode()


def test_object_has_no_default_tags_since_it_takes_ten_only():
    assert deploy().of_type("BucketObjectv2")["overrideProvider"] == {"defaultTags": {"tags": {}}}


def test_curl_line_names_its_stack_and_has_no_key():
    assert deploy().outputs["curl"] == (
        "curl -X POST https://api.execute-api.eu-north-1.amazonaws.com/test/ "
        f'-H "x-api-key: $(pulumi stack output apiKey --show-secrets -s {STACK})" '
        """-d '{"username": "jane@example.com"}'"""
    )


def test_other_outputs_say_where_everything_is():
    outputs = deploy().outputs

    assert {name: outputs[name] for name in ("apiId", "functionName", "logGroup", "region", "version", "alias")} == {
        "apiId": "opsgenie-offboarding-id",
        "functionName": "opsgenie-offboarding-local",
        "logGroup": "/aws/lambda/opsgenie-offboarding-local",
        "region": "eu-north-1",
        "version": "7",
        "alias": "live -> 7",
    }


def test_a_package_that_cannot_be_built_stops_the_program(monkeypatch):
    def broken() -> package.Package:
        raise package.PackageError("package: no network")

    monkeypatch.setattr(package, "build", broken)

    with pytest.raises(pulumi.RunError, match=r"^package: no network$"):
        deploy()
