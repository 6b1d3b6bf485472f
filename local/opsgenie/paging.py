"""Cut lists into pages.

https://docs.opsgenie.com/docs/pagination
"""

from urllib.parse import urlencode

from local.opsgenie.answers import unprocessable
from local.opsgenie.entities import Context
from local.simulator.store import Item

LIMIT = 100


def paged(context: Context, path: str, items: list[Item]) -> tuple[list[Item], Item]:
    """Return the page of a list that the query asks for, and the addresses of the others."""
    limit, offset = _limit(context), _number(context, "offset", 0, least=0)
    offsets = {"first": 0, "last": max(0, (len(items) - 1) // limit * limit)}
    if offset > 0:
        offsets["prev"] = max(0, offset - limit)
    if offset + limit < len(items):
        offsets["next"] = offset + limit

    def address(start: int) -> str:
        query = urlencode({**context.query, "limit": limit, "offset": start})
        return f"{context.host_url}{path.removeprefix('/')}?{query}"

    return items[offset : offset + limit], {name: address(start) for name, start in offsets.items()}


def _limit(context: Context) -> int:
    limit = _number(context, "limit", LIMIT, least=1)
    if limit > LIMIT and context.quirks.refuses_big_limit:
        raise unprocessable(limit=f"may not be greater than {LIMIT}")
    return min(limit, LIMIT)


def _number(context: Context, name: str, default: int, *, least: int) -> int:
    text = context.query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and int(text) >= least):
        raise unprocessable(**{name: f"must be a number, at least {least}"})
    return int(text)
