"""The deployment program, run in this process against a mocked cloud that only records requests.

https://www.pulumi.com/docs/iac/guides/testing/unit/
"""

import asyncio
import contextlib
import gc
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pulumi
import pytest

from deploy import package
from deploy.package import Package
from local.aws.program import PROGRAM, ROOT, named, plain, run

# What AWS generates, by the type of resource.
MADE_UP: dict[str, dict[str, Any]] = {
    "iam/role:Role": {"arn": "arn:aws:iam::123456789012:role/role"},
    "cloudwatch/logGroup:LogGroup": {"arn": "arn:aws:logs:eu-north-1:123456789012:log-group:logs"},
    "ssm/parameter:Parameter": {"arn": "arn:aws:ssm:eu-north-1:123456789012:parameter/token", "version": 3},
    "lambda/function:Function": {"version": "7"},
    "lambda/alias:Alias": {"invokeArn": "arn:of:function:live/invocations"},
    "apigateway/restApi:RestApi": {"rootResourceId": "root", "executionArn": "arn:aws:execute-api:eu-north-1:1:api"},
    "apigateway/stage:Stage": {"invokeUrl": "https://api.execute-api.eu-north-1.amazonaws.com/test"},
    "sns/topic:Topic": {"arn": "arn:aws:sns:eu-north-1:123456789012:alarms"},
}
KEYS = {"apigateway/apiKey:ApiKey", "apigateway/usagePlanKey:UsagePlanKey"}


@dataclass
class Deployed:
    """What the program asked for, by type and name, such as `Alias live`; secrets are wrapped in Secret."""

    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    depends_on: dict[str, set[str]] = field(default_factory=dict)
    requests: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)

    def of_type(self, kind: str) -> dict[str, Any]:
        """Return the inputs of the only resource of a type."""
        (only,) = self.all_of_type(kind).values()
        return only

    def all_of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the inputs of all resources of a type, by name."""
        return {
            key.partition(" ")[2]: inputs for key, inputs in self.resources.items() if key.partition(" ")[0] == kind
        }


@dataclass(frozen=True)
class Secret:
    """A value that the state keeps encrypted."""

    value: Any


class Cloud(pulumi.runtime.Mocks):
    """Create nothing; answer with what AWS would generate, and with the last update's outputs."""

    def __init__(self, last_outputs: dict[str, Any]) -> None:
        self.last_outputs = last_outputs

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Return an id, and the inputs and generated values."""
        kind = args.typ.removeprefix("aws:")
        made_up = {"value": f"value-of-{args.name}"} if kind in KEYS else MADE_UP.get(kind, {})
        return f"{args.name}-id", {**named(args), **made_up}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        """Answer every question about the account and about the stack."""
        if args.token == "pulumi:pulumi:readStackOutputs":
            assert args.args == {"name": "organization/opsgenie-offboarding/dev"}
            return {"outputs": self.last_outputs}, []
        return {"accountId": "123456789012", "partition": "aws", "region": "eu-north-1"}, []


class Monitor(pulumi.runtime.mocks.MockMonitor):
    """Keep what is sent to the engine, and mark secret outputs as the engine does."""

    def __init__(self, deployed: Deployed, last_outputs: dict[str, Any]) -> None:
        super().__init__(Cloud(last_outputs))
        self.deployed = deployed

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the engine's name for it
        """Register one resource."""
        answer = super().RegisterResource(request)
        key = _key(request.type, request.name)
        self.deployed.resources[key] = plain(pulumi.runtime.rpc.deserialize_properties(request.object), Secret)
        self.deployed.types[key] = request.type
        self.deployed.depends_on[key] = {_key(*urn.split("::")[2:]) for urn in request.dependencies}
        self.deployed.requests[key] = request
        for name in request.additionalSecretOutputs:
            if name in answer.object and isinstance(answer.object[name], str):  # else it went in as a secret
                signed = {pulumi.runtime.rpc._special_sig_key: pulumi.runtime.rpc._special_secret_sig}
                answer.object[name] = {**signed, "value": answer.object[name]}
        return answer


def fake_package(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Use a made-up zip instead of building one; other bytes are other code."""
    path = folder / "function.zip"
    path.write_bytes(b"code")

    def build() -> Package:
        data = path.read_bytes()
        return Package(path, len(data), hashlib.sha256(data).hexdigest())

    monkeypatch.setattr(package, "build", build)
    monkeypatch.syspath_prepend(str(ROOT))  # as the program's own folder is when Pulumi runs it
    return path


def _key(type_: str, name: str) -> str:
    return f"{type_.rpartition(':')[2]} {name}"


def deploy(program: Path = PROGRAM, last_outputs: dict[str, Any] | None = None, **settings: Any) -> Deployed:
    """Run the program with Pulumi.yaml's defaults, a token and these settings."""
    deployed = Deployed()
    monitor = Monitor(deployed, last_outputs or {})
    with closing_event_loops():
        asyncio.run(_deploy(program, {"accessToken": "genie-key", **settings}, deployed, monitor))
    return deployed


@contextlib.contextmanager
def closing_event_loops() -> Iterator[None]:
    """Close the event loops that Pulumi opens in its threads, and collect the garbage of a program that stopped.

    Collected later, the log of its tasks' errors can crash the interpreter in the middle of a parse (3.11).
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


async def _deploy(program: Path, settings: dict[str, Any], deployed: Deployed, monitor: Monitor) -> None:
    for name, output in (await run(monitor, "dev", settings, program)).items():
        known = await output.future()
        deployed.outputs[name] = Secret(known) if await output.is_secret() else known
