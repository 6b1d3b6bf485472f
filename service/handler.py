"""Lambda's entry point: events through aws-wsgi to the app. Only this module acts on import."""

import json
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any
from uuid import uuid4

import awsgi
from flask import Flask

from service import audit_log, near_names
from service.app import create_app
from service.events import EventError, proxy_event, request_id
from service.secret_store import with_secrets
from service.settings import Settings, SettingsError

Handler = Callable[[object, Any], dict[str, Any]]


def make_handler(environ: Mapping[str, str]) -> Handler:
    """Return the handler; with invalid settings every event gets a 500 that names them."""
    audit_log.open_log()
    audit_log.log_warnings(near_names.notes(environ))

    @cache
    def app() -> Flask:
        # An exception is not cached: if the secret store was down, the next event tries again.
        return create_app(Settings.from_environ(with_secrets(environ)))

    with suppress(SettingsError):
        app()  # during the cold start, not during the first event

    def handle(event: object, context: Any) -> dict[str, Any]:
        try:
            wsgi_app, wanted = app(), proxy_event(event)
        except SettingsError as error:
            return _plain(500, f"the function is not set up: {error.message}", event, context)
        except EventError as error:
            return _plain(400, str(error), event, context, errors=[str(error)])
        answer = awsgi.response(wsgi_app, wanted, context)
        return {**answer, "statusCode": int(answer["statusCode"])}

    return handle


def _plain(status: int, message: str, event: object, context: Any, **rest: Any) -> dict[str, Any]:
    own_id = request_id(event) or getattr(context, "aws_request_id", None) or str(uuid4())
    level = logging.ERROR if status >= 500 else logging.WARNING
    audit_log.log_event("outcome", level=level, request_id=own_id, status=status, message=message)
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "isBase64Encoded": False,
        "body": json.dumps({"message": message, "request_id": own_id, **rest}),
    }


handler = make_handler(os.environ)
