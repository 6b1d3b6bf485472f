"""The API is redeployed if anything about it changes, and only then."""

from pathlib import Path
from typing import Any

import pytest

from local.aws.program import ROOT
from tests.support.mocked_pulumi import Deployed, deploy, fake_package

pytestmark = pytest.mark.filterwarnings("ignore:.*has been deprecated in favor of:DeprecationWarning")

PROGRAM = (ROOT / "__main__.py").read_text()
PROXY = "aws.apigateway.Integration(\n"

MORE = {
    "method": 'Method("get", rest_api=api.id, resource_id="root", http_method="GET", authorization="NONE")',
    "validator": 'RequestValidator("body", rest_api=api.id, validate_request_body=True)',
    "answer": 'MethodResponse("ok", rest_api=api.id, resource_id="root", http_method="POST", status_code="200")',
    "gateway's answer": 'Response("slow", rest_api_id=api.id, response_type="THROTTLED", status_code="429")',
}


@pytest.fixture(autouse=True)
def code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return fake_package(monkeypatch, tmp_path)


def changed(folder: Path, old: str, new: str) -> Deployed:
    """Run a copy of the program with one change."""
    assert PROGRAM.count(old) == 1
    program = folder / "__main__.py"
    program.write_text(PROGRAM.replace(old, new))
    return deploy(program)


def triggers(deployed: Deployed) -> Any:
    return deployed.of_type("Deployment")["triggers"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("api_key_required=True", "api_key_required=False"),
        ('authorization="NONE"', 'authorization="AWS_IAM"'),
        ("timeout_milliseconds=29_000", "timeout_milliseconds=28_000"),
        ("uri=live.invoke_arn", 'uri="arn:of:another"'),
        ('type="AWS_PROXY"', 'type="AWS"'),
        (
            "api_key_required=True",
            'api_key_required=True, request_parameters={"method.request.header.X-Team": True}',
        ),
        ('type="AWS_PROXY"', 'type="AWS_PROXY", content_handling="CONVERT_TO_TEXT"'),
        ('endpoint_configuration={"types": "REGIONAL"}', 'endpoint_configuration={"types": "EDGE"}'),
        ('endpoint_configuration={"types": "REGIONAL"}', "binary_media_types=['image/png']"),
        ('endpoint_configuration={"types": "REGIONAL"}', "minimum_compression_size='0'"),
    ],
)
def test_changed_argument_redeploys_the_api(old, new, tmp_path):
    assert triggers(changed(tmp_path, old, new)) != triggers(deploy())


@pytest.mark.parametrize("what", MORE)
def test_added_resource_redeploys_the_api_and_is_waited_for(what, tmp_path):
    deployed = changed(tmp_path, PROXY, f"aws.apigateway.{MORE[what]}\n{PROXY}")

    (more,) = deployed.resources.keys() - deploy().resources.keys()
    assert triggers(deployed) != triggers(deploy())
    assert more in deployed.depends_on["Deployment deployment"]


def test_changed_allowed_cidrs_redeploy_the_api():
    assert triggers(deploy(allowedCidrs=["192.0.2.0/24"])) != triggers(deploy())


def test_equivalent_argument_does_not_redeploy_the_api(tmp_path):
    typed = "aws.apigateway.RestApiEndpointConfigurationArgs(types='REGIONAL')"

    assert triggers(changed(tmp_path, '{"types": "REGIONAL"}', typed)) == triggers(deploy())


def test_other_settings_and_code_do_not_redeploy_the_api(code):
    before = triggers(deploy())
    code.write_bytes(b"other code")
    settings: dict[str, Any] = {"rateLimit": "2.5", "memorySize": 1024, "aliasVersion": 3, "callers": ["a", "b"]}

    deployed = deploy(last_outputs={"version": "3"}, accessLog=True, **settings)
    assert triggers(deployed) == before


def test_name_and_description_do_not_redeploy_the_api(tmp_path):
    assert triggers(changed(tmp_path, "description=f", 'name="other", description=f')) == triggers(deploy())
