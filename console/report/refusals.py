"""Lists that a report can do without: one that is refused is told, and stops nothing."""

from collections.abc import Callable
from typing import TypeVar

from service.errors import BadRequestError, NotFoundError, UnauthorizedError

T = TypeVar("T")

REFUSED = BadRequestError, NotFoundError, UnauthorizedError
"""Answers to a plan or a key that lacks something; a key that is not known is refused every other list too."""


class Refusals:
    """The lists that were refused; `notes` has a sentence for each kind."""

    def __init__(self, product: str) -> None:
        self.notes: dict[str, None] = {}
        self._product = product

    def read(self, what: str, call: Callable[[], list[T]]) -> list[T]:
        """Return a list, or an empty one where it is refused."""
        try:
            return call()
        except REFUSED as error:
            self.notes[f"{what}: {self._product} does not show them ({error})"] = None
            return []
