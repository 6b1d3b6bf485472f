"""Opsgenie's answers: a JSON object, or an error in the terms that a caller acts on."""

import json
import re
from collections.abc import Mapping
from typing import Any

from service.errors import (
    BadRequestError,
    InUseError,
    NotFoundError,
    ServiceError,
    ThrottledError,
    UnauthorizedError,
    UnavailableError,
    UnexpectedResponseError,
)
from service.model import Blocker
from service.transport.retries import retry_after, whole_seconds

ERRORS: dict[int, type[ServiceError]] = {
    401: UnauthorizedError,
    403: UnauthorizedError,
    404: NotFoundError,
    428: InUseError,
}


def decipher(status: int, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """Return the answer's JSON object, or raise what its status means.

    https://docs.opsgenie.com/docs/response
    """
    if status == 429:
        raise ThrottledError("too many requests", retry_after=retry_after(headers), period=period(headers))
    if status >= 500 and status != 501:
        raise UnavailableError(f"status {status}", retry_after=retry_after(headers), outcome_unknown=True)
    answer = _json_object(body)
    if answer is None or status < 200 or 300 <= status < 400:
        message = f"status {status} with a body that is no JSON object of the API"
        raise UnexpectedResponseError(message, outcome_unknown=True)
    if status < 300:
        return answer
    message = "".join(char if char.isprintable() else " " for char in str(answer.get("message", ""))[:1000])
    raise ERRORS.get(status, BadRequestError)(message or f"status {status}")


def period(headers: Mapping[str, str]) -> float | None:
    """Return the window of Opsgenie's rate limit in seconds; None if it does not say.

    https://docs.opsgenie.com/docs/api-rate-limiting
    """
    return whole_seconds(headers.get("X-RateLimit-Period-In-Sec", ""))


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


_DETACHED = re.compile(
    r"(on-?call )?(schedules?|(schedule )?(rotations?|overrides?)|escalations?|teams?|forwarding rules?)"
)
_KIND = re.compile(r"(?:remove \w+ from |\],\s*)([a-z][a-z -]{0,40}): ?\[", re.IGNORECASE)


def blockers_in(message: str) -> tuple[Blocker, ...]:
    """Name the kinds in a refusal that this service does not detach, such as integrations and policies.

    The grammar is known from old logs only, and names may hold any character; so the whole message goes into the
    reason, and a message in another form names none.
    """
    kinds = dict.fromkeys(kind.lower() for kind in _KIND.findall(message))
    return tuple(
        Blocker(kind, kind, message, (f"remove the person from these {kind} in Opsgenie, then try again",))
        for kind in kinds
        if not _DETACHED.fullmatch(kind)
    )
