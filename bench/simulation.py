"""A simulated product in a process of its own, so that its work is not counted as the service's."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from flask import Flask

import local.jsm
import local.opsgenie
from bench.accounts import ACCOUNTS
from bench.keep_alive import KeepAliveServer
from bench.sites import SITES
from local.simulator.control import CONTROL
from local.simulator.store import Item

DELAY = 0.1
"""Seconds that each call takes, including its work."""


def serve(size: str) -> None:
    """Serve an account or a site on a free port of loopback until it is terminated."""
    app = _APPS[size]()

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
    command = [sys.executable, "-m", "bench.simulation", size]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 -- this project's own module
        try:
            assert child.stdout  # noqa: S101 -- for the type checker
            url = child.stdout.readline().strip()
            if not url:
                raise SystemExit("bench: the simulation ended before it listened; its words are above")
            yield url
        finally:
            child.terminate()


def _opsgenie(account: Callable[[], Item]) -> Flask:
    return local.opsgenie.create_app(local.opsgenie.Simulation(account()))


def _jsm(site: Callable[[], Item]) -> Flask:
    return local.jsm.create_app(local.jsm.Simulation(site()))


_APPS: dict[str, Callable[[], Flask]] = {
    **{size: partial(_opsgenie, account) for size, account in ACCOUNTS.items()},
    **{size: partial(_jsm, size_of.data) for size, size_of in SITES.items()},
}

if __name__ == "__main__":
    serve(sys.argv[1])
