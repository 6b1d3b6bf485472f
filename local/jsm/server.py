"""Make the Flask application: check who asks, call endpoints, put their answers into the form of their API."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from local.jsm.answers import ApiError, Reply, unprocessable
from local.jsm.apis import APIS, Api
from local.jsm.context import Context, Route
from local.jsm.forms import operations, response
from local.jsm.simulation import Simulation
from local.simulator.bodies import json_object
from local.simulator.clock import clock_at
from local.simulator.exchanges import ExchangeLog
from local.simulator.fields import FieldError
from local.simulator.routing import Endpoint, View, install
from local.simulator.store import Item


def create_app(simulation: Simulation | None = None) -> Flask:
    """Make the application that serves all APIs of one simulated site.

    Without one it is the sample site, the time is SIMULATION_NOW where that is set, as in 2026-11-25T09:15:00Z, and
    each exchange is logged to the file that SIMULATION_EXCHANGES names.
    """
    if simulation is None:
        simulation = Simulation(now=clock_at(os.environ.get("SIMULATION_NOW")))
        log = os.environ.get("SIMULATION_EXCHANGES")
        simulation.exchange_log = ExchangeLog(Path(log)) if log else None
    app = Flask(__name__, static_folder=None)
    install(app, simulation, dict(_views(simulation)))
    app.register_error_handler(HTTPException, lambda error: _unknown(simulation, error))
    return app


def _views(simulation: Simulation) -> Iterator[tuple[Endpoint, View]]:
    for api in APIS:
        for base in api.bases:
            for route in api.routes:
                yield (route.method, f"{base}{route.path}"), _view(simulation, api, base, route)


def _view(simulation: Simulation, api: Api, base: str, route: Route) -> Callable[..., Response]:
    def view(**variables: str) -> Response:
        with simulation.lock:
            try:
                context = _context(simulation, api, base, variables)
                api.admit(context, route)
                reply = route.endpoint(context)
            except FieldError as error:
                reply = _refused(simulation, api, _invalid(api, error))
            except OverflowError:
                # The end of a turn, or the schedule's own time, is in a year that Python does not count to.
                reply = _refused(simulation, api, unprocessable(date="must be a date like 2026-11-25T09:00:00Z"))
            except ApiError as error:
                reply = _refused(simulation, api, error)
            return response(reply)

    return view


def _context(simulation: Simulation, api: Api, base: str, variables: dict[str, str]) -> Context:
    caller = api.authenticate(simulation, request.headers.get("Authorization", ""))
    decode = unquote if simulation.quirks.decodes_paths else str
    return Context(
        site=simulation.store,
        quirks=simulation.quirks,
        now=simulation.now(),
        caller=caller,
        variables={name: decode(value) for name, value in variables.items()},
        query=request.args,
        body=_body() if request.method in ("POST", "PUT", "PATCH") else {},
        path="/" + "/".join(request.path.split("/")[base.count("/") + 1 :]),
        bodyless=not request.get_data(),
    )


def _body() -> Item:
    body = json_object() if request.get_data() else {}
    if body is None:
        raise ApiError(400, "Request body is not a valid JSON object.")
    return body


def _invalid(api: Api, error: FieldError) -> ApiError:
    if api.invalid == 422:
        return unprocessable(**error.errors)
    return ApiError(api.invalid, str(error), fields=error.errors)


def _refused(simulation: Simulation, api: Api, error: ApiError) -> Reply:
    return Reply(api.form(error, simulation.quirks), error.status)


def _unknown(simulation: Simulation, error: HTTPException) -> Response:
    status = error.code or 500
    messages = {404: "Not Found", 405: f"Request method '{request.method}' is not supported"}
    refusal = ApiError(status, messages.get(status, str(error.description)))
    return response(Reply(operations(refusal, simulation.quirks), status))
