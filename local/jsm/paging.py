"""Pages of the lists of Operations."""

from collections.abc import Iterable
from urllib.parse import urlencode

from local.jsm.answers import unprocessable
from local.jsm.context import Context
from local.simulator.store import Item

SMALL = (25, 50)
"""Size and most of the pages of schedules, rotations and overrides."""

LARGE = (20, 100)
"""Size and most of the pages of everything else."""


def page(context: Context, items: Iterable[Item], sizes: tuple[int, int]) -> Item:
    """Cut the page that a request asks for; `links.next` is relative, below the address of the site's Operations."""
    usual, most = sizes
    entries = list(items)
    offset, size = context.number("offset", 0), context.number("size", usual, least=1)
    if size > most and context.quirks.oversize == "422":
        raise unprocessable(size=f"must be at most {most}")
    size = min(size, most)
    ends: dict[str, Item] = {"absent": {}, "null": {"next": None}, "empty": {"next": ""}}
    links = ends[context.quirks.next_when_last]
    if offset + size < len(entries):
        others = {name: value for name, value in context.query.items() if name not in ("offset", "size")}
        links = {"next": f"{context.path}?{urlencode({'offset': offset + size, 'size': size, **others})}"}
    return {"values": entries[offset : offset + size], "links": links}
