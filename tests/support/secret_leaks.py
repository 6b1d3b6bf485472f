"""Check in every test that no key is logged, answered or printed.

`from tests.support.secret_leaks import *` in conftest.py switches it on.
"""

import logging
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, request_finished

from service.audit_log import LOGGER
from tests.support import site_env
from tests.support.service_env import TOKEN
from tests.support.wire_samples import KEY

SENT = b64encode(f"{site_env.OWNER}:{site_env.TOKEN}".encode()).decode().rstrip("=")
KEYS = (TOKEN, KEY, site_env.TOKEN, SENT, site_env.KEY, "GenieKey local-key", "the-callers-own-key")
"""The keys that tests give to the service; `local-key` alone is printed on purpose, as the simulation's."""

__all__ = ["pytest_runtest_makereport", "watch_for_keys"]

_seen: list[str] = []


def look(text: str) -> None:
    """Note a text that has a key in it."""
    if any(key in text for key in KEYS):
        _seen.append(text)


def _look_at_record(record: logging.LogRecord) -> bool:
    look(logging.Formatter().format(record))
    return True


def _look_at_answer(_: Flask, response: Response, **__: Any) -> None:
    if not response.is_streamed:
        look(f"{response.headers}{response.get_data(as_text=True)}")


@pytest.fixture(autouse=True)
def watch_for_keys() -> Iterator[None]:
    """Check every log line and every answer."""
    _seen.clear()
    for logger in (LOGGER, logging.getLogger("urllib3.connectionpool"), logging.getLogger("werkzeug")):
        logger.addFilter(_look_at_record)
    with request_finished.connected_to(_look_at_answer):
        yield
    assert not _seen, f"a key was seen in {_seen[0][:2000]}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Check what a passing test printed."""
    report = yield
    if call.when == "call" and report.passed:
        for title, text in report.sections:
            if any(key in text for key in KEYS):
                report.outcome = "failed"
                report.longrepr = f"{item.nodeid}: a key was seen in its {title}"
    return report
