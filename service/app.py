"""The Flask app: parse, off-board, answer; every error is JSON."""

import logging
import os
from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import uuid4

from flask import Flask, Response, abort, g, jsonify, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from service import audit_log, near_names, response, vendors
from service.changes import Changes
from service.deadline import Deadline, seconds_left
from service.errors import ServiceError
from service.json_body import BodyError
from service.model import Change
from service.offboarding import Offboarding
from service.parallel import Parallel
from service.request import LARGEST_BODY, parse
from service.response import Answer
from service.serialization import change_json
from service.settings import Settings
from service.transport.session import Session

LARGEST_UPLOAD = 10 * 1024 * 1024
"""Bytes that are read at all: API Gateway's own limit for a payload."""


def create_app(settings: Settings | None = None, session: Session | None = None) -> Flask:
    """Return the WSGI app; without settings they are read from the environment, as `flask run` needs it."""
    if settings is None:
        audit_log.open_log()
        audit_log.log_warnings(near_names.notes(os.environ))
        settings = Settings.from_environ()
    session = session or vendors.open_session(settings)
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_UPLOAD
    app.json = json = DefaultJSONProvider(app)
    json.sort_keys = False  # the message comes first
    app.url_map.merge_slashes = False  # another path is a 404, not a redirect
    app.add_url_rule(
        "/",
        view_func=partial(_offboard, settings, session),
        endpoint="offboard",
        methods=["POST"],
        provide_automatic_options=False,
    )
    app.before_request(_remember_caller)
    app.before_request(_refuse_more_slashes)
    app.after_request(_log_outcome)
    app.register_error_handler(BodyError, _bad_body)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _crashed)
    return app


def _offboard(settings: Settings, session: Session) -> Response:
    wanted = parse(request.get_data(cache=False))
    g.caller["username"] = wanted.username
    parallel = Parallel()
    deadline = Deadline(seconds_left(request.environ.get("awsgi.context")) or settings.time_budget)
    offboarding = Offboarding(
        vendors.connect(settings, session, deadline, parallel),
        wanted,
        parallel,
        protected=settings.protected_users,
        on_change=partial(_log_change, dict(g.caller)),
    )
    try:
        with parallel:
            report = offboarding.run()
    except ServiceError as error:
        return _answer(response.failed(error, offboarding.changes, offboarding.capabilities))
    except Exception as error:  # a defect: the answer still says what was changed before it
        return _crashed(error, offboarding.changes)
    return _answer(response.done(report, wanted))


def _remember_caller() -> None:
    context = (request.environ.get("awsgi.event") or {}).get("requestContext") or {}
    identity = context.get("identity") or {}
    g.request_id = context.get("requestId") or str(uuid4())
    g.caller = {
        "request_id": g.request_id,
        "api_key_id": identity.get("apiKeyId"),
        "source_ip": identity.get("sourceIp") or request.remote_addr,
    }


def _refuse_more_slashes() -> None:
    # Werkzeug routes // as if it were /, and another path must not delete anybody.
    if request.environ["PATH_INFO"].startswith("//"):
        abort(404)


def _log_change(caller: Mapping[str, Any], event: str, change: Change) -> None:
    audit_log.log_event(event, **caller, change=change_json(change))


def _log_outcome(answered: Response) -> Response:
    level = logging.ERROR if answered.status_code >= 500 else logging.INFO
    body = answered.get_json(silent=True) or {}
    cause = {"cause": body["cause"]} if "cause" in body else {}
    audit_log.log_event(
        "outcome", level=level, **g.caller, status=answered.status_code, message=body.get("message"), **cause
    )
    return answered


def _answer(answer: Answer) -> Response:
    answered = jsonify(message=answer.message, request_id=g.request_id, **answer.body)
    answered.status_code = answer.status
    answered.headers.extend(answer.headers)
    return answered


def _bad_body(error: BodyError) -> Response:
    return _answer(response.bad_body(error))


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, RequestEntityTooLarge):
        return _bad_body(BodyError(f"the body is larger than {LARGEST_BODY} bytes"))
    allowed = {name: value for name, value in error.get_headers() if name == "Allow"}
    return _answer(Answer(error.code or 500, error.description or error.name, headers=allowed))


def _crashed(error: Exception, changes: Changes | None = None) -> Response:
    audit_log.log_crash(error, **g.caller)
    return _answer(response.crashed(changes))
