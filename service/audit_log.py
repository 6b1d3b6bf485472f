"""The audit log: one JSON line for each change and one for each outcome."""

import json
import logging
import sys
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

LONGEST_TRACEBACK = 16 * 1024
"""Characters kept of a traceback: the last ones, which have the error."""

LOGGER = logging.getLogger("opsgenie_offboarding")


def open_log() -> None:
    """Send the audit log to standard output, where Lambda takes lines of JSON as they are.

    https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
    """
    if not LOGGER.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("%(message)s"))
        LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


def log_event(event: str, *, level: int = logging.INFO, **details: Any) -> None:
    """Write one line; JSON escapes all that could start another."""
    line = {
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": logging.getLevelName(level),
        "event": event,
        **details,
    }
    LOGGER.log(level, "%s", json.dumps(line, ensure_ascii=True))


def log_warnings(sentences: Iterable[str]) -> None:
    """Write one line for each thing about the settings that is odd, but stops nothing."""
    for sentence in sentences:
        log_event("setting", level=logging.WARNING, message=sentence)


def log_crash(error: Exception, **details: Any) -> None:
    """Write one line with the end of an error's traceback."""
    text = "".join(traceback.format_exception(error))
    log_event("crash", level=logging.ERROR, **details, error=text[-LONGEST_TRACEBACK:])
