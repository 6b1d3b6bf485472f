"""JSON bodies, read strictly."""

import json
from typing import Any


class BodyError(Exception):
    """The body is not accepted; `problems` has a sentence each."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that a body is; raises BodyError for anything else, and for a field that comes twice."""
    try:
        values = json.loads(body.decode("utf-8-sig"), object_pairs_hook=_without_repeats)
    except UnicodeDecodeError:
        raise BodyError("the body is not UTF-8") from None
    except (ValueError, RecursionError):
        raise BodyError('the body is not JSON; send for example {"username": "hari@example.com"}') from None
    if not isinstance(values, dict):
        raise BodyError("the body must be a JSON object")
    return values


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise BodyError("the body has a field twice")
    return values
