"""API Gateway's proxy events, checked before aws-wsgi is given them."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

LONGEST_TEXT = 100
"""Characters kept of an id or an address; those of API Gateway have fewer."""


class EventError(ValueError):
    """The event is not one of an API Gateway REST API."""


def proxy_event(event: object) -> dict[str, Any]:
    """Return the parts of the event that the app needs, all present and of the type that aws-wsgi expects.

    Headers are dropped: nothing here needs them, and the caller is in the request context. Raises EventError.
    https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html
    """
    if not isinstance(event, Mapping):
        raise EventError("the event is not one of an API Gateway REST API: it is no object")
    method, path, context = event.get("httpMethod"), event.get("path"), event.get("requestContext")
    has_method = isinstance(method, str) and method.isascii() and method.isalpha()
    if not (has_method and isinstance(path, str) and path.startswith("/")):
        raise EventError("the event is not one of an API Gateway REST API: it has no httpMethod and path")
    context = context if isinstance(context, Mapping) else {}
    if "elb" in context:
        raise EventError("the event is one of a load balancer, not of an API Gateway REST API")
    return {
        "httpMethod": method,
        "path": _as_wsgi(path),
        "queryStringParameters": None,
        "headers": {},
        "body": _body(event.get("body"), encoded=event.get("isBase64Encoded") is True),
        "isBase64Encoded": event.get("isBase64Encoded") is True,
        "requestContext": {"requestId": _text(context.get("requestId")), "identity": _identity(context)},
    }


def request_id(event: Any) -> str | None:
    """Return API Gateway's id of the request, where the event has one."""
    try:
        return _text(event["requestContext"]["requestId"])
    except (TypeError, KeyError, IndexError):
        return None


def _as_wsgi(path: str) -> str:
    # PEP 3333: a path in a WSGI environment is its bytes, one character each.
    return path.encode("utf-8", "replace").decode("latin-1")


def _body(body: object, *, encoded: bool) -> str:
    if body is None:
        return ""
    if not isinstance(body, str):
        raise EventError("the event's body is no text")
    try:
        if encoded:
            base64.b64decode(body, validate=True)
        body.encode()
    except (binascii.Error, ValueError):
        raise EventError("the event's body is not what its isBase64Encoded says") from None
    return body


def _identity(context: Mapping[str, Any]) -> dict[str, str | None]:
    identity = context.get("identity")
    identity = identity if isinstance(identity, Mapping) else {}
    return {name: _text(identity.get(name)) for name in ("apiKeyId", "sourceIp")}


def _text(value: object) -> str | None:
    return value[:LONGEST_TEXT] if isinstance(value, str) else None
