"""The whole stack: a simulated product, a local AWS, and the deployment program run on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from local.folder import run_folder
from local.processes import HOST, Processes, flask_run, free_port
from local.products import Product
from local.samples import EXAMPLES, REGION

if TYPE_CHECKING:
    from local.aws.clients import LocalAws
    from local.aws.deploy import DeployedStack

Say = Callable[[str], None]

SERVICES = ("apigateway", "cloudwatch", "iam", "lambda", "logs", "s3", "sns", "ssm", "sts")
"""The AWS services of the deployment program and of the function."""


@dataclass(frozen=True)
class Stack:
    """Everything that runs; `simulation` is the base URL of the simulated product, `folder` is removed at the end."""

    product: Product
    simulation: str
    aws: "LocalAws"
    deployed: "DeployedStack"
    processes: Processes
    folder: Path


@contextmanager
def running(say: Say, product: Product, now: str = "") -> Iterator[Stack]:
    """Start everything on free ports, and leave nothing behind; raises LocalError.

    `now` sets the time of the simulated product, in ISO 8601.
    """
    simulation_port, aws_port = free_port(), free_port()
    with run_folder(say) as folder, Processes() as processes:
        say(f"starting {product.simulation}")
        processes.start(
            product.simulation,
            simulation_port,
            flask_run(product.app, simulation_port),
            {"SIMULATION_NOW": now} if now else {},
            log=folder / "simulation.log",
        )
        say("starting the local AWS (ministack)")
        processes.start(
            "ministack", aws_port, ("ministack",), ministack_settings(aws_port, folder), log=folder / "aws.log"
        )
        simulation = f"http://{HOST}:{simulation_port}"
        say("building the zip and running the deployment program (the first time takes longer)")
        # pulumi and pulumi_aws take a second to import: not before the message above is printed.
        from deploy.variables import settings_from
        from local.aws.clients import LocalAws
        from local.aws.deploy import deploy

        aws = LocalAws(aws_port)
        deployed = deploy(aws, settings_from(product.variables(simulation)))
        say(f"{deployed.resources} resources made; the service answers at {deployed.url}")
        yield Stack(product, simulation, aws, deployed, processes, folder)


def ministack_settings(port: int, folder: Path) -> dict[str, str]:
    """Return the environment that keeps ministack on loopback and in one folder.

    By default its gateway, its MQTT broker, and its SFTP and database servers listen on every interface, and it starts
    and reaps containers. Only the gateway can be bound; the others are off, with the services that would start them.
    """
    return {
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "SERVICES": ",".join(SERVICES),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{folder}/no-docker",
        "TMPDIR": str(folder),
        "S3_DATA_DIR": str(folder / "s3"),
        "STATE_DIR": str(folder / "state"),
    }


def function_log(stack: Stack) -> list[str]:
    """Return the lines that the function has written so far, oldest first."""
    pages = stack.aws.client("logs").get_paginator("filter_log_events")
    group = f"/aws/lambda/{stack.deployed.function_name}"
    return [event["message"].rstrip() for page in pages.paginate(logGroupName=group) for event in page["events"]]


def keep(product: Product) -> None:
    """Deploy, say what to try, and follow the log until Ctrl-C; raises LocalError."""

    def say(text: str) -> None:
        print(text, flush=True)

    with running(say, product) as stack:
        deployed, simulation = stack.deployed, f"{product.name.upper()}={stack.simulation}"
        print(f"\nURL={deployed.url}\nKEY={deployed.api_key}\n{simulation}\n\nTry in another terminal:\n")
        for what, body in EXAMPLES:
            print(f"  # {what}\n  curl -H x-api-key:{deployed.api_key} -XPOST {deployed.url} -d '{body}'\n")
        print("Ctrl-C stops everything. The function's log:", flush=True)
        _follow(stack)


def _follow(stack: Stack) -> None:
    shown = 0
    while True:
        stack.processes.wait(1)
        lines = function_log(stack)
        for line in lines[shown:]:
            print(line, flush=True)
        shown = len(lines)
