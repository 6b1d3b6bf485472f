"""The body of a POST, read strictly: who is off-boarded must not depend on a guess."""

from dataclasses import fields
from typing import Any

from service.json_body import BodyError, json_object
from service.model import Request, ascii_lower
from service.near_names import nearest
from service.usernames import problem

LARGEST_BODY = 16 * 1024
"""Bytes."""

MOST_NAMED = 5
"""Unknown fields that are named, each by up to 50 characters: an answer must not grow with what is sent."""


def parse(body: bytes) -> Request:
    """Return what the body asks for; raises BodyError naming every field that is wrong."""
    if len(body) > LARGEST_BODY:
        raise BodyError(f"the body is larger than {LARGEST_BODY} bytes")
    values = json_object(body)
    problems = _unknown(values)
    if "username" not in values:
        problems.append("username is missing")
    for name in ("username", "replace_with"):
        if name in values:
            values[name] = _username(name, values[name], problems)
    problems += [
        f"{name} must be true or false"
        for name in ("dry_run", "keep_user", "keep_turns")
        if not isinstance(values.get(name, False), bool)
    ]
    if values.get("keep_turns") is True and "replace_with" in values:
        problems.append("keep_turns and replace_with exclude each other: only one can take the places")
    if problems:
        raise BodyError(*problems)
    return Request(**values)


def _unknown(values: dict[str, Any]) -> list[str]:
    known = {field.name for field in fields(Request)}
    names = [name for name in values if name not in known]
    problems = [_not_known(name, known) for name in names[:MOST_NAMED]]
    if (more := len(names) - MOST_NAMED) > 0:
        problems.append(f"{more} more {'field is' if more == 1 else 'fields are'} not known")
    return problems


def _not_known(name: str, known: set[str]) -> str:
    near = nearest(name, sorted(known))
    return f"{name[:50]!r} is not a known field" + (f", but {near} is" if near else "")


def _username(name: str, value: Any, problems: list[str]) -> str:
    if not isinstance(value, str):
        problems.append(f"{name} must be a string")
        return ""
    username = ascii_lower(value.strip(" "))
    if found := problem(username):
        problems.append(f"{name} {found}")
    return username
