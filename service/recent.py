"""Answers that count as just read for a moment."""

import time
from collections.abc import Callable, Hashable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

SECONDS = 1.0
"""A write that waited for longer, such as one that was throttled, is ruled on by a fresh read."""


def recent(read: Callable[[K], T]) -> Callable[[K], T]:
    """Return a reader that answers the same question again without a call, for one second."""
    known: dict[K, tuple[float, T]] = {}

    def answer(question: K) -> T:
        if question not in known or time.monotonic() - known[question][0] > SECONDS:
            began = time.monotonic()
            known[question] = (began, read(question))
        return known[question][1]

    return answer
