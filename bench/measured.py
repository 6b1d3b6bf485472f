"""One request in a new process that is held to a share of a processor, as in a Lambda function."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace

from bench.share import held
from local.environ import for_children

LIMIT = 29.0
"""Seconds that API Gateway waits for the function."""

CONTEXT = SimpleNamespace(aws_request_id="bench", get_remaining_time_in_millis=lambda: LIMIT * 1000)
READY = "ready\n"


@dataclass(frozen=True)
class Measured:
    """What a request took: seconds, and seconds of the processor; `how` says by what the process was held."""

    seconds: float
    processor: float
    status: int
    body: str
    how: str


def measure(username: str, variables: Mapping[str, str], share: float) -> Measured:
    """Off-board somebody by a handler with these variables. Its cold start is neither measured nor held."""
    command, environ = [sys.executable, "-m", "bench.measured", username], {**for_children(), **variables}
    with subprocess.Popen(  # noqa: S603 -- this project's own module
        command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin and child.stdout  # noqa: S101, PT018 -- for the type checker
        try:
            if READY not in child.stdout:
                raise SystemExit("bench: the measured process ended before its request; its words are above")
            with held(child.pid, share) as how:
                print("go", file=child.stdin, flush=True)
                # The log comes first, and more of it than a pipe holds.
                lines = child.stdout.readlines()
        except BaseException:
            child.kill()
            raise
    if child.returncode:
        raise SystemExit("bench: the measured process failed; its words are above")
    return Measured(**json.loads(lines[-1]), how=how)


def main(username: str) -> None:
    """Import the handler, wait for a line, make the request and print what it took."""
    from service.handler import handler

    event = {"httpMethod": "POST", "path": "/", "body": json.dumps({"username": username})}
    print(READY, end="", flush=True)
    sys.stdin.readline()
    began, used = time.perf_counter(), time.process_time()
    answer = handler(event, CONTEXT)
    took = {"seconds": time.perf_counter() - began, "processor": time.process_time() - used}
    print(json.dumps({**took, "status": answer["statusCode"], "body": answer["body"]}))


if __name__ == "__main__":
    main(sys.argv[1])
