"""Releases of the deployed program: a version, the alias that moves to it, and the function's settings."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from deploy import package
from local.samples import KEY
from tests.support.local_stack import DRY_RUN, LEAVER, LocalStack

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local stack"), pytest.mark.timeout(180)]


@contextmanager
def released(stack: LocalStack, code: bytes, **config: Any) -> Iterator[str]:
    """Publish another version of the function, move the alias to it, and move it back."""
    function = stack.aws.client("lambda")
    name = {"FunctionName": stack.function}
    (alias,) = function.list_aliases(**name)["Aliases"]
    before = function.get_function_configuration(**name)
    if config:
        function.update_function_configuration(**name, **config)
    version = function.update_function_code(**name, ZipFile=code, Publish=True)["Version"]
    function.update_alias(**name, Name="live", FunctionVersion=version)
    try:
        yield version
    finally:
        function.update_alias(**name, Name="live", FunctionVersion=alias["FunctionVersion"])
        if config:
            # The next version inherits this one's settings.
            function.update_function_configuration(**name, **{setting: before[setting] for setting in config})


def handler_zip(source: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("service/handler.py", source)
    return content.getvalue()


def test_function_reads_the_key_from_parameter_store(stack: LocalStack) -> None:
    stack.aws.client("ssm").put_parameter(Name="/opsgenie/key", Value=KEY, Type="SecureString")
    variables = {"ACCESS_TOKEN_PARAMETER": "/opsgenie/key", "OPSGENIE_API_URL": stack.opsgenie}

    with released(stack, package.build().path.read_bytes(), Environment={"Variables": variables}):
        answer = stack.send(DRY_RUN)

    assert (answer.status_code, answer.json()["dry_run"]) == (200, True)


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
def test_broken_function_gets_a_gateway_error_without_secrets(
    stack: LocalStack, source: str, config: dict[str, Any]
) -> None:
    with released(stack, handler_zip(source), **config):
        answer = stack.send(LEAVER)

    assert answer.status_code in {502, 504}
    assert "local-key" not in answer.text
    assert stack.key not in answer.text
