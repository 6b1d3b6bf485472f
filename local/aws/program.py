"""The deployment program, run in this process against a monitor that stands in for Pulumi's engine.

https://www.pulumi.com/docs/iac/guides/testing/unit/
"""

import json
import runpy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pulumi.runtime
import yaml
from pulumi.runtime.mocks import MockMonitor

from deploy.variables import SECRET_SETTINGS

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "__main__.py"
PROJECT: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())

Outputs = dict[str, pulumi.Output[Any]]

NAMED_BY_PULUMI = {
    "aws:apigateway/restApi:RestApi",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:iam/role:Role",
    "aws:lambda/function:Function",
    "aws:sns/topic:Topic",
    "aws:ssm/parameter:Parameter",
}
"""The types that Pulumi names when the program does not: the resource's name and some digits."""


def config(settings: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Return the project's defaults overridden by these settings, as the CLI passes them, and the secret keys.

    Settings of other namespaces have it in the name.
    """
    defaults = {name: declared.get("default") for name, declared in PROJECT["config"].items()}
    given = {name: value for name, value in {**defaults, **settings}.items() if value is not None}
    values = {_key(name): value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
    return values, [_key(name) for name in SECRET_SETTINGS]


def _key(name: str) -> str:
    return name if ":" in name else f"{PROJECT['name']}:{name}"


def named(args: pulumi.runtime.MockResourceArgs) -> dict[str, Any]:
    """Return a resource's inputs, with a name where Pulumi would make one up."""
    made_up = {"name": f"{args.name}-local"} if args.typ in NAMED_BY_PULUMI else {}
    return {**made_up, **args.inputs}


async def run(monitor: MockMonitor, stack: str, settings: Mapping[str, Any], program: Path = PROGRAM) -> Outputs:
    """Run the program with these settings until every resource is registered; return what it exports."""
    # A program that stopped early leaves outputs that wait for a closed event loop.
    pulumi.runtime.settings.SETTINGS.outputs.clear()
    pulumi.runtime.set_mocks(
        monitor.mocks, project=PROJECT["name"], stack=stack, preview=False, monitor=monitor, organization="organization"
    )
    pulumi.runtime.set_all_config(*config(settings))
    runpy.run_path(str(program), run_name="__main__")
    await pulumi.runtime.stack.wait_for_rpcs()
    root: Any = pulumi.runtime.get_root_resource()
    return {name: pulumi.Output.from_input(value) for name, value in root.outputs.items()}


def plain(value: Any, secret: Callable[[Any], Any] = lambda value: value) -> Any:
    """Return a property as the program gave it, with `secret` applied to each secret.

    A secret reaches a monitor as a dict with a signature, a whole number as a float.
    https://github.com/pulumi/pulumi/blob/master/sdk/python/lib/pulumi/runtime/rpc.py
    """
    if isinstance(value, dict):
        if pulumi.runtime.rpc._special_sig_key in value:
            return secret(plain(value["value"], secret))
        return {name: plain(item, secret) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item, secret) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
