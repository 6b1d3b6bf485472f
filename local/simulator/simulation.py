"""One simulated service: its data, the calls it received, and its misbehaviour."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from werkzeug.wrappers import Response

from local.simulator.exchanges import ExchangeLog
from local.simulator.faults import Fault, Faults, Orders
from local.simulator.store import Item, Store, copied

StoreT = TypeVar("StoreT", bound=Store)


@dataclass(frozen=True)
class Call:
    """A request to the API as it arrived; `status` is None until it is answered, which it may never be."""

    method: str
    path: str
    query: str
    body: Any
    status: int | None = None


class BaseSimulation(Generic[StoreT]):
    """Hold the data and everything about it that a test may set; a vendor's simulation adds its own.

    `make_store` makes the store of `data`, at the start and after each reset and edit. `faults` and
    `too_many_requests` answer in the vendor's envelope.
    """

    def __init__(
        self,
        data: Item,
        make_store: Callable[[Item], StoreT],
        faults: Mapping[str, Fault],
        too_many_requests: Callable[[], Response],
    ) -> None:
        self._initial = copied(data)
        self._make_store = make_store
        self.too_many_requests = too_many_requests
        self.lock = threading.RLock()
        self.faults = Faults(faults)
        self.hooks = Orders()
        self.hang_seconds = 30.0
        self.exchange_log: ExchangeLog | None = None
        self.later_requests = 2
        self._closed = threading.Event()
        self.reset()

    def reset(self) -> None:
        """Restore the initial data; forget calls, delay, rate limit, faults and hooks."""
        with self.lock:
            self.store = self._make_store(self._initial)
            self._calls: list[Call] = []
            self._past: list[Item] = []
            self._postponed: list[tuple[int, Callable[[], object]]] = []
            self.delay = 0.0
            self.rate_limit: float | None = None
            self.rate_period: float | None = None
            self._tokens, self._filled = 0.0, 0.0
            self._taken = Counter[float]()
        self.faults.clear()
        self.hooks.clear()

    def close(self) -> None:
        """Release the requests that hang."""
        self._closed.set()

    def snapshot(self) -> Item:
        """Copy all data, in the shape that the store is made from."""
        with self.lock:
            return copied(self.store.data())

    @contextmanager
    def edit(self) -> Iterator[Item]:
        """Change the data by hand while every request waits."""
        with self.lock:
            data = self.store.data()
            yield data
            self.store = self._make_store(data)

    def remember(self, data: Item) -> None:
        """Keep the data as they were before a change."""
        self._past.append(data)

    def past(self, changes: int | None) -> StoreT:
        """Return the data as they were before the last so many changes; None: before all that are remembered."""
        with self.lock:
            kept = self._past[-changes:] if changes else self._past
            return self._make_store(kept[0]) if kept and changes != 0 else self.store

    def before(
        self, method: str | None, path: str | None, function: Callable[[], object], times: int = 1, skip: int = 0
    ) -> None:
        """Call a function right before a matching request is acted on, for example a concurrent edit.

        The first `skip` matching requests are left alone.
        """
        self.hooks.add(function, method, path, times, skip)

    @property
    def calls(self) -> list[Call]:
        """List the requests so far, in order of arrival."""
        with self.lock:
            return list(self._calls)

    @property
    def writes(self) -> list[Call]:
        """List the requests so far that were not reads."""
        return [call for call in self.calls if call.method != "GET"]

    def record(self, call: Call) -> Callable[[int], None]:
        """Record a request; return a function that records the status of its answer."""
        with self.lock:
            calls = self._calls
            place = len(calls)
            calls.append(call)

        def answered(status: int) -> None:
            calls[place] = replace(call, status=status)

        return answered

    def postpone(self, function: Callable[[], object]) -> None:
        """Call a function after this request and the next `later_requests` ones."""
        with self.lock:
            self._postponed.append((self.later_requests, function))

    def catch_up(self) -> None:
        """Call the functions whose time has come; this is the end of a request."""
        with self.lock:
            due = [function for left, function in self._postponed if left == 0]
            self._postponed = [(left - 1, function) for left, function in self._postponed if left > 0]
        for function in due:
            function()

    def hang(self) -> None:
        """Wait for `hang_seconds`, or until closed."""
        self._closed.wait(self.hang_seconds)

    def throttles(self) -> bool:
        """Tell whether this request exceeds the rate limit, and count it.

        The limit, in requests a second, is a token bucket that holds the tokens of one second; with `rate_period` it is
        so many requests in each window of that many seconds.
        """
        with self.lock:
            rate = self.rate_limit
            if rate is None:
                return False
            moment = time.monotonic()
            if self.rate_period is not None:
                window = moment // self.rate_period
                self._taken[window] += 1
                return self._taken[window] > rate
            full = max(rate, 1.0)
            self._tokens = min(full, self._tokens + (moment - self._filled) * rate) if self._filled else full
            self._filled = moment
            if self._tokens < 1:
                return True
            self._tokens -= 1
            return False
