"""Lambda's entry: an event through aws-wsgi to the app. The only module that works at import."""

import json
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

import awsgi
from flask import Flask

from service import audit_log
from service.app import create_app
from service.events import EventError, proxy_event, request_id_of
from service.secret_store import with_token
from service.settings import Settings, SettingsError

Handler = Callable[[object, Any], dict[str, Any]]


def make_handler(environ: Mapping[str, str]) -> Handler:
    """Return the handler; with invalid settings every event gets a 500 that names them."""
    audit_log.open_log()
    opened: list[Flask] = []

    def app() -> Flask:
        if not opened:
            opened.append(create_app(Settings.from_environ(with_token(environ))))
        return opened[0]

    # A cold start has more of a processor than an event has. What fails is tried again with each event: a parameter
    # that could not be read for a moment must not end in errors for as long as this process lives.
    with suppress(SettingsError):
        app()

    def handle(event: object, context: Any) -> dict[str, Any]:
        try:
            answer = awsgi.response(app(), proxy_event(event), context)
        except SettingsError as error:
            return _plain(500, f"the function is not set up: {error.message}", event, context)
        except EventError as error:
            return _plain(400, str(error), event, context, errors=[str(error)])
        return {**answer, "statusCode": int(answer["statusCode"])}

    return handle


def _plain(status: int, message: str, event: object, context: Any, **rest: Any) -> dict[str, Any]:
    request_id = request_id_of(event) or getattr(context, "aws_request_id", None) or str(uuid4())
    level = logging.ERROR if status >= 500 else logging.WARNING
    audit_log.log_event("outcome", level=level, request_id=request_id, status=status, message=message)
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "isBase64Encoded": False,
        "body": json.dumps({"message": message, "request_id": request_id, **rest}),
    }


handler = make_handler(os.environ)
