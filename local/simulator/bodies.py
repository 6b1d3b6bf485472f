"""The bodies of requests."""

from flask import request
from werkzeug.exceptions import HTTPException

from local.simulator.store import Item


def json_object() -> Item | None:
    """Read the JSON object in the body of the request at hand; None is anything else, which the vendor refuses."""
    try:
        # Clients send all sorts of Content-Type, or an empty one.
        body = request.get_json(force=True)
    except (HTTPException, RecursionError):
        return None
    return body if isinstance(body, dict) else None
