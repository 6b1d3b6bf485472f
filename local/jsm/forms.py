"""The forms in which each API of the site puts its errors, and the answer to too many requests."""

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from flask import Response

from local.jsm.answers import ApiError, Reply
from local.jsm.quirks import Quirks

Form = Callable[[ApiError, Quirks], Any]
TOO_MANY_REQUESTS = ApiError(429, "You are making too many requests!")


def response(reply: Reply, headers: Mapping[str, str] | None = None) -> Response:
    """Make the HTTP response of an answer."""
    if reply.body is None:
        return Response("", reply.status, headers)
    if isinstance(reply.body, str):
        return Response(reply.body, reply.status, headers, mimetype="text/calendar")
    text = json.dumps(reply.body, ensure_ascii=False)
    return Response(text, reply.status, headers, mimetype="application/json")


def gateway(error: ApiError, _: Quirks) -> Any:
    """Form a 401, whatever API it is: the gateway answers before any of them."""
    return {"code": error.code if error.code is not None else error.status, "message": error.message}


def operations(error: ApiError, quirks: Quirks) -> Any:
    """Form an error of Operations, as `Quirks.error_form` says."""
    if error.status == 401:
        return gateway(error, quirks)
    trace = {"took": 0.001, "requestId": str(uuid.uuid4())}
    if error.code == 40301:
        return {"code": error.code, "message": error.message, **trace}
    if quirks.error_form == "titles":
        return {"errors": [{"title": error.message, "code": str(error.status)}]}
    if quirks.error_form == "errors":
        details = [f"{field} {why}" for field, why in error.fields.items()] or [error.message]
        return {"errors": [{"title": error.message, "detail": detail, "code": str(error.status)} for detail in details]}
    # Seen live: the names of fields came with a space behind them.
    fields = {f"{field} ": why for field, why in error.fields.items()} if quirks.error_form == "message" else {}
    return {"message": error.message, **({"errors": fields} if fields else {}), **trace}


def jira(error: ApiError, quirks: Quirks) -> Any:
    """Form an error of Jira: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#status-codes"""
    return gateway(error, quirks) if error.status == 401 else {"errorMessages": [error.message], "errors": error.fields}


def too_many_requests(quirks: Quirks) -> Response:
    """Answer a request above the rate limit; nothing is published about it."""
    now = datetime.now(UTC)
    headers = {
        "1": {"Retry-After": "1"},
        "none": {},
        "date": {"Retry-After": format_datetime(now + timedelta(seconds=2), usegmt=True)},
    }
    return response(Reply(operations(TOO_MANY_REQUESTS, quirks), 429), headers[quirks.throttle_header])
