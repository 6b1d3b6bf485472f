"""Opsgenie's envelope, and its errors.

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
    """What an endpoint answers, before the envelope."""

    body: dict[str, Any]
    status: int = 200


class ApiError(Exception):
    """A request that Opsgenie refuses."""

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
    """Say that nothing is there under that id, name or alias."""
    return ApiError(404, f"No {entity.lower()} exists with {by} [{identifier}]")


def conflict(entity: str, field: str, value: object) -> ApiError:
    """Say that the name is taken."""
    return ApiError(409, f"{entity} with [{field}] [{value}] already exists.")


def unprocessable(**errors: str) -> ApiError:
    """Name the fields that cannot be."""
    return ApiError(422, "Request body is not processable. Please check the errors.", errors=errors)


def response(
    body: Mapping[str, Any], status: int = 200, *, took: float = 0.001, headers: Mapping[str, str] | None = None
) -> Response:
    """Put a body into the envelope that every answer has."""
    request_id = str(uuid.uuid4())
    took = max(round(took, 3), 0.001)  # the official Go client warns of a time of 0
    text = json.dumps({**body, "took": took, "requestId": request_id}, ensure_ascii=False)
    answer = Response(text, status, mimetype="application/json")
    answer.headers.extend({"X-Request-Id": request_id, "X-Response-Time": str(took), **(headers or RATE_LIMIT_OK)})
    return answer
