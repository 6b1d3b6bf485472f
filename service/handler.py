"""Lambda's entry: an event through aws-wsgi to the app. The only module that works at import."""

import json
import logging
import os
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import awsgi

from service import audit_log
from service.app import create_app
from service.events import EventError, proxy_event
from service.settings import Settings, SettingsError

Handler = Callable[[object, Any], dict[str, Any]]


def make_handler(environ: Mapping[str, str]) -> Handler:
    """Return the handler; with invalid settings every event gets a 500 that names them."""
    audit_log.open_log()
    try:
        app = create_app(Settings.from_environ(environ))
    except SettingsError as error:
        message = f"the function is not set up: {error.message}"
        return lambda event, context: _plain(500, message, event, context)

    def handle(event: object, context: Any) -> dict[str, Any]:
        try:
            wanted = proxy_event(event)
        except EventError as error:
            return _plain(400, str(error), event, context, errors=[str(error)])
        answer = awsgi.response(app, wanted, context)
        return {**answer, "statusCode": int(answer["statusCode"])}

    return handle


def _plain(status: int, message: str, event: object, context: Any, **rest: Any) -> dict[str, Any]:
    request_id = _request_id(event) or getattr(context, "aws_request_id", None) or str(uuid4())
    level = logging.ERROR if status >= 500 else logging.WARNING
    audit_log.log_event("outcome", level=level, request_id=request_id, status=status, message=message)
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "isBase64Encoded": False,
        "body": json.dumps({"message": message, "request_id": request_id, **rest}),
    }


def _request_id(event: Any) -> str | None:
    try:
        found = event["requestContext"]["requestId"]
    except (TypeError, KeyError, IndexError):
        return None
    return found if isinstance(found, str) else None


handler = make_handler(os.environ)
