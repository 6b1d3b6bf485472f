"""The errors of the site's APIs that can be ordered, beside the faults of any server."""

from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.wrappers import Response

from local.jsm.answers import ApiError, Reply, no_operations, not_in_plan, unauthorized, unprocessable
from local.jsm.forms import Form, gateway, operations, response, too_many_requests
from local.jsm.quirks import Quirks
from local.simulator.faults import WITHOUT_ENVELOPE, Fault, Situation, lost_later

ERRORS: Mapping[str, tuple[Form, ApiError]] = {
    "401": (gateway, unauthorized()),
    "401+scope": (gateway, unauthorized("scope does not match")),
    "402": (operations, not_in_plan("fault", 402)),
    "403": (operations, ApiError(403, "You are not allowed to do this.")),
    "403+operations": (operations, no_operations()),
    "403+plan": (operations, not_in_plan("fault", 403)),
    "404": (operations, ApiError(404, "No entity exists with id [fault]")),
    # Seen once on documented methods: issue 39 of the vendor's Terraform provider.
    "405": (operations, ApiError(405, "Request method 'PATCH' is not supported")),
    "409": (operations, ApiError(409, "An entity with name [fault] already exists.")),
    "410": (gateway, ApiError(410, "Team has been deleted", code="TEAM_DELETED")),
    "422": (operations, unprocessable(fault="was ordered")),
    "500": (gateway, ApiError(500, "Internal Server Error")),
    "503": (gateway, ApiError(503, "Service Unavailable")),
}
ACCEPTED = Reply({"requestId": "fault"}, 202)


def _constant(reply: Reply) -> Fault:
    return lambda _: response(reply)


def _accepted_and_done(situation: Situation) -> Response:
    situation.act()
    return response(ACCEPTED)


def _accepted_for_later(situation: Situation) -> Response:
    situation.act_later()
    return response(ACCEPTED)


def _null(_: Situation) -> Response:
    return Response("null", mimetype="application/json")


def _unchanged(situation: Situation) -> Response:
    """Answer an update with the thing unchanged, and change nothing."""
    shown: Any = situation.read().get_json(silent=True) or {}
    return response(Reply(shown))


ODD: Mapping[str, Fault] = {
    "null": _null,
    "bare": _constant(Reply({})),
    "202": _constant(ACCEPTED),
    "202+done": _accepted_and_done,
    "202+later": _accepted_for_later,
    "unchanged": _unchanged,
    "lost+later": lost_later,
}
"""Answers that are in no document; unless named so, what was asked for is never done.

`later` is after the simulation's `later_requests`.
"""


def faults(quirks: Callable[[], Quirks]) -> Mapping[str, Fault]:
    """Make the faults by name; `quirks` gives the switches of the moment."""

    def fault(form: Form, error: ApiError) -> Fault:
        return lambda _: response(Reply(form(error, quirks()), error.status))

    return {
        "429": lambda _: too_many_requests(quirks()),
        **{name: fault(*error) for name, error in ERRORS.items()},
        **ODD,
        **WITHOUT_ENVELOPE,
    }
