"""Faults that can be ordered: what networks, proxies and busy servers do."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from local.opsgenie import answers

HUGE = 12 * 1024 * 1024


class ConnectionDropped(ConnectionError):  # noqa: N818 - named for what happened
    """The connection was closed without an answer.

    Werkzeug's server takes a ConnectionError for a client that went away; called in-process it reaches the caller.
    """


@dataclass(frozen=True)
class Situation:
    """What a fault may use: the request's real effect, and a way to wait."""

    act: Callable[[], Response]
    wait: Callable[[], None]


def _answer(status: int, message: str, headers: dict[str, str] | None = None, **body: Any) -> Callable[..., Response]:
    return lambda _: answers.response({"message": message, **body}, status, headers=headers)


def _html() -> Response:
    return Response("<!doctype html><title>Be right back</title><p>Be right back.", mimetype="text/html")


def _html_lost(situation: Situation) -> Response:
    situation.act()
    return _html()


def _truncated(situation: Situation) -> Response:
    answer = situation.act()
    answer.set_data(answer.get_data()[: len(answer.get_data()) // 2])
    return answer


def _hang(situation: Situation) -> Response:
    situation.wait()
    raise ConnectionDropped("no answer came, then the connection was closed")


def _drop(_: Situation) -> Response:
    raise ConnectionDropped("the connection was closed before the request was acted on")


def _lost(situation: Situation) -> Response:
    situation.act()
    raise ConnectionDropped("the request was acted on, then the connection was closed")


def _redirect(_: Situation) -> Response:
    return Response("", 302, {"Location": "https://elsewhere.example.com/"})


def _huge(_: Situation) -> Response:
    def body() -> Iterator[bytes]:
        yield b'{"data": "'
        for _ in range(HUGE // 65536):
            yield b"x" * 65536
        yield b'"}'

    return Response(body(), mimetype="application/json")


FAULTS: dict[str, Callable[[Situation], Response]] = {
    "429": _answer(429, answers.TOO_MANY_REQUESTS, answers.THROTTLED),
    "429+retry-after": _answer(429, answers.TOO_MANY_REQUESTS, {**answers.THROTTLED, "Retry-After": "1"}),
    "500": _answer(500, "Internal Server Error"),
    "503": _answer(503, "Service Unavailable"),
    "403": _answer(403, "API Key is not granted with write access.", code=40301),
    "404": _answer(404, "No entity exists with identifier [fault]"),
    "html": lambda _: _html(),
    "html-lost": _html_lost,
    "truncated": _truncated,
    "hang": _hang,
    "drop": _drop,
    "lost": _lost,
    "redirect": _redirect,
    "huge": _huge,
}


@dataclass
class _Order:
    thing: Any
    method: str | None
    path: re.Pattern[str] | None
    times: int | None
    skip: int = 0

    def takes(self, method: str, path: str) -> bool:
        if self.method not in (None, method) or (self.path and not self.path.search(path)):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Orders:
    """Things that wait for the next requests that match them: faults, or functions to call."""

    def __init__(self) -> None:
        self._orders: list[_Order] = []
        self._lock = threading.Lock()

    def add(self, thing: Any, method: str | None, path: str | None, times: int | None, skip: int = 0) -> None:
        """Keep a thing for the next `times` requests (None: for ever) whose raw path holds the pattern."""
        with self._lock:
            self._orders.append(_Order(thing, method, re.compile(path) if path else None, times, skip))

    def take(self, method: str, path: str) -> Any:
        """Hand out the first thing that matches, or None."""
        with self._lock:
            taken = next((order for order in self._orders if order.takes(method, path)), None)
            self._orders = [order for order in self._orders if order.times is None or order.times > 0]
            return taken.thing if taken else None

    def clear(self) -> None:
        """Forget what was not taken."""
        with self._lock:
            self._orders.clear()


class Faults(Orders):
    """The faults that wait for their request."""

    def order(
        self, fault: str, method: str | None = None, path: str | None = None, times: int | None = 1, skip: int = 0
    ) -> None:
        """Let the next matching requests fail, after `skip` that do not."""
        self.add(FAULTS[fault], method, path, times, skip)
