"""The deployment program run on a local AWS: ministack, with every resource really created through boto3.

The SDK's mock monitor hands each resource of `__main__.py` to its function in `local/aws/resources.py`, which creates
it and returns its true outputs. It only creates: for updates and real accounts there is `pulumi up`.
https://www.pulumi.com/docs/iac/guides/testing/unit/
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi.runtime
from pulumi.runtime.mocks import MockMonitor

from local.aws import program
from local.aws.clients import LocalAws
from local.aws.resources import CREATE
from local.processes import LocalError


@dataclass(frozen=True)
class DeployedStack:
    """The program's outputs: the stage's URL, its key, and how many resources were made."""

    url: str
    api_key: str
    function_name: str
    resources: int


class _Creating(pulumi.runtime.Mocks):
    """Create each resource when the program registers it."""

    def __init__(self, aws: LocalAws) -> None:
        self._aws = aws

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        create = CREATE.get(args.typ)
        if create is None:
            raise LocalError(f"the program makes a resource that the local AWS does not know how to: {args.typ}")
        inputs = program.plain(program.named(args))
        resource_id, outputs = create(self._aws, args.name, inputs)
        return resource_id, {**inputs, **outputs}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        match args.token:
            case "aws:index/getCallerIdentity:getCallerIdentity":
                return {"accountId": self._aws.account}, []
            case "aws:index/getPartition:getPartition":
                return {"partition": "aws"}, []
            case "aws:index/getRegion:getRegion":
                return {"region": self._aws.region}, []
            case "pulumi:pulumi:readStackOutputs":  # there was none before
                return {"outputs": {}}, []
        raise LocalError(f"the program asks for what the local AWS does not know: {args.token}")


def deploy(aws: LocalAws, settings: Mapping[str, str]) -> DeployedStack:
    """Run the deployment program with its defaults and these settings; raises LocalError."""
    try:
        return asyncio.run(_deploy(aws, settings))
    except pulumi.RunError as error:
        raise LocalError(str(error)) from error


async def _deploy(aws: LocalAws, settings: Mapping[str, str]) -> DeployedStack:
    monitor = MockMonitor(_Creating(aws))
    outputs = await program.run(monitor, "local", settings)
    url, api_key, function_name = [await outputs[name].future() for name in ("url", "apiKey", "functionName")]
    return DeployedStack(str(url), str(api_key), str(function_name), len(monitor.resources))
