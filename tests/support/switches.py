"""The switches of a simulation: every position but the defaults, one at a time."""

import typing
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Literal, get_args, get_origin


def alternatives(quirks: type, others: Mapping[str, list[Any]]) -> Iterator[tuple[str, Any]]:
    """Yield each switch with each of its other positions; `others` has those that its type does not tell."""
    for field in fields(quirks):
        kind: Any = field.type if not isinstance(field.type, str) else eval(field.type, vars(typing))  # noqa: S307
        if field.name in others:
            values = others[field.name]
        elif get_origin(kind) is Literal:
            values = list(get_args(kind))
        else:
            assert kind is bool, f"{field.name}: name its other positions"
            values = [not field.default]
        yield from ((field.name, value) for value in values if value != field.default)
