"""`python -m bench`: calls and time per request of both products, cold import, handler overhead, package."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import awsgi
from flask import Flask

from bench import jsm
from bench.accounts import ACCOUNTS
from bench.simulation import DELAY, served
from deploy import package
from local.environ import PIP, keep_only
from local.samples import HARI, KEY
from local.sessions import direct
from local.simulator.control import CONTROL
from service.app import create_app
from service.audit_log import LOGGER
from service.handler import make_handler
from service.settings import Settings

CHAIN = 8
"""Sequential calls: user, lists, details, refused delete beside fresh reads, overrides, writes, calendar, delete."""

TIMES = 5
EVENT: dict[str, Any] = {
    "httpMethod": "POST",
    "path": "/",
    "queryStringParameters": None,
    "headers": {},
    "body": "{}",
    "requestContext": {},
}
CONTEXT = SimpleNamespace(aws_request_id="bench", get_remaining_time_in_millis=lambda: 29000)


def main() -> None:
    """Measure everything and print it."""
    keep_only(*PIP)
    LOGGER.disabled = True  # a line a request would drown the table
    print(f"Requests: each call takes {DELAY * 1000:.0f} ms, {CHAIN} calls wait for one another\n")
    print(f"{'account':10} {'calls':>6} {'seconds':>8} {'floor':>6} {'ratio':>6}   (median of {TIMES})")
    for size in ACCOUNTS:
        calls, seconds = request(size)
        floor = CHAIN * DELAY
        print(f"{size:10} {calls:6} {seconds:8.3f} {floor:6.3f} {seconds / floor:6.2f}")
    jsm.main()
    print(f"\nCold import of service.handler: {cold_import() * 1000:.0f} ms\n")
    for name, seconds in handler_overhead().items():
        print(f"{name:32} {seconds * 1e6:6.0f} microseconds")
    print_package()


def request(size: str) -> tuple[int, float]:
    """Off-board the leaver several times from the same account; return the calls and the median of the seconds."""
    with served(size) as url, direct() as control:
        client = create_app(Settings(KEY, url)).test_client()
        times = []
        for _ in range(TIMES):
            control.post(f"{url}{CONTROL}/reset", timeout=10)
            began = time.perf_counter()
            response = client.post("/", json={"username": HARI})
            times.append(time.perf_counter() - began)
            if response.status_code != 200:
                raise SystemExit(f"bench: {size}: {response.get_data(as_text=True)[:500]}")
        calls = control.get(f"{url}{CONTROL}/calls", timeout=10).json()
        return len(calls), statistics.median(times)


def cold_import() -> float:
    """Return the seconds that a new process takes to import the handler."""
    code = "import time; began = time.perf_counter(); import service.handler; print(time.perf_counter() - began)"
    environ = {**os.environ, "ACCESS_TOKEN": "bench"}
    runs = [
        subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)  # noqa: S603 -- this interpreter
        for _ in range(TIMES)
    ]
    return statistics.median(float(run.stdout.split()[-1]) for run in runs)


def handler_overhead() -> dict[str, float]:
    """Return the seconds of a request that never reaches Opsgenie, and what Flask and aws-wsgi take of them."""
    empty = Flask("empty")
    empty.add_url_rule("/", view_func=lambda: "{}", methods=["POST"], endpoint="empty")
    handler = make_handler({"ACCESS_TOKEN": "bench"})
    return {
        "an empty view": timed(lambda: empty.test_client().post("/", data="{}")),
        "an empty view through aws-wsgi": timed(lambda: awsgi.response(empty, EVENT, CONTEXT)),
        "this handler, answering 400": timed(lambda: handler(EVENT, CONTEXT)),
    }


def timed(call: Callable[[], Any], times: int = 500) -> float:
    """Return the median seconds of a call."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def print_package() -> None:
    """Build the zip, reusing what it can of an earlier build, and print its size and the time."""
    began = time.perf_counter()
    try:
        built = package.build()
    except package.PackageError as error:
        print(f"\nPackage: {error}")
        return
    print(f"\nPackage: {built.size / 1e6:.2f} MB in {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
