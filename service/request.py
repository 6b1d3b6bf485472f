"""The body of a POST, read strictly: who is off-boarded must not depend on a guess."""

import json
from dataclasses import fields
from typing import Any

from service.model import Request, ascii_lower

LARGEST_BODY = 16 * 1024
"""Bytes."""

MOST_NAMED = 5
"""Unknown fields that are named, each by up to 50 characters: an answer must not grow with what is sent."""

LONGEST_USERNAME = 100
"""Characters that an Opsgenie username has at most.

https://docs.opsgenie.com/docs/user-api#create-user
"""


class BodyError(Exception):
    """The body is not accepted; `problems` has a sentence each."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def parse(body: bytes) -> Request:
    """Return what the body asks for; raises BodyError naming every field that is wrong."""
    if len(body) > LARGEST_BODY:
        raise BodyError(f"the body is larger than {LARGEST_BODY} bytes")
    values = _json_object(body)
    problems = _unknown(values)
    if "username" not in values:
        problems.append("username is missing")
    for name in ("username", "replace_with"):
        if name in values:
            values[name] = _username(name, values[name], problems)
    problems += [
        f"{name} must be true or false"
        for name in ("dry_run", "keep_user")
        if not isinstance(values.get(name, False), bool)
    ]
    if problems:
        raise BodyError(*problems)
    return Request(**values)


def _unknown(values: dict[str, Any]) -> list[str]:
    known = {field.name for field in fields(Request)}
    names = [name for name in values if name not in known]
    problems = [f"{name[:50]!r} is not a known field" for name in names[:MOST_NAMED]]
    if (more := len(names) - MOST_NAMED) > 0:
        problems.append(f"{more} more {'field is' if more == 1 else 'fields are'} not known")
    return problems


def _json_object(body: bytes) -> dict[str, Any]:
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


def _username(name: str, value: Any, problems: list[str]) -> str:
    if not isinstance(value, str):
        problems.append(f"{name} must be a string")
        return ""
    username = ascii_lower(value.strip(" "))
    if not username:
        problems.append(f"{name} is blank")
    elif len(username) > LONGEST_USERNAME:
        problems.append(f"{name} is longer than {LONGEST_USERNAME} characters")
    elif not username.isprintable():
        problems.append(f"{name} has control characters")
    elif username in {".", ".."}:
        # In a URL these two are dot segments, not names, even when quoted.
        problems.append(f"{name} is not an e-mail address")
    return username
