"""The errors of Opsgenie that can be ordered, beside the faults of any server."""

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Response

from local.opsgenie.answers import THROTTLED, TOO_MANY_REQUESTS, response
from local.simulator.faults import WITHOUT_ENVELOPE, Fault, Situation, lost_later
from local.simulator.fields import brief


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
"""What a network and a busy server do to any request."""


READ_FAULTS: Mapping[str, Fault] = {
    "402": _answer(402, "Your plan does not include this feature."),
    "403+plan": _answer(403, "This feature is not supported for your account.", code=40302),
    "410": _answer(410, "This endpoint is no longer there."),
    "422": _answer(422, "Request body is not processable. Please check the errors.", errors={"identifier": "is odd"}),
    "null": lambda _: response({"data": None}),
}
"""Answers to reads of what an account may not have, or not show."""


def _accepted(situation: Situation, status: int, word: str, *, act: bool) -> Response:
    if act:
        situation.act()
    return response({"result": word}, status)


def _later(situation: Situation) -> Response:
    situation.act_later()
    return response({"result": PROCESSED}, 202)


def _unchanged(situation: Situation) -> Response:
    """Answer an update with the thing as it was, and stays."""
    shown = situation.read().get_json(silent=True) or {}
    return response({"result": "Updated", **brief(shown, "data")})


PROCESSED = "Request will be processed"
WRITE_FAULTS: Mapping[str, Fault] = {
    "202": lambda situation: _accepted(situation, 202, PROCESSED, act=False),
    "202+done": lambda situation: _accepted(situation, 202, PROCESSED, act=True),
    "202+later": _later,
    "accepted": lambda situation: _accepted(situation, 200, "Accepted", act=False),
    "accepted+done": lambda situation: _accepted(situation, 200, "Accepted", act=True),
    "bare": lambda _: response({}),
    "unchanged": _unchanged,
    "lost+later": lost_later,
}
"""Answers to writes that do not say in the documented words that they are done; unless named so they never are.

`later` is after the simulation's `later_requests`.
"""
