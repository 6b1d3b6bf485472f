"""The deployment program, run in this process against a cloud that only remembers what it is asked for.

https://www.pulumi.com/docs/iac/guides/testing/unit/
"""

import asyncio
import contextlib
import gc
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pulumi

from local.program import PROGRAM, plain, run

# What AWS makes up, by the type of the resource.
MADE_UP = {
    "s3/bucket:Bucket": {},
    "iam/role:Role": {"arn": "arn:aws:iam::123456789012:role/role"},
    "cloudwatch/logGroup:LogGroup": {"arn": "arn:aws:logs:eu-north-1:123456789012:log-group:logs"},
    "lambda/function:Function": {"version": "7"},
    "lambda/alias:Alias": {"invokeArn": "arn:of:function:live/invocations"},
    "apigateway/restApi:RestApi": {"rootResourceId": "root", "executionArn": "arn:aws:execute-api:eu-north-1:1:api"},
    "apigateway/stage:Stage": {"invokeUrl": "https://api.execute-api.eu-north-1.amazonaws.com/test"},
    "apigateway/apiKey:ApiKey": {"value": "the-key"},
    "apigateway/usagePlanKey:UsagePlanKey": {"value": "the-key"},
    "sns/topic:Topic": {"arn": "arn:aws:sns:eu-north-1:123456789012:alarms"},
}


@dataclass
class Deployed:
    """What the program asked for, by the name of the resource, and its outputs; what is secret stands in a Secret."""

    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    depends_on: dict[str, set[str]] = field(default_factory=dict)
    secret_outputs: dict[str, list[str]] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)

    def of_type(self, suffix: str) -> dict[str, Any]:
        """Return the inputs of the only resource of a type."""
        (name,) = [name for name, type_ in self.types.items() if type_.endswith(suffix)]
        return self.resources[name]


@dataclass(frozen=True)
class Secret:
    """A value that the state keeps encrypted."""

    value: Any


class Cloud(pulumi.runtime.Mocks):
    """Creates nothing, and answers with what AWS would make up."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Return an id, and the inputs with what AWS makes up."""
        return f"{args.name}-id", {**args.inputs, **MADE_UP.get(args.typ.removeprefix("aws:"), {})}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]]]:  # noqa: ARG002
        """Answer every question about the account."""
        return {"accountId": "123456789012", "partition": "aws"}, []


class Monitor(pulumi.runtime.mocks.MockMonitor):
    """Keeps what is sent to the engine, and makes secret outputs secret as the engine does."""

    def __init__(self, deployed: Deployed) -> None:
        super().__init__(Cloud())
        self.deployed = deployed

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the engine's name for it
        """Register one resource."""
        answer = super().RegisterResource(request)
        self.deployed.resources[request.name] = plain(pulumi.runtime.rpc.deserialize_properties(request.object), Secret)
        self.deployed.types[request.name] = request.type
        self.deployed.depends_on[request.name] = {urn.split("::")[-1] for urn in request.dependencies}
        self.deployed.secret_outputs[request.name] = list(request.additionalSecretOutputs)
        for name in request.additionalSecretOutputs:
            if name in answer.object:
                signed = {pulumi.runtime.rpc._special_sig_key: pulumi.runtime.rpc._special_secret_sig}
                answer.object[name] = {**signed, "value": answer.object[name]}
        return answer


def deploy(program: Path = PROGRAM, **settings: Any) -> Deployed:
    """Run the program with the defaults of Pulumi.yaml, a token, and what is given."""
    deployed = Deployed()
    with closing_event_loops():
        asyncio.run(_deploy(program, {"accessToken": "genie-key", **settings}, deployed))
    return deployed


@contextlib.contextmanager
def closing_event_loops() -> Iterator[None]:
    """Close the event loops that Pulumi opens in its threads, and collect what a program that stopped left behind.

    Collected at any other time, the log of its tasks' errors can end the interpreter in the middle of a parse (3.11).
    """
    loops: list[asyncio.AbstractEventLoop] = []

    def open_loop(open_one: Any = asyncio.new_event_loop) -> asyncio.AbstractEventLoop:
        loops.append(open_one())
        return loops[-1]

    try:
        with mock.patch.object(asyncio, "new_event_loop", open_loop):
            yield
    except BaseException:
        gc.collect()
        raise
    finally:
        for loop in loops:
            loop.close()


async def _deploy(program: Path, settings: dict[str, Any], deployed: Deployed) -> None:
    for name, output in (await run(Monitor(deployed), "dev", settings, program)).items():
        known = await output.future()
        deployed.outputs[name] = Secret(known) if await output.is_secret() else known
