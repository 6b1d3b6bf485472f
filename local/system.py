"""The whole system: a simulated Opsgenie, a local AWS, and the deployment program run on it."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from local.processes import HOST, Processes, flask_run, free_port
from local.samples import KEY, REGION

if TYPE_CHECKING:
    from local.aws import Stack
    from local.clients import LocalAws

Say = Callable[[str], None]


@dataclass(frozen=True)
class System:
    """Everything that runs; `opsgenie` is the base URL of the simulated Opsgenie."""

    opsgenie: str
    aws: "LocalAws"
    stack: "Stack"
    processes: Processes


@contextmanager
def running(say: Say) -> Iterator[System]:
    """Start everything on free ports, and leave nothing behind; raises LocalError."""
    opsgenie_port, aws_port = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="opsgenie-offboarding-") as folder, Processes() as processes:
        say("starting the simulated Opsgenie")
        processes.start(
            "the simulated Opsgenie",
            opsgenie_port,
            flask_run("local.opsgenie", opsgenie_port),
            {},
            log=Path(folder, "opsgenie.log"),
        )
        say("starting the local AWS (ministack)")
        processes.start(
            "ministack", aws_port, ("ministack",), _ministack(aws_port, folder), log=Path(folder, "aws.log")
        )
        opsgenie = f"http://{HOST}:{opsgenie_port}"
        say("building the zip and running the deployment program (the first time takes longer)")
        # pulumi and pulumi_aws take a second to import: not before somebody is told why it takes so long.
        from local.aws import deploy
        from local.clients import LocalAws

        aws = LocalAws(aws_port)
        stack = deploy(aws, {"accessToken": KEY, "opsgenieApiUrl": opsgenie})
        say(f"{stack.resources} resources made; the service answers at {stack.url}")
        yield System(opsgenie, aws, stack, processes)


def _ministack(port: int, folder: str) -> dict[str, str]:
    """Return settings that keep it on loopback, where by default it listens everywhere, and its state in one folder."""
    return {
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "TMPDIR": folder,
        "S3_DATA_DIR": str(Path(folder, "s3")),
    }


def function_log(system: System) -> list[str]:
    """Return the lines that the function has written so far, oldest first."""
    pages = system.aws.client("logs").get_paginator("filter_log_events")
    group = f"/aws/lambda/{system.stack.function_name}"
    return [event["message"].rstrip() for page in pages.paginate(logGroupName=group) for event in page["events"]]
