"""`make local` as a child, and what a test does with it."""

import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from local.clients import LocalAws
from local.sessions import direct

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 90.0


@dataclass
class LocalStack:
    """The running stack: its stage, its key, its AWS, and the simulated Opsgenie behind it."""

    child: subprocess.Popen[str]
    url: str
    key: str
    opsgenie: str
    aws: LocalAws
    function: str

    def send(self, body: str | bytes, *, key: str | None = None, method: str = "POST") -> requests.Response:
        """Send a request as curl does, again after a moment where the stage's limit is reached."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "x-api-key": self.key if key is None else key}
        for _ in range(40):
            answer = direct().request(method, self.url, data=body, headers=headers, timeout=60)
            if answer.status_code != 429:
                break
            time.sleep(0.25)
        return answer

    def send_at_once(self, body: str, count: int) -> list[requests.Response]:
        """Send the same request several times at the same time."""
        headers = {"x-api-key": self.key}
        with ThreadPoolExecutor(count) as pool:
            calls = [pool.submit(direct().post, self.url, data=body, headers=headers, timeout=60) for _ in range(count)]
            return [call.result() for call in calls]

    def account(self) -> Any:
        """Return the simulated account."""
        return direct().get(f"{self.opsgenie}/_simulation/account", timeout=10).json()

    def order(self, fault: str, **where: Any) -> None:
        """Let calls to the simulated Opsgenie fail."""
        direct().post(f"{self.opsgenie}/_simulation/faults", json={"fault": fault, **where}, timeout=10)

    def reset(self) -> None:
        """Put the sample account back."""
        direct().post(f"{self.opsgenie}/_simulation/reset", timeout=10)


def start() -> LocalStack:
    """Start `make local`'s command and wait until it says where everything is."""
    child = subprocess.Popen(
        [sys.executable, "-m", "local", "keep"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # The AWS account of whoever runs the tests must play no part.
        env={**os.environ, "PYTHONUNBUFFERED": "1", "AWS_PROFILE": "nobody"},
    )
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


def stop(stack: LocalStack) -> int:
    """Press Ctrl-C; return the exit status."""
    stack.child.send_signal(signal.SIGINT)
    try:
        stack.child.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        stack.child.kill()
        raise
    return stack.child.returncode
