"""Stand between the server and the endpoints: raw paths, the record of calls, delays, rate limit, faults and hooks."""

import io
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, urlsplit

from werkzeug.wrappers import Request, Response

from local.simulator.control import CONTROL
from local.simulator.exchanges import plain
from local.simulator.faults import ConnectionDropped, Situation
from local.simulator.simulation import BaseSimulation, Call

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


def raw_path(environ: Environ) -> str:
    """Return the path as it was sent, percent-encoded.

    WSGI decodes PATH_INFO, after which %2F in a name is just another slash; servers that keep the raw address put
    it into RAW_URI or REQUEST_URI.
    """
    uri = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or "")
    if not uri:
        return quote(environ["PATH_INFO"].encode("latin-1"), safe="/@+:!$&'()*,;=~")
    path = uri.partition("?")[0] if uri.startswith("/") else urlsplit(uri).path
    return quote(path.encode("latin-1"), safe="%/@+:!$&'()*,;=~")


class Middleware:
    """Pass each request to the application, or fail it, as the simulation is set up."""

    def __init__(self, application: Application, simulation: BaseSimulation[Any]) -> None:
        self.application = application
        self.simulation = simulation

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        # Endpoints match the raw path and decode its parts: see routing.IdentifierConverter.
        environ["PATH_INFO"] = path = raw_path(environ)
        if path.startswith(CONTROL):
            return self.application(environ, start_response)
        try:
            answer = self._answer(environ, path)
        except ConnectionDropped:
            # The server would wait for another request on the same connection.
            if "werkzeug.socket" in environ:
                environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise
        return answer(environ, start_response)

    def _answer(self, environ: Environ, path: str) -> Response:
        method = environ["REQUEST_METHOD"]
        call = Call(method, path, environ.get("QUERY_STRING", ""), _body(environ))
        answered = self.simulation.record(call)
        try:
            answer = self._act_or_fail(environ, method, path)
        finally:
            self.simulation.catch_up()
        answered(answer.status_code)
        if self.simulation.exchange_log:
            request = {"method": method, "path": path, "query": call.query, "request": call.body}
            self.simulation.exchange_log.write(request, answer)
        return answer

    def _act_or_fail(self, environ: Environ, method: str, path: str) -> Response:
        throttled = self.simulation.throttles()
        # A throttled request does not get as far as a fault.
        fault = None if throttled else self.simulation.faults.take(method, path)
        time.sleep(self.simulation.delay)
        if throttled:
            return self.simulation.too_many_requests()
        if fault is None:
            return self._act(environ, method, path)
        answer: Response = fault(self._situation(environ, method, path))
        return answer

    def _situation(self, environ: Environ, method: str, path: str) -> Situation:
        def act() -> Response:
            return self._act(environ, method, path)

        def read() -> Response:
            return self._act({**environ, "REQUEST_METHOD": "GET"}, "GET", path)

        return Situation(act, self.simulation.hang, lambda: self.simulation.postpone(act), read)

    def _act(self, environ: Environ, method: str, path: str) -> Response:
        hook = self.simulation.hooks.take(method, path)
        if hook is not None:
            hook()
        return Response.from_app(self.application, environ, buffered=True)


def _body(environ: Environ) -> Any:
    data = Request(environ).get_data()
    # Read once here, to be read again by the application.
    environ["wsgi.input"] = io.BytesIO(data)
    environ["CONTENT_LENGTH"] = str(len(data))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return plain(data)
