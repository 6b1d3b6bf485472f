"""Make the Flask application: check keys, call endpoints, put their answers into the envelope."""

import os
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from local.opsgenie import calendars, contacts, on_calls, preferences, user_places
from local.opsgenie.answers import ApiError, Calendar, Reply, file_response, response, unprocessable
from local.opsgenie.entities import Context, Entities, Route
from local.opsgenie.escalations import Escalations
from local.opsgenie.forwarding_rules import ForwardingRules
from local.opsgenie.integrations import Integrations, Policies
from local.opsgenie.schedules import Overrides, Rotations, Schedules
from local.opsgenie.simulation import Simulation
from local.opsgenie.team_property import Heartbeats, Services
from local.opsgenie.teams import RoutingRules, Teams
from local.opsgenie.users import USERS
from local.simulator.bodies import json_object
from local.simulator.clock import clock_at
from local.simulator.control import CONTROL
from local.simulator.fields import FieldError
from local.simulator.routing import install
from local.simulator.store import Item

ENTITIES: tuple[Entities, ...] = (
    USERS,
    Teams(),
    RoutingRules(),
    Schedules(),
    Rotations(),
    Overrides(),
    Escalations(),
    ForwardingRules(),
    Integrations(),
    Policies(),
    Heartbeats(),
    Services(),
)
ROUTES: tuple[Route, ...] = (
    *(route for entities in ENTITIES for route in entities.routes()),
    *contacts.routes(),
    *user_places.routes(),
    *on_calls.routes(),
    *calendars.routes(),
    *preferences.routes(),
)
RIGHT_OF_METHOD = {"GET": "read", "DELETE": "delete"}  # every other one: create_update
WORDS = {"read": "read", "create_update": "write", "delete": "delete", "configuration": "configuration"}


def create_app(simulation: Simulation | None = None) -> Flask:
    """Make the application that serves one simulated account.

    The default is the sample account, at the time SIMULATION_NOW if that is set, such as 2026-11-25T09:15:00Z.
    """
    simulation = simulation or Simulation(now=clock_at(os.environ.get("SIMULATION_NOW")))
    app = Flask(__name__, static_folder=None)
    install(app, simulation, {(route.method, route.path): _view(simulation, route) for route in ROUTES})
    app.before_request(lambda: _check_key(simulation))
    app.after_request(lambda answer: _dated(answer, simulation))
    app.register_error_handler(ApiError, lambda error: _answer(error.body, error.status))
    app.register_error_handler(FieldError, lambda error: _answer(unprocessable(**error.errors).body, 422))
    app.register_error_handler(HTTPException, lambda error: _answer({"message": error.description}, error.code or 500))
    return app


def _dated(answer: Response, simulation: Simulation) -> Response:
    """Tell the time of the simulation as HTTP does: a client that computes turns goes by the server's clock."""
    answer.date = simulation.now()
    return answer


def _check_key(simulation: Simulation) -> None:
    g.started = time.perf_counter()
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if request.path.startswith(CONTROL):
        return
    if scheme != "GenieKey" or key not in simulation.keys:
        raise ApiError(401, "Could not authenticate")
    g.rights = simulation.keys[key]


def _view(simulation: Simulation, route: Route) -> Callable[..., Response]:
    needed = [RIGHT_OF_METHOD.get(route.method, "create_update"), *(["configuration"] if route.configuration else [])]

    def view(**values: str) -> Response:
        for right in needed:
            if right not in g.rights:
                raise ApiError(403, f"API Key is not granted with {WORDS[right]} access.", code=40301)
        body = _body() if route.method in ("POST", "PUT", "PATCH") else {}
        with simulation.lock:
            return _finished(_call(simulation, route, values, body), simulation)

    return view


def _call(simulation: Simulation, route: Route, variables: Mapping[str, str], body: Item) -> Reply | Calendar:
    before = simulation.snapshot() if simulation.remembers and route.method != "GET" else None
    context = Context(
        account=simulation.store,
        past=lambda: simulation.past(simulation.quirks.changes_behind),
        quirks=simulation.quirks,
        now=simulation.now(),
        variables=variables,
        query=request.args,
        body=body,
        host_url=request.host_url,
    )
    answer = route.endpoint(context)
    if before is not None:
        simulation.remember(before)
    return answer


def _finished(answer: Reply | Calendar, simulation: Simulation) -> Response:
    if isinstance(answer, Calendar):
        return file_response(answer, took=time.perf_counter() - g.started)
    shown = answer.body if simulation.quirks.usernames_beside_ids else _without_usernames(answer.body)
    return _answer(shown, answer.status)


def _body() -> Item:
    body = json_object()
    if body is None:
        raise ApiError(400, "Request body is not a valid JSON object.")
    return body


def _answer(body: Item, status: int) -> Response:
    return response(body, status, took=time.perf_counter() - g.started)


def _without_usernames(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_usernames(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    hidden = {"username"} if {"type", "id"} <= value.keys() else set()
    return {field: _without_usernames(entry) for field, entry in value.items() if field not in hidden}
