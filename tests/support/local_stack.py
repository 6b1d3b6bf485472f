"""Run `make local` as a child, for the tests to use."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from local.aws.clients import LocalAws
from local.processes import LocalError, require_free
from local.sessions import direct
from tests.support.hostile_environment import HOSTILE

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90.0
LEAVER = '{ "username":"hari@example.com" }'
DRY_RUN = '{ "username":"hari@example.com", "dry_run":true }'
DEPLOYED_LIMITS = (5.0, 10.0)
"""The default rate and burst limits."""
LOCAL = (sys.executable, "-E", "-m", "local")
"""The command behind `make run` and others; -E ignores Python's variables."""


@dataclass
class LocalStack:
    """The running stack: its stage, its key, its AWS, and the simulated Opsgenie behind it."""

    child: subprocess.Popen[str]
    url: str
    key: str
    opsgenie: str
    aws: LocalAws
    function: str

    @contextmanager
    def deployed_limits(self) -> Iterator[None]:
        """Give stage and key the limits of the deployment, which are lifted otherwise.

        No test may run into a limit that another one has just used up.
        """
        self._limit(*DEPLOYED_LIMITS)
        try:
            yield
        finally:
            self.lift_limits()

    def lift_limits(self) -> None:
        """Let stage and key take any number of requests."""
        self._limit(10_000, 10_000)

    def send(self, body: str | bytes, *, key: str | None = None, method: str = "POST") -> requests.Response:
        """Send a request as curl does."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "x-api-key": self.key if key is None else key}
        return direct().request(method, self.url, data=body, headers=headers, timeout=60)

    def send_at_once(self, body: str, count: int) -> list[requests.Response]:
        """Send the same request several times at the same time."""
        headers = {"x-api-key": self.key}
        with ThreadPoolExecutor(count) as pool:
            calls = [pool.submit(direct().post, self.url, data=body, headers=headers, timeout=60) for _ in range(count)]
            return [call.result() for call in calls]

    def limits(self) -> tuple[float, float]:
        """Return the stage's rate limit and burst limit."""
        gateway = self.aws.client("apigateway")
        (api,) = gateway.get_rest_apis()["items"]
        settings = gateway.get_stage(restApiId=api["id"], stageName="test")["methodSettings"]["*/*"]
        return float(settings["throttlingRateLimit"]), float(settings["throttlingBurstLimit"])

    def _limit(self, rate: float, burst: float) -> None:
        gateway = self.aws.client("apigateway")
        (api,) = gateway.get_rest_apis()["items"]
        values = {"rateLimit": str(rate), "burstLimit": str(int(burst))}

        def patches(path: str) -> list[dict[str, str]]:
            return [{"op": "replace", "path": f"{path}/{name}", "value": value} for name, value in values.items()]

        gateway.update_stage(restApiId=api["id"], stageName="test", patchOperations=patches("/*/*/throttling"))
        for plan in gateway.get_usage_plans()["items"]:
            gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=patches("/throttle"))

    def account(self) -> Any:
        """Return the simulated account."""
        return direct().get(f"{self.opsgenie}/_simulation/account", timeout=10).json()

    def order(self, fault: str, **where: Any) -> None:
        """Let calls to the simulated Opsgenie fail."""
        direct().post(f"{self.opsgenie}/_simulation/faults", json={"fault": fault, **where}, timeout=10)

    def reset(self) -> None:
        """Reset the sample account."""
        direct().post(f"{self.opsgenie}/_simulation/reset", timeout=10)


def wait_until_free(port: int) -> None:
    """Wait until a port is free: the kernel cleans up after a killed process a moment later."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with suppress(LocalError):
            return require_free(port, "nobody")
        time.sleep(0.05)
    raise AssertionError(f"something listens on port {port}")


def start() -> LocalStack:
    """Start `make local`'s command and wait until it prints its addresses."""
    child = subprocess.Popen(
        [*LOCAL, "keep"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **HOSTILE},
    )
    try:
        stack = _started(child)
        assert stack.limits() == DEPLOYED_LIMITS
        stack.lift_limits()
    except BaseException:
        child.terminate()
        child.communicate(timeout=20)
        raise
    return stack


def _started(child: subprocess.Popen[str]) -> LocalStack:
    assert child.stdout
    printed, end = "", time.monotonic() + START_SECONDS
    while "Ctrl-C stops everything" not in printed:
        line = child.stdout.readline()
        assert line, f"it ended:\n{printed}"
        assert time.monotonic() < end, f"it takes too long:\n{printed}"
        printed += line
    values = dict(re.findall(r"^(URL|KEY|OPSGENIE)=(\S+)$", printed, re.MULTILINE))
    aws = LocalAws(urlsplit(values["URL"]).port or 0)
    (function,) = aws.client("lambda").list_functions()["Functions"]
    return LocalStack(child, values["URL"], values["KEY"], values["OPSGENIE"], aws, function["FunctionName"])


def stop(stack: LocalStack, sign: signal.Signals = signal.SIGINT) -> int:
    """Press Ctrl-C, or send another signal; return the exit status."""
    stack.child.send_signal(sign)
    try:
        stack.child.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        stack.child.kill()
        raise
    return stack.child.returncode
