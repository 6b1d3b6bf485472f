"""One request in a new process that is held to a share of a processor, as in a Lambda function."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace

from bench.share import held

LIMIT = 29.0
"""Seconds that API Gateway waits for the function."""

CONTEXT = SimpleNamespace(aws_request_id="bench", get_remaining_time_in_millis=lambda: LIMIT * 1000)


@dataclass(frozen=True)
class Measured:
    """What a request took, in seconds; `how` says by what its process was held to its share."""

    seconds: float
    processor: float
    status: int
    body: str
    how: str = ""


def measure(username: str, variables: Mapping[str, str], share: float) -> Measured:
    """Off-board somebody by the handler; the variables are its settings. Its import is not measured, nor held."""
    command = [sys.executable, "-m", "bench.measured", username]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env={**os.environ, **variables}, text=True, **pipes) as child:  # type: ignore[call-overload]  # noqa: S603 -- this project's own module
        try:
            for line in child.stdout:
                if line == "ready\n":
                    break
            with held(child.pid, share) as how:
                child.stdin.write("go\n")
                child.stdin.flush()
                # The log comes before the result, and more of it than a pipe holds.
                *_, last = child.stdout
        finally:
            child.kill()
    return Measured(**json.loads(last), how=how)


def main(username: str) -> None:
    """Import the handler, wait for a line, make the request and print what it took."""
    from service.handler import handler

    event = {"httpMethod": "POST", "path": "/", "body": json.dumps({"username": username})}
    print("ready", flush=True)
    sys.stdin.readline()
    began, used = time.perf_counter(), time.process_time()
    answer = handler(event, CONTEXT)
    found = {"seconds": time.perf_counter() - began, "processor": time.process_time() - used}
    print(json.dumps({**found, "status": answer["statusCode"], "body": answer["body"]}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
