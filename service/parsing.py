"""Read fields of JSON, and say what is odd where it has another shape than documented; no vendor's."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from service.errors import Cause, UnexpectedResponseError

Json = Mapping[str, Any]
T = TypeVar("T")

ODD = (KeyError, TypeError, AttributeError, ValueError, IndexError)
"""What reading JSON of another shape than documented raises."""


class OddError(ValueError):
    """JSON of another shape than documented; the text says what is odd, as the end of a sentence."""


@contextmanager
def parsing(what: str) -> Iterator[None]:
    """Turn an answer of an undocumented shape into an UnexpectedResponseError that names what was read."""
    try:
        yield
    except ODD as error:
        message = f"the answer about {what} is not of the documented form: {_odd(error)}"
        odd = UnexpectedResponseError(message)
        odd.cause = Cause(what)
        raise odd from error


def each(read: Callable[[Any], T], data: Any, name: str = "it") -> list[T]:
    """Read the entries of a list; an OddError names the entry."""
    found = []
    for entry in entries(data, name):
        try:
            found.append(read(entry))
        except ODD as error:
            raise OddError(f"in {label(entry)} {_odd(error)}") from error
    return found


def label(entry: Any) -> str:
    """Return what an entry goes by, without characters that cannot be shown."""
    known = entry if isinstance(entry, dict) else {}
    texts = [known[name] for name in ("name", "alias", "username", "id") if isinstance(known.get(name), str)]
    shown = ["".join(char if char.isprintable() else " " for char in text[:100]) for text in texts if text]
    if not shown:
        return "an entry without a name"
    return shown[0] if shown[0] == shown[-1] else f"{shown[0]} ({shown[-1]})"


def _odd(error: Exception) -> str:
    if isinstance(error, OddError):
        return str(error)
    if isinstance(error, KeyError):
        return f"there is no {error.args[0]}"
    return "something is of another type"


def text(data: Json, name: str) -> str:
    """Return a string that must be there and not be empty."""
    value = data[name]
    if not isinstance(value, str) or not value:
        raise OddError(f"{name} is not a text")
    return value


def maybe_text(data: Json, name: str) -> str:
    """Return a string that may be absent or empty."""
    return text(data, name) if data.get(name) else ""


def part(data: Json, name: str) -> Json:
    """Return an object that must be there."""
    value = data[name]
    if not isinstance(value, Mapping):
        raise OddError(f"{name} is not an object")
    return value


def entries(value: Any, name: str = "it") -> list[Any]:
    """Return a list that must be there."""
    if not isinstance(value, list):
        raise OddError(f"{name} is not a list")
    return value
