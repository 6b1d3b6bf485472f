"""One simulated Opsgenie: its account, what was asked of it, and how it misbehaves."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from local.opsgenie.account import Account, Item, copied, sample_account
from local.opsgenie.faults import Faults, Orders
from local.opsgenie.quirks import Quirks
from local.samples import KEY

# The rights that a key can have: https://support.atlassian.com/opsgenie/docs/api-key-management/
RIGHTS = frozenset({"read", "create_update", "delete", "configuration"})
KEYS: Mapping[str, frozenset[str]] = {
    KEY: RIGHTS,
    "read-only-key": frozenset({"read", "configuration"}),
}


@dataclass(frozen=True)
class Call:
    """A request to the API as it arrived; `status` is None as long as, or if, no answer was given."""

    method: str
    path: str
    query: str
    body: Any
    status: int | None = None


class Simulation:
    """Hold one account and everything that a test may arrange around it."""

    def __init__(
        self,
        account: Item | None = None,
        keys: Mapping[str, frozenset[str]] | None = None,
        quirks: Quirks | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._initial = copied(account if account is not None else sample_account())
        self.keys = KEYS if keys is None else keys
        self.quirks = quirks or Quirks()
        self.now = now or (lambda: datetime.now(UTC))
        self.lock = threading.RLock()
        self.faults = Faults()
        self.hooks = Orders()
        self.hang_seconds = 30.0
        self._closed = threading.Event()
        self.reset()

    def reset(self) -> None:
        """Put the account back as it was at the start; forget calls, delay, rate limit, faults and hooks."""
        with self.lock:
            self.account = Account(self._initial)
            self._calls: list[Call] = []
            self.delay = 0.0
            self.rate_limit: float | None = None
            self._tokens, self._filled = 0.0, 0.0
        self.faults.clear()
        self.hooks.clear()

    def close(self) -> None:
        """Let hanging requests go."""
        self._closed.set()

    def snapshot(self) -> Item:
        """Copy the whole account, in the shape of the data file."""
        with self.lock:
            return copied(self.account.data())

    @contextmanager
    def edit(self) -> Iterator[Item]:
        """Change the account's data by hand while every request waits."""
        with self.lock:
            data = self.account.data()
            yield data
            self.account = Account(data)

    def before(
        self, method: str | None, path: str | None, function: Callable[[], object], times: int = 1, skip: int = 0
    ) -> None:
        """Call a function right before a matching request is acted on: somebody who edits at the same time.

        `skip` requests go by first.
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

    def arrived(self, call: Call) -> Callable[[int], None]:
        """Note a request; the function that comes back notes its status."""
        with self.lock:
            calls = self._calls
            place = len(calls)
            calls.append(call)

        def answered(status: int) -> None:
            calls[place] = replace(call, status=status)

        return answered

    def wait(self) -> None:
        """Hang, until closed."""
        self._closed.wait(self.hang_seconds)

    def throttled(self) -> bool:
        """Take a token from the bucket; say whether there was none.

        A bucket that holds what one second brings: https://docs.opsgenie.com/docs/api-rate-limiting
        """
        with self.lock:
            rate = self.rate_limit
            if rate is None:
                return False
            moment = time.monotonic()
            full = max(rate, 1.0)
            self._tokens = min(full, self._tokens + (moment - self._filled) * rate) if self._filled else full
            self._filled = moment
            if self._tokens < 1:
                return True
            self._tokens -= 1
            return False
