"""What an endpoint is given, and how it is reached."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from werkzeug.datastructures import MultiDict

from local.jsm.answers import Reply
from local.jsm.callers import Caller
from local.jsm.quirks import Quirks
from local.jsm.site import Site
from local.simulator.fields import FieldError
from local.simulator.store import Item


@dataclass(frozen=True)
class Context:
    """Everything that an endpoint works with."""

    site: Site
    quirks: Quirks
    now: datetime
    caller: Caller
    variables: Mapping[str, str]  # of the path
    query: "MultiDict[str, str]"
    body: Item
    path: str  # as it was sent, below the API's base
    bodyless: bool

    def flag(self, name: str) -> bool:
        """Read a boolean of the query."""
        return self.query.get(name, "").lower() == "true"

    def number(self, name: str, default: int, least: int = 0) -> int:
        """Read a number of the query; raises FieldError for anything else."""
        text = self.query.get(name, "")
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and int(text) >= least):
            raise FieldError({name: f"must be a number, at least {least}"})
        return int(text)


@dataclass(frozen=True)
class Route:
    """An endpoint; `scopes` are alternatives, of which a token has to have one in full: by default its method's."""

    method: str
    path: str
    endpoint: Callable[[Context], Reply]
    scopes: tuple[frozenset[str], ...] | None = None
