"""Put answers and errors into Opsgenie's envelope.

https://docs.opsgenie.com/docs/response
"""

import json
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Response

RATE_LIMIT_OK = {"X-RateLimit-State": "OK"}
THROTTLED = {"X-RateLimit-State": "THROTTLED", "X-RateLimit-Reason": "ACCOUNT", "X-RateLimit-Period-In-Sec": "60"}
TOO_MANY_REQUESTS = "You are making too many requests! To avoid errors, we recommend you limit requests."


class Reply(NamedTuple):
    """An endpoint's answer, before the envelope."""

    body: dict[str, Any]
    status: int = 200


class Calendar(NamedTuple):
    """An endpoint's answer that is a file, and so in no envelope."""

    text: str


class ApiError(Exception):
    """Raised for a request that Opsgenie refuses."""

    def __init__(
        self, status: int, message: str, *, code: int | None = None, errors: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"message": message}
        if code is not None:
            self.body["code"] = code
        if errors:
            self.body["errors"] = dict(errors)


def not_found(entity: str, by: str, identifier: object) -> ApiError:
    """Make the error for an id, name or alias that nothing has."""
    return ApiError(404, f"No {entity.lower()} exists with {by} [{identifier}]")


def conflict(entity: str, field: str, value: object) -> ApiError:
    """Make the error for a name that is taken."""
    return ApiError(409, f"{entity} with [{field}] [{value}] already exists.")


def unprocessable(**errors: str) -> ApiError:
    """Make the error that names the fields that cannot be accepted."""
    return ApiError(422, "Request body is not processable. Please check the errors.", errors=errors)


def response(
    body: Mapping[str, Any], status: int = 200, *, took: float = 0.001, headers: Mapping[str, str] | None = None
) -> Response:
    """Put a body into the envelope that every answer has."""
    envelope = _envelope(took)
    text = json.dumps({**body, **envelope}, ensure_ascii=False)
    return _with_headers(Response(text, status, mimetype="application/json"), envelope, headers)


def file_response(calendar: Calendar, *, took: float) -> Response:
    """Answer a calendar; what is in the envelope of other answers is in the headers only."""
    return _with_headers(Response(calendar.text, mimetype="text/calendar"), _envelope(took), None)


def _envelope(took: float) -> dict[str, Any]:
    # The official Go client warns of a time of 0.
    return {"took": max(round(took, 3), 0.001), "requestId": str(uuid.uuid4())}


def _with_headers(answer: Response, envelope: Mapping[str, Any], headers: Mapping[str, str] | None) -> Response:
    known = {"X-Request-Id": envelope["requestId"], "X-Response-Time": str(envelope["took"])}
    answer.headers.extend({**known, **(headers or RATE_LIMIT_OK)})
    return answer


def too_many_requests(period: float | None) -> Response:
    """Answer a request above the rate limit, with its window in seconds where that is not the usual one.

    https://docs.opsgenie.com/docs/api-rate-limiting
    """
    told = {} if period is None else {"X-RateLimit-Period-In-Sec": f"{period:.0f}"}
    return response({"message": TOO_MANY_REQUESTS}, 429, headers={**THROTTLED, **told})
