"""Bounded concurrency within one request."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from types import TracebackType
from typing import Self, TypeVar

T = TypeVar("T")

AT_ONCE = 128
"""Calls under way at the same time, so that a person in twenty schedules takes no longer than one in two."""


class Parallel:
    """Threads for one request; leaving the context waits for all of them.

    A thread that outlived its request would be frozen with the Lambda and wake up in a later one.
    """

    def __init__(self, on_interrupt: Callable[[], None] = lambda: None) -> None:
        """Take a function that hurries the calls under way once Ctrl-C interrupts the wait for them."""
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._on_interrupt = on_interrupt

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def run(self, calls: Iterable[Callable[[], T]]) -> list[T]:
        """Make the calls and return their results in order.

        After the first failure no further call starts; those under way are waited for, then the failure is raised.
        """
        futures = [self._pool.submit(call) for call in calls]
        try:
            # wait() would look at all that are left each time that one is done.
            for future in as_completed(futures):
                future.result()
        except KeyboardInterrupt:
            self._on_interrupt()
            raise
        finally:
            for future in futures:
                future.cancel()
            wait(futures)
        return [future.result() for future in futures]
