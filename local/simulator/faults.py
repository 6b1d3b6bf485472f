"""Faults that can be ordered: what networks, proxies and busy servers do."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

HUGE = 12 * 1024 * 1024


class ConnectionDropped(ConnectionError):  # noqa: N818 - named for what happened
    """Raised when the connection is closed without an answer.

    Werkzeug's server takes a ConnectionError for a client that went away; called in-process it reaches the caller.
    """


@dataclass(frozen=True)
class Situation:
    """What a fault may use: the request's real effect, now or later, a way to hang, and a read of the same address."""

    act: Callable[[], Response]
    wait: Callable[[], None]
    act_later: Callable[[], None]
    read: Callable[[], Response]


Fault = Callable[[Situation], Response]


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


def lost_later(situation: Situation) -> Response:
    """Answer nothing; the request is acted on after the next few requests."""
    situation.act_later()
    raise ConnectionDropped("the connection was closed, then the request was acted on")


def _redirect(_: Situation) -> Response:
    return Response("", 302, {"Location": "https://elsewhere.example.com/"})


def _huge(_: Situation) -> Response:
    def body() -> Iterator[bytes]:
        yield b'{"data": "'
        for _ in range(HUGE // 65536):
            yield b"x" * 65536
        yield b'"}'

    return Response(body(), mimetype="application/json")


WITHOUT_ENVELOPE: Mapping[str, Fault] = {
    "html": lambda _: _html(),
    "html-lost": _html_lost,
    "truncated": _truncated,
    "hang": _hang,
    "drop": _drop,
    "lost": _lost,
    "redirect": _redirect,
    "huge": _huge,
}
"""The faults that look the same whoever's API it is; a vendor adds the errors that come in its envelope."""


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
    """Keep things for the next requests that match them: faults, or functions to call."""

    def __init__(self) -> None:
        self._orders: list[_Order] = []
        self._lock = threading.Lock()

    def add(self, thing: Any, method: str | None, path: str | None, times: int | None, skip: int = 0) -> None:
        """Keep a thing for the next `times` requests (None: every one) whose raw path matches the pattern."""
        with self._lock:
            self._orders.append(_Order(thing, method, re.compile(path) if path else None, times, skip))

    def take(self, method: str, path: str) -> Any:
        """Return the first thing that matches, or None."""
        with self._lock:
            taken = next((order for order in self._orders if order.takes(method, path)), None)
            self._orders = [order for order in self._orders if order.times is None or order.times > 0]
            return taken.thing if taken else None

    def clear(self) -> None:
        """Forget what was not taken."""
        with self._lock:
            self._orders.clear()


class Faults(Orders):
    """Keep the faults that are ordered, by their names in `known`."""

    def __init__(self, known: Mapping[str, Fault]) -> None:
        super().__init__()
        self.known = known

    def order(
        self, fault: str, method: str | None = None, path: str | None = None, times: int | None = 1, skip: int = 0
    ) -> None:
        """Let the next matching requests fail, after `skip` that do not."""
        self.add(self.known[fault], method, path, times, skip)
