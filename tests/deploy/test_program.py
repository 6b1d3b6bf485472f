"""The deployment program under mocks: the resources that it requests."""

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

# pulumi_aws warns about parts of itself on import.
pytestmark = pytest.mark.filterwarnings("ignore:.*has been deprecated in favor of:DeprecationWarning")

FUNCTION = "Function opsgenie-offboarding"
STACK = "organization/opsgenie-offboarding/dev"


@pytest.fixture(autouse=True)
def code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return fake_package(monkeypatch, tmp_path)


def test_handler_is_a_callable_of_the_service():
    module, _, name = deploy().of_type("Function")["handler"].rpartition(".")

    assert callable(getattr(importlib.import_module(module), name))


def test_api_and_permission_target_the_alias():
    deployed = deploy()

    assert deployed.of_type("Integration")["uri"] == "arn:of:function:live/invocations"
    permission = deployed.of_type("Permission")
    assert permission["qualifier"] == "live"
    assert permission["sourceArn"] == "arn:aws:execute-api:eu-north-1:1:api/test/POST/"
    assert deployed.of_type("Alias")["functionVersion"] == "7"


def test_alias_can_be_pinned_to_an_older_version():
    assert deploy(aliasVersion=3, last_outputs={"version": "7"}).of_type("Alias")["functionVersion"] == "3"


def test_post_is_the_only_method_and_requires_a_key():
    deployed = deploy()

    method = deployed.of_type("Method")
    assert (method["httpMethod"], method["apiKeyRequired"]) == ("POST", True)
    assert deployed.of_type("UsagePlan")["apiStages"] == [{"apiId": "opsgenie-offboarding-id", "stage": "test"}]


def test_function_depends_on_its_log_group_and_policies():
    deployed = deploy(secretStore="ssm")

    waits_for = {"LogGroup /aws/lambda/opsgenie-offboarding", "RolePolicy may-log", "RolePolicy may-read-token"}
    assert waits_for <= deployed.depends_on[FUNCTION]
    assert deployed.of_type("Function")["loggingConfig"] == {
        "logFormat": "JSON",
        "logGroup": deployed.outputs["logGroup"],
    }


def test_resource_names_do_not_contain_the_stack_name():
    deployed = deploy(secretStore="ssm", accessLog=True, alarmEmail="ops@example.com")

    named = {key: inputs for key, inputs in deployed.resources.items() if not key.startswith("Stack ")}
    assert "dev" not in repr(list(named))
    for kind in ("Role", "Function", "LogGroup", "RestApi", "Topic", "MetricAlarm", "Parameter"):
        assert all("name" not in inputs for inputs in deployed.all_of_type(kind).values())
    assert deployed.of_type("Bucket")["bucket"] == "opsgenie-offboarding-local-123456789012"


def test_api_description_and_tags_name_the_stack():
    deployed = deploy(accessLog=True)

    assert deployed.of_type("RestApi")["description"] == f"Pulumi stack {STACK}"
    tagged = {key for key, inputs in deployed.resources.items() if inputs.get("tags") == {"pulumi-stack": STACK}}
    logs = {f"LogGroup /aws/{service}/opsgenie-offboarding" for service in ("lambda", "apigateway")}
    assert tagged == {FUNCTION, *logs}


def test_logs_outlive_the_stack():
    deployed = deploy(accessLog=True)

    kept = {key for key, request in deployed.requests.items() if request.retainOnDelete}
    assert kept == {f"LogGroup /aws/{service}/opsgenie-offboarding" for service in ("lambda", "apigateway")}


def test_stack_made_before_callers_keeps_its_url_key_and_log_group():
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


def test_no_secret_is_in_plain_text_in_resources_or_outputs():
    deployed = deploy(accessToken="genie-key")

    environment = deployed.of_type("Function")["environment"]
    assert isinstance(environment, Secret)
    assert environment.value["variables"] == {
        "ACCESS_TOKEN": "genie-key",
        "OPSGENIE_API_URL": "https://api.opsgenie.com",
        "PRODUCT": "opsgenie",
        "PROTECTED_USERS": "",
        "RES_OPTIONS": "timeout:1 attempts:2",
    }
    assert deployed.outputs["apiKey"] == Secret("value-of-key-default")
    assert list(deployed.requests["UsagePlanKey plan-key-default"].additionalSecretOutputs) == ["value"]
    assert "genie-key" not in repr({**deployed.resources, FUNCTION: None})
    assert "value-of" not in repr({**deployed.outputs, "apiKey": None, "apiKeys": None})


def test_policies_allow_no_wildcard_actions_or_resources():
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


def test_changed_code_gets_another_object_key(code):
    before = deploy().of_type("BucketObjectv2")["key"]
    code.write_bytes(b"other code")
    deployed = deploy()

    assert deployed.of_type("BucketObjectv2")["key"] != before
    assert deployed.of_type("Function")["s3Key"] == deployed.of_type("BucketObjectv2")["key"]


def test_function_declares_the_hash_of_its_code(code):
    digest = hashlib.sha256(code.read_bytes()).digest()

    assert deploy().of_type("Function")["codeSha256"] == base64.b64encode(digest).decode()


def test_zip_object_opts_out_of_default_tags():
    assert deploy().of_type("BucketObjectv2")["overrideProvider"] == {"defaultTags": {"tags": {}}}


def test_curl_line_names_its_stack_and_has_no_key():
    assert deploy().outputs["curl"] == (
        "curl -X POST https://api.execute-api.eu-north-1.amazonaws.com/test/ "
        f'-H "x-api-key: $(pulumi stack output apiKey --show-secrets -s {STACK})" '
        """-d '{"username": "jane@example.com"}'"""
    )


def test_other_outputs_name_the_deployed_resources():
    outputs = deploy().outputs

    assert {name: outputs[name] for name in ("apiId", "functionName", "logGroup", "region", "version", "alias")} == {
        "apiId": "opsgenie-offboarding-id",
        "functionName": "opsgenie-offboarding-local",
        "logGroup": "/aws/lambda/opsgenie-offboarding-local",
        "region": "eu-north-1",
        "version": "7",
        "alias": "live -> 7",
    }


def test_failed_package_build_stops_the_program(monkeypatch):
    def broken() -> package.Package:
        raise package.PackageError("package: no network")

    monkeypatch.setattr(package, "build", broken)

    with pytest.raises(pulumi.RunError, match=r"^package: no network$"):
        deploy()
