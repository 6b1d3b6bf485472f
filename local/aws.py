"""The deployment program run on a local AWS: ministack, with every resource really created through boto3.

The SDK's mock monitor hands each resource of `__main__.py` to a function of the table below, which creates it and
returns its true outputs. It only creates: for updates and real accounts there is `pulumi up`.
https://www.pulumi.com/docs/iac/guides/testing/unit/
"""

import asyncio
import json
import runpy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pulumi
import pulumi.runtime
import yaml

from local.inputs import Inputs
from local.processes import HOST, LocalError
from local.resources import CREATE

ROOT = Path(__file__).resolve().parent.parent
REGION = "eu-north-1"
KEY_IDS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


@dataclass(frozen=True)
class Stack:
    """What the program put out: the stage's URL, the key that it wants, and what was made."""

    url: str
    api_key: str
    function_name: str
    version: str
    resources: tuple[str, ...]


class LocalAws:
    """The clients of one ministack."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://{HOST}:{port}"
        self.region = REGION
        self._session = boto3.Session(region_name=REGION, **KEY_IDS)
        self._clients: dict[str, Any] = {}
        self.account = self.client("sts").get_caller_identity()["Account"]

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service, endpoint_url=self.endpoint)
        return self._clients[service]


class _Creating(pulumi.runtime.Mocks):
    """Create each resource when the program registers it."""

    def __init__(self, aws: LocalAws) -> None:
        self._aws = aws
        self.created: list[str] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        create = CREATE.get(args.typ)
        if create is None:
            raise LocalError(f"the program makes a resource that the local AWS does not know how to: {args.typ}")
        inputs = _plain(args.inputs)
        resource_id, outputs = create(self._aws, args.name, Inputs(inputs))
        self.created.append(args.typ)
        return resource_id, {**inputs, **outputs}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, str], list[tuple[str, str]]]:
        if args.token == "aws:index/getCallerIdentity:getCallerIdentity":
            return {"accountId": self._aws.account}, []
        if args.token == "aws:index/getPartition:getPartition":
            return {"partition": "aws"}, []
        raise LocalError(f"the program asks for what the local AWS does not know: {args.token}")


def deploy(aws: LocalAws, settings: Mapping[str, str]) -> Stack:
    """Run the deployment program with its defaults and these settings; raises LocalError.

    Clients are made before, since boto3 makes them one at a time and the resources come at the same time.
    """
    for service in ("apigateway", "cloudwatch", "iam", "lambda", "logs", "s3", "sns"):
        aws.client(service)
    return asyncio.run(_deploy(aws, settings))


async def _deploy(aws: LocalAws, settings: Mapping[str, str]) -> Stack:
    creating = _Creating(aws)
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
    pulumi.runtime.set_mocks(creating, project=project["name"], stack="local", preview=False)
    pulumi.runtime.set_all_config(*_config(project, settings))
    runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")
    await pulumi.runtime.stack.wait_for_rpcs()
    exports: dict[str, Any] = getattr(pulumi.runtime.get_root_resource(), "outputs", {})
    values = {name: str(await pulumi.Output.from_input(value).future()) for name, value in exports.items()}
    return Stack(
        url=values["url"],
        api_key=values["apiKey"],
        function_name=values["functionName"],
        version=values["version"],
        resources=tuple(creating.created),
    )


def _config(project: Mapping[str, Any], settings: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the project's defaults with these settings over them, as the CLI hands them on, and the secret keys."""
    values: dict[str, str] = {}
    secrets: list[str] = []
    for name, declared in project["config"].items():
        value = settings.get(name, declared.get("default"))
        key = f"{project['name']}:{name}"
        if value is not None:
            values[key] = value if isinstance(value, str) else json.dumps(value)
        if declared.get("secret"):
            secrets.append(key)
    return values, secrets


def _plain(value: Any) -> Any:
    """Unwrap secrets, which reach a mock as a dict with a signature.

    https://github.com/pulumi/pulumi/blob/master/sdk/python/lib/pulumi/runtime/rpc.py
    """
    if isinstance(value, dict):
        if pulumi.runtime.rpc._special_sig_key in value and "value" in value:
            return _plain(value["value"])
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
