"""The delete-user view: parse, one call, an answer; and every error as JSON."""

import logging
import traceback
from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import uuid4

import requests
from flask import Flask, Response, abort, g, jsonify, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from service import body, problems, report, trail
from service.deadline import Deadline
from service.errors import ServiceError
from service.model import Change
from service.offboarding import Offboarding
from service.opsgenie import Opsgenie
from service.parallel import Parallel
from service.settings import Settings
from service.transport import Transport, open_session

ANSWER_MARGIN = 2.5
"""Seconds of Lambda's time kept for the answer and for a cold start: API Gateway counts both in its 29 seconds.

https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
"""

LARGEST_UPLOAD = 10 * 1024 * 1024
"""Bytes that are read at all: API Gateway's own limit for a payload."""

LONGEST_TRACEBACK = 16 * 1024
"""Characters of a traceback that go into the log: its last ones, which have the error."""


class _InOrder(DefaultJSONProvider):
    """Answers whose message comes first."""

    sort_keys = False


def create_app(settings: Settings | None = None, session: requests.Session | None = None) -> Flask:
    """Return the WSGI app; without settings they are read from the environment, as `flask run` needs it."""
    if settings is None:
        settings = Settings.from_environ()
        trail.open_trail()
    session = session or open_session(settings)
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_UPLOAD
    app.json = _InOrder(app)
    app.url_map.merge_slashes = False  # another path is a 404, not a redirect
    app.add_url_rule(
        "/",
        view_func=partial(_delete_user, settings, session),
        endpoint="delete_user",
        methods=["POST"],
        provide_automatic_options=False,
    )
    app.before_request(_remember_who_asks)
    app.before_request(_refuse_more_slashes)
    app.after_request(_record_outcome)
    app.register_error_handler(ServiceError, _service_error)
    app.register_error_handler(body.BodyError, _body_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected_error)
    return app


def _delete_user(settings: Settings, session: requests.Session) -> Response:
    asked = body.read(request.get_data(cache=False))
    g.who["username"] = asked.username
    deadline = Deadline(_seconds_left() or settings.time_budget)
    transport = Transport(session, settings.opsgenie_api_url, deadline)
    with Parallel() as parallel:
        g.offboarding = offboarding = Offboarding(
            Opsgenie(transport, parallel),
            asked,
            parallel,
            protected=settings.protected_users,
            tell=partial(_record_change, dict(g.who)),
        )
        done = offboarding.run()
    return _answer(200, **report.report_json(done, asked))


def _seconds_left() -> float | None:
    """Return the seconds that Lambda leaves for the work, None where there is no Lambda."""
    context = request.environ.get("awsgi.context")
    if context is None:
        return None
    return max(0.1, float(context.get_remaining_time_in_millis()) / 1000 - ANSWER_MARGIN)


def _remember_who_asks() -> None:
    context = (request.environ.get("awsgi.event") or {}).get("requestContext") or {}
    identity = context.get("identity") or {}
    g.request_id = context.get("requestId") or str(uuid4())
    g.who = {
        "request_id": g.request_id,
        "api_key_id": identity.get("apiKeyId"),
        "source_ip": identity.get("sourceIp") or request.remote_addr,
    }


def _refuse_more_slashes() -> None:
    # Werkzeug routes // as if it were /, and another path must not delete anybody.
    if request.environ["PATH_INFO"].startswith("//"):
        abort(404)


def _record_change(who: Mapping[str, Any], event: str, change: Change) -> None:
    trail.record(event, **who, change=report.change_json(change))


def _record_outcome(response: Response) -> Response:
    level = logging.ERROR if response.status_code >= 500 else logging.INFO
    trail.record("outcome", level=level, **g.who, status=response.status_code, message=g.get("message"))
    return response


def _answer(status: int, message: str, **rest: Any) -> Response:
    g.message = message
    response = jsonify(message=message, request_id=g.request_id, **rest)
    response.status_code = status
    return response


def _service_error(error: ServiceError) -> Response:
    return _answered(problems.from_service_error(error, g.offboarding.changes))


def _body_error(error: body.BodyError) -> Response:
    return _answered(problems.from_body_error(error))


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, RequestEntityTooLarge):
        return _body_error(body.BodyError(f"the body is larger than {body.LARGEST_BODY} bytes"))
    response = _answer(error.code or 500, error.description or error.name)
    response.headers.extend((name, value) for name, value in error.get_headers() if name == "Allow")
    return response


def _unexpected_error(error: Exception) -> Response:
    text = "".join(traceback.format_exception(error))
    trail.record("crash", level=logging.ERROR, **g.who, error=text[-LONGEST_TRACEBACK:])
    changes = g.offboarding.changes if "offboarding" in g else None
    return _answered(problems.from_crash(changes))


def _answered(problem: problems.Problem) -> Response:
    response = _answer(problem.status, problem.message, **problem.details)
    response.headers.extend(problem.headers)
    return response
