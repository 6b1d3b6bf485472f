"""Combine a vendor's endpoints and the control endpoints in one application, matched by raw path."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any
from urllib.parse import unquote

from flask import Flask
from werkzeug.routing import BaseConverter, Map, Rule

from local.simulator import control
from local.simulator.middleware import Middleware
from local.simulator.simulation import BaseSimulation

Endpoint = tuple[str, str]  # method and path
View = Callable[..., Any]


class IdentifierConverter(BaseConverter):
    """Decode one part of a raw path: %2F belongs to the identifier, + is a plus."""

    def to_python(self, value: str) -> str:
        return unquote(value)


class RawConverter(BaseConverter):
    """Give one part of a raw path as it was sent, to a vendor that may not decode it."""


def install(app: Flask, simulation: BaseSimulation[Any], views: Mapping[Endpoint, View]) -> None:
    """Let an application serve the views and the control endpoints through the simulation's middleware.

    A variable part of a path is written `<identifier:name>`, or `<raw:name>` where the view decodes it itself.
    """
    controls: dict[Endpoint, View] = {
        endpoint: partial(view, simulation) for endpoint, view in control.ENDPOINTS.items()
    }
    every = {**views, **controls}
    app.extensions["simulation"] = simulation
    app.url_map = _url_map(tuple(every))
    app.view_functions.update({_name(endpoint): view for endpoint, view in every.items()})
    app.wsgi_app = Middleware(app.wsgi_app, simulation)  # type: ignore[method-assign]


@cache
def _url_map(endpoints: tuple[Endpoint, ...]) -> Map:
    # Compiled once: it is the slowest step of making an application.
    return Map(
        [Rule(path, endpoint=_name((method, path)), methods=[method]) for method, path in endpoints],
        converters={"identifier": IdentifierConverter, "raw": RawConverter},
        # Clients send /users/ for /users; "//" in a path is an empty identifier.
        strict_slashes=False,
        merge_slashes=False,
    )


def _name(endpoint: Endpoint) -> str:
    return " ".join(endpoint)
