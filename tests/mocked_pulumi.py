"""The deployment program, run in this process against a cloud that only remembers what it is asked for.

https://www.pulumi.com/docs/iac/guides/testing/unit/
"""

import asyncio
import contextlib
import gc
import json
import runpy
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pulumi
import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
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
        self.deployed.resources[request.name] = _revealed(pulumi.runtime.rpc.deserialize_properties(request.object))
        self.deployed.types[request.name] = request.type
        self.deployed.depends_on[request.name] = {urn.split("::")[-1] for urn in request.dependencies}
        self.deployed.secret_outputs[request.name] = list(request.additionalSecretOutputs)
        for name in request.additionalSecretOutputs:
            if name in answer.object:
                signed = {pulumi.runtime.rpc._special_sig_key: pulumi.runtime.rpc._special_secret_sig}
                answer.object[name] = {**signed, "value": answer.object[name]}
        return answer


def _revealed(value: Any) -> Any:
    """Turn what stands for a secret into a Secret."""
    if isinstance(value, dict):
        if pulumi.runtime.rpc._special_sig_key in value:
            return Secret(_revealed(value["value"]))
        return {key: _revealed(each) for key, each in value.items()}
    return value


def deploy(program: Path = ROOT / "__main__.py", **config: Any) -> Deployed:
    """Run the program with the defaults of Pulumi.yaml, a token, and what is given."""
    values = {name: entry["default"] for name, entry in PROJECT["config"].items() if "default" in entry}
    values |= {"accessToken": "genie-key", **config}
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
    deployed = Deployed()
    with _closing_event_loops():
        asyncio.run(_run(program, {f"{PROJECT['name']}:{name}": text for name, text in texts.items()}, deployed))
    return deployed


@contextlib.contextmanager
def _closing_event_loops() -> Iterator[None]:
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


async def _run(program: Path, config: dict[str, str], deployed: Deployed) -> None:
    monitor = Monitor(deployed)
    # A program that stopped early leaves some, and they wait for an event loop that is gone.
    pulumi.runtime.settings.SETTINGS.outputs.clear()
    pulumi.runtime.set_mocks(monitor.mocks, project=PROJECT["name"], stack="dev", preview=False, monitor=monitor)
    pulumi.runtime.set_all_config(config, [f"{PROJECT['name']}:accessToken"])
    runpy.run_path(str(program), run_name="__main__")
    await pulumi.runtime.stack.wait_for_rpcs()
    root: Any = pulumi.runtime.settings.get_root_resource()
    for name, value in root.outputs.items():
        output = pulumi.Output.from_input(value)
        known = await output.future()
        deployed.outputs[name] = Secret(known) if await output.is_secret() else known
