"""The simulated Opsgenie in a process of its own, so that its work is not counted as the service's."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.accounts import ACCOUNTS
from bench.keep_alive import KeepAliveServer
from local.opsgenie import Simulation, create_app
from local.simulator.control import CONTROL

DELAY = 0.1
"""Seconds that each call takes, including its work."""


def serve(size: str) -> None:
    """Serve an account on a free port of loopback until it is terminated."""
    app = create_app(Simulation(ACCOUNTS[size]()))

    def delayed(environ: Any, start_response: Any) -> Any:
        ends = time.monotonic() + DELAY
        answer = list(app(environ, start_response))
        if not environ["PATH_INFO"].startswith(CONTROL):
            time.sleep(max(0.0, ends - time.monotonic()))
        return answer

    with KeepAliveServer(delayed) as server:
        print(server.url, flush=True)
        server.serve_forever()


@contextmanager
def served(size: str) -> Iterator[str]:
    """Run the child; yield its URL."""
    command = [sys.executable, "-m", "bench.opsgenie", size]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 -- this project's own module
        try:
            assert child.stdout  # noqa: S101 -- for the type checker
            url = child.stdout.readline().strip()
            if not url:
                raise SystemExit("bench: the simulated Opsgenie ended before it listened; its words are above")
            yield url
        finally:
            child.terminate()


if __name__ == "__main__":
    serve(sys.argv[1])
