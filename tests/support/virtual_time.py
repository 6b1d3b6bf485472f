"""Virtual time: each thread has its own clock, and calls, hangs and waits only advance it.

A request forks into threads and joins them again, so one clock per thread is exact: a fork copies the time, a join
takes the latest. Ten minutes of hanging take a millisecond, and every run is the same.
"""

import io
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest import mock

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse
from urllib3.exceptions import MaxRetryError, NewConnectionError
from urllib3.util import Timeout

from local.opsgenie import ConnectionDropped
from service.audit_log import LOGGER
from service.parallel import Parallel

Calls = list[Callable[[], Any]]


class Clock(threading.local):
    """The time of this thread, in seconds."""

    now = 1000.0

    def monotonic(self) -> float:
        """Stand in for time.monotonic."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Stand in for time.sleep."""
        self.now += seconds


CLOCK = Clock()


def in_turn(_: Parallel, calls: Calls) -> list[Any]:
    """Make the calls one after the other, as if all had begun at once, which is deterministic and faster."""
    results, failures = [], []
    for call in calls:
        try:
            results.append(call())
        except Exception as error:  # the earliest of them is raised below, as with threads
            failures.append((CLOCK.now, error))
    if failures:
        raise min(failures, key=lambda failure: failure[0])[1]
    return results


def _joined(run: Callable[[Parallel, Calls], Any], parallel: Parallel, calls: Iterable[Callable[[], Any]]) -> Any:
    start, ends = CLOCK.now, [CLOCK.now]

    def timed(call: Callable[[], Any]) -> Any:
        CLOCK.now = start
        try:
            return call()
        finally:
            ends.append(CLOCK.now)

    try:
        return run(parallel, [partial(timed, call) for call in calls])
    finally:
        CLOCK.now = max(ends)


@contextmanager
def virtual_time(*, threads: bool) -> Iterator[Clock]:
    """Run the service in virtual time, with or without its threads."""
    CLOCK.now = Clock.now
    clock = SimpleNamespace(monotonic=CLOCK.monotonic, time=CLOCK.monotonic, sleep=CLOCK.sleep)
    run = Parallel.run if threads else in_turn
    with (
        mock.patch.multiple(LOGGER, propagate=False, handlers=[logging.NullHandler()]),
        mock.patch("service.deadline.time", clock),
        mock.patch("console.deadline.time", clock),
        mock.patch("service.opsgenie.client.time", clock),
        mock.patch("service.transport.stopwatch.time", clock),
        mock.patch("service.jsm.client.time", clock),
        mock.patch("service.transport.updates.time", clock),
        mock.patch("service.recent.time", clock),
        mock.patch("local.simulator.simulation.time", clock),
        mock.patch.object(Parallel, "run", lambda self, calls: _joined(run, self, calls)),
    ):
        yield CLOCK


class Hang(ConnectionDropped):
    """No answer ever comes."""


class Refused(ConnectionDropped):
    """Nobody listens."""


class VirtualLine(BaseAdapter):
    """An adapter to the simulated Opsgenie in virtual time: each call takes `latency`, up to its time-out."""

    def __init__(self, app: Any) -> None:
        super().__init__()
        self._app = app
        self.latency = 0.1

    def send(self, request: requests.PreparedRequest, *_: Any, timeout: Any = None, **rest: Any) -> Any:
        assert isinstance(timeout, Timeout), "every call has a time-out"
        assert rest["verify"] is not False, "TLS is verified"
        started = timeout.clone()
        started.start_connect()
        limit = float(started.read_timeout or 0) + 0.001  # a time-out is never early
        CLOCK.sleep(min(self.latency, limit))
        try:
            raw = self._answer(request)
        except Hang as error:
            CLOCK.sleep(max(0.0, limit - self.latency))
            raise requests.ReadTimeout(error) from error
        except Refused as error:
            nobody = NewConnectionError(mock.Mock(), "connection refused")
            raise requests.ConnectionError(MaxRetryError(mock.Mock(), "/", nobody)) from error
        except ConnectionDropped as error:
            raise requests.ConnectionError(error) from error
        if self.latency >= limit:
            raise requests.ReadTimeout("the answer comes too late")
        return HTTPAdapter().build_response(request, raw)

    def _answer(self, request: requests.PreparedRequest) -> HTTPResponse:
        path, _, query = request.path_url.partition("?")
        body = request.body or b""
        environ = {
            "REQUEST_METHOD": request.method,
            "PATH_INFO": path,
            "RAW_URI": path,
            "QUERY_STRING": query,
            "HTTP_HOST": "opsgenie.test",
            "SERVER_NAME": "opsgenie.test",
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_AUTHORIZATION": request.headers["Authorization"],
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body if isinstance(body, bytes) else body.encode()),
            "wsgi.url_scheme": "https",
            "wsgi.errors": io.StringIO(),
        }
        begun: list[Any] = []
        content = b"".join(self._app(environ, lambda status, headers, _=None: begun.extend((status, headers))))
        status, headers = begun
        return HTTPResponse(io.BytesIO(content), dict(headers), int(status[:3]), preload_content=False)

    def close(self) -> None:
        """Nothing is open."""
