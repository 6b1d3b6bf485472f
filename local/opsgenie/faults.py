"""The errors of Opsgenie that can be ordered, beside the faults of any server."""

from collections.abc import Mapping
from typing import Any

from local.opsgenie.answers import THROTTLED, TOO_MANY_REQUESTS, response
from local.simulator.faults import WITHOUT_ENVELOPE, Fault


def _answer(status: int, message: str, headers: Mapping[str, str] | None = None, **body: Any) -> Fault:
    return lambda _: response({"message": message, **body}, status, headers=headers)


FAULTS: Mapping[str, Fault] = {
    "429": _answer(429, TOO_MANY_REQUESTS, THROTTLED),
    "429+retry-after": _answer(429, TOO_MANY_REQUESTS, {**THROTTLED, "Retry-After": "1"}),
    "500": _answer(500, "Internal Server Error"),
    "503": _answer(503, "Service Unavailable"),
    "403": _answer(403, "API Key is not granted with write access.", code=40301),
    "404": _answer(404, "No entity exists with identifier [fault]"),
    **WITHOUT_ENVELOPE,
}
