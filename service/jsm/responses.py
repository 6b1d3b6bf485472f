"""The answers of a site's APIs: a JSON object, or an error in the terms that a caller acts on."""

import json
from collections.abc import Mapping
from typing import Any

from service.errors import (
    BadRequestError,
    Cause,
    MissingScopeError,
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
from service.transport.retries import retry_after

NO_CONTENT: Mapping[str, Any] = {"no content": True}
"""What stands for the answer 204, which has no body."""

ERRORS: dict[int, type[ServiceError]] = {
    401: UnknownKeyError,
    402: NotInPlanError,
    403: UnauthorizedError,
    404: NotFoundError,
    410: NotFoundError,
}
"""What a status means; a deleted team answers 410."""

SCOPE = "scope does not match"
"""Part of a 401 to a known token that lacks a scope."""

PLAN = "not available in your plan"
"""Part of a 403 to a token that may ask, for what the plan lacks."""

MOST_ERRORS = 5
"""Fields that are named of those that a refusal names."""

RIGHT_ADDRESS = "JSM_SITE must be the host of the site, and JSM_API_URL is only for a simulated one"


def decipher(status: int, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """Return the answer's JSON object, or raise what its status means.

    A bare list comes as `values`, a calendar as `calendar`, and a 204 as `NO_CONTENT`.
    https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/intro/
    """
    try:
        return _answer(status, headers, body)
    except ServiceError as error:
        answer = _json(body)
        known = answer if isinstance(answer, dict) else {}
        request_id = _printable(known.get("requestId") or headers.get("X-Request-ID") or "")
        error.cause = Cause(status=status, errors=_errors(known), request_id=request_id[:100])
        raise


def _answer(status: int, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    if status == 429:
        raise ThrottledError("too many requests", retry_after=retry_after(headers))
    if status >= 500 and status != 501:
        # A gateway answers for a server that may still be at work.
        pending = status in (502, 504)
        raise UnavailableError(
            f"status {status}", retry_after=retry_after(headers), outcome_unknown=True, pending=pending
        )
    if status == 407:
        raise UnreachableError("the proxy answers 407 Proxy Authentication Required")
    if status == 204:
        return dict(NO_CONTENT)
    if status == 200 and headers.get("Content-Type", "").startswith("text/calendar"):
        return {"calendar": body.decode("utf-8", "replace")}
    answer = _json(body)
    if status in ERRORS and status != 404 and not isinstance(answer, dict):
        raise _refusal(status, {})
    if status < 200 or 300 <= status < 400 or not isinstance(answer, dict | list):
        raise UnexpectedResponseError(f"status {status} without JSON; {RIGHT_ADDRESS}", outcome_unknown=True)
    if status not in (200, 201) and status < 300:
        raise UnexpectedResponseError(f"status {status}, which does not say that it is done", pending=True)
    if status >= 400:
        raise _refusal(status, answer if isinstance(answer, dict) else {})
    return answer if isinstance(answer, dict) else {"values": answer}


def _refusal(status: int, answer: Mapping[str, Any]) -> ServiceError:
    message = _message(answer) or f"status {status}"
    kind = ERRORS.get(status, BadRequestError)
    if status == 401 and SCOPE in message:
        kind = MissingScopeError
    if status == 403 and PLAN in message:
        kind = NotInPlanError
    fields = {} if isinstance(answer.get("errors"), list) else _errors(answer)
    wrong = "; ".join(f"{name}: {why}" for name, why in fields.items())
    return kind(f"{message}: {wrong}" if wrong else message)


def _message(answer: Mapping[str, Any]) -> str:
    """Return what a refusal says, in whichever of the forms it has."""
    listed = answer.get("errorMessages")
    texts = [answer["message"]] if answer.get("message") else listed if isinstance(listed, list) else []
    if not texts:
        texts = [_titled(entry) for entry in _listed(answer)]
    return "; ".join(text for one in texts[:MOST_ERRORS] if (text := _printable(one).rstrip(". ")))


def _titled(entry: Mapping[str, Any]) -> str:
    title, detail = (_printable(entry.get(name) or "").rstrip(". ") for name in ("title", "detail"))
    return f"{title}: {detail}" if title and detail and title != detail else title or detail


def _listed(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    errors = answer.get("errors")
    return [entry for entry in errors if isinstance(entry, dict)] if isinstance(errors, list) else []


def _errors(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with each field, in the vendor's words; a list of errors is by title."""
    errors = answer.get("errors")
    if isinstance(errors, dict):
        pairs = list(errors.items())
    else:
        pairs = [
            (entry.get("title") or entry.get("code") or "error", entry.get("detail") or entry.get("message") or "")
            for entry in _listed(answer)
        ]
    return {_printable(name, 100).strip(): _printable(why).rstrip(". ") for name, why in pairs[:MOST_ERRORS]}


def _printable(value: Any, most: int = 1000) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "".join(char if char.isprintable() else " " for char in text[:most])


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
