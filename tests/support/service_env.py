"""One account with one service in front of it, in virtual time, for the tests of faults and races."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import local.opsgenie
from local.opsgenie import Simulation, sample_account
from local.opsgenie.simulation import RIGHTS
from service import audit_log
from service.app import create_app
from service.settings import Settings
from service.vendors import open_session
from tests.support.expected_account import Item
from tests.support.moment import NOW as NOW
from tests.support.virtual_time import CLOCK, VirtualLine

OPSGENIE = "https://opsgenie.test"
SAMPLE = sample_account()
TOKEN = "a-key-that-must-not-be-seen"


@dataclass(frozen=True)
class Answer:
    """What a caller got; `seconds` are virtual."""

    status: int
    body: Item
    seconds: float
    retry_after: str | None = None


class ServiceEnv:
    """A simulated Opsgenie and the service; `post` sends a request."""

    def __init__(self, account: Item | None = None, *, budget: float = 25.0) -> None:
        self.simulation = Simulation(account or SAMPLE, keys={TOKEN: RIGHTS}, now=lambda: NOW)
        self.settings = Settings(TOKEN, OPSGENIE, time_budget=budget)
        self.line = VirtualLine(local.opsgenie.create_app(self.simulation))
        session = open_session(self.settings)
        session.mount(OPSGENIE, self.line)
        self.app = create_app(self.settings, session)
        self._client = self.app.test_client()
        self.before = self.snapshot()

    def post(self, environ: Item | None = None, **body: Any) -> Answer:
        """Send a request; `environ` is what a Lambda adds to the WSGI environment."""
        began = CLOCK.now
        response = self._client.post("/", data=json.dumps(body), environ_overrides=environ or {})
        answer = response.get_json()
        return Answer(response.status_code, answer, CLOCK.now - began, response.headers.get("Retry-After"))

    def snapshot(self) -> Item:
        return self.simulation.snapshot()


class LogKeeper(logging.Handler):
    """Keep the lines of the audit log."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Item] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(record.getMessage()))


def with_captured_log(run: Callable[[], Answer]) -> tuple[Answer, list[Item]]:
    """Run, and keep the lines of the audit log."""
    keeper = LogKeeper()
    level = audit_log.LOGGER.level
    audit_log.LOGGER.addHandler(keeper)
    audit_log.LOGGER.setLevel(logging.INFO)
    try:
        return run(), keeper.lines
    finally:
        audit_log.LOGGER.removeHandler(keeper)
        audit_log.LOGGER.setLevel(level)
