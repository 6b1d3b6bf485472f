"""Opsgenie's answers: a JSON object, or an error in the terms that a caller acts on."""

import json
import re
from collections.abc import Mapping
from typing import Any

from service.errors import (
    BadRequestError,
    Cause,
    InUseError,
    NotFoundError,
    NotInPlanError,
    ServiceError,
    ThrottledError,
    UnauthorizedError,
    UnavailableError,
    UnexpectedResponseError,
    UnknownKeyError,
    UnreachableError,
)
from service.model import Blocker
from service.transport.retries import retry_after, whole_seconds

ERRORS: dict[int, type[ServiceError]] = {
    402: NotInPlanError,
    410: NotInPlanError,
    401: UnknownKeyError,
    403: UnauthorizedError,
    404: NotFoundError,
    428: InUseError,
}


NO_KEY = ("key format is not valid", "api key is not valid")
"""Messages of a 422 or 400 about the key, in small letters: it has not the form of one."""

RIGHT_ADDRESS = "OPSGENIE_API_URL must be us, eu or the address of Opsgenie's API"

MOST_ERRORS = 5
"""Fields that are named of those that a refusal names."""

NOT_SUPPORTED = 40302
"""The code of a 403 to a key that may ask, for what its account does not have."""


def decipher(status: int, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """Return the answer's JSON object, a calendar as its `calendar`, or raise what its status means.

    https://docs.opsgenie.com/docs/response
    """
    try:
        return _answer(status, headers, body)
    except ServiceError as error:
        answer = _json_object(body) or {}
        request_id = _printable(answer.get("requestId") or headers.get("X-Request-ID") or "")
        error.cause = Cause(status=status, errors=_errors(answer), request_id=request_id[:100])
        raise


def _answer(status: int, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    if status == 429:
        raise ThrottledError("too many requests", retry_after=retry_after(headers), period=period(headers))
    if status >= 500 and status != 501:
        # A gateway answers for a server that may still be at work.
        pending = status in (502, 504)
        raise UnavailableError(
            f"status {status}", retry_after=retry_after(headers), outcome_unknown=True, pending=pending
        )
    if status == 407:
        raise UnreachableError("the proxy answers 407 Proxy Authentication Required")
    if status == 200 and headers.get("Content-Type", "").startswith("text/calendar"):
        return {"calendar": body.decode("utf-8", "replace")}
    answer = _json_object(body)
    if answer is None or status < 200 or 300 <= status < 400:
        message = f"status {status} with a body that is no JSON object of the API; {RIGHT_ADDRESS}"
        raise UnexpectedResponseError(message, outcome_unknown=True)
    if status == 202:
        raise UnexpectedResponseError("the answer promises to do it later", pending=True)
    if status < 300:
        return answer
    message = _printable(answer.get("message") or "").rstrip(".:; ") or f"status {status}"
    wrong = "; ".join(f"{name}: {why}" for name, why in _errors(answer).items())
    kind = NotInPlanError if answer.get("code") == NOT_SUPPORTED else ERRORS.get(status, BadRequestError)
    if kind is BadRequestError and message.lower().rstrip("!") in NO_KEY:
        kind = UnknownKeyError
    raise kind(f"{message}: {wrong}" if wrong else message)


def _errors(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with each field, in Opsgenie's words."""
    errors = answer.get("errors")
    if not isinstance(errors, dict):
        errors = {"errors": errors} if errors else {}
    pairs = list(errors.items())[:MOST_ERRORS]
    return {_printable(name, 100): _printable(why).rstrip(". ") or "not valid" for name, why in pairs}


def _printable(value: Any, most: int = 1000) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join("".join(char if char.isprintable() else " " for char in text[:most]).split())


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
    """Name the uses in a refusal that this service does not remove, such as integrations and policies, a kind each.

    The grammar is known from old logs only, and names may contain any character; a message in another form names none.
    """
    message = message.rstrip().removesuffix("]")
    found = list(_KIND.finditer(message))
    ends = [*(match.start() for match in found[1:]), len(message)]
    names: dict[str, str] = {}
    for match, end in zip(found, ends, strict=False):  # without a match there is one end
        kind, listed = match[1].lower(), message[match.end() : end].strip()
        names[kind] = f"{names[kind]}, {listed}" if kind in names else listed
    return tuple(
        Blocker(
            kind,
            kind,
            f"the person is in these {kind}: {listed}",
            (f"remove the person from these {kind} in Opsgenie, then try again",),
        )
        for kind, listed in names.items()
        if not _DETACHED.fullmatch(kind)
    )
