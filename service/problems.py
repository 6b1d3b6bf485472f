"""What the caller is told when something is in the way: status, sentence, and what was changed so far."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.body import BodyError
from service.changes import Changes
from service.client import Capabilities
from service.errors import (
    KeyRefusedError,
    NotFoundError,
    OutOfTimeError,
    PutBackError,
    RefusedError,
    ServiceError,
    StillUsedError,
    UnavailableError,
)
from service.model import Change
from service.report import blockers_json, change_json

RETRY_AFTER = 5.0
"""Seconds after which a caller may try again, where the vendor does not say."""


@dataclass(frozen=True)
class Problem:
    """An answer that is no success."""

    status: int
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def from_body_error(error: BodyError) -> Problem:
    """Return the answer to a body that cannot be taken."""
    return Problem(400, f"the body is not accepted: {error}", {"errors": list(error.problems)})


def from_crash(changes: Changes | None) -> Problem:
    """Return the answer to a defect of this program; what it was is in the log only."""
    details = _so_far(changes) if changes else {}
    return Problem(500, "this program has a defect; the log has the details under the request id", details)


def from_service_error(error: ServiceError, changes: Changes, capabilities: Capabilities) -> Problem:
    """Return the answer to what kept the person from being off-boarded."""
    so_far, product = _so_far(changes), capabilities.product
    match error:
        case NotFoundError():
            return Problem(404, str(error))
        case RefusedError(blockers=blockers) if not changes.made and not changes.unconfirmed:
            details = {"blockers": blockers_json(blockers)}
            return Problem(409, f"nothing was changed: {error}", details)
        case RefusedError(blockers=blockers):
            message = f"stopped half-way, since by now this is in the way: {error}. {_made(changes)}"
            return Problem(502, message, {"blockers": blockers_json(blockers), **so_far})
        case OutOfTimeError():
            return Problem(504, _late(changes), {**so_far, "remaining": _json(changes.remaining)})
        case UnavailableError() if _is_gone(changes):
            return Problem(502, f"{product} is throttling or down ({error}). {_made(changes)}", so_far)
        case UnavailableError():
            told = error.period if error.retry_after is None else error.retry_after
            seconds = math.ceil(RETRY_AFTER if told is None else told)
            message = f"{product} is throttling or down ({error}); send this again in {max(1, seconds)} seconds."
            return Problem(503, f"{message} {_made(changes)}", so_far, {"Retry-After": str(max(1, seconds))})
        case KeyRefusedError():
            return Problem(502, f"{product} refused the key ({error}); {capabilities.rights}. {_made(changes)}", so_far)
        case StillUsedError():
            return Problem(502, f"{product} still refuses to delete the user: {error}. {_made(changes)}", so_far)
        case PutBackError():
            return Problem(502, f"{error}. {_made(changes)}", so_far)
        case _:
            return Problem(502, f"{product} did not do as asked: {error}. {_made(changes)}", so_far)


def _so_far(changes: Changes) -> dict[str, Any]:
    unconfirmed = {"unconfirmed": _json(changes.unconfirmed)} if changes.unconfirmed else {}
    remaining = {"remaining": _json(changes.remaining)} if _is_gone(changes) else {}
    return {"changes": _json(changes.made), **unconfirmed, **remaining}


def _is_gone(changes: Changes) -> bool:
    """Tell whether the account is deleted and something is left: to send the request again would find nobody."""
    return bool(changes.remaining) and any(change.before.kind == "user" for change in changes.made)


def _json(changes: tuple[Change, ...]) -> list[dict[str, Any]]:
    return [change_json(change) for change in changes]


def _made(changes: Changes) -> str:
    if _is_gone(changes):
        return "The account is deleted, and what is in remaining has to be removed by hand"
    if changes.unconfirmed:
        return "What was changed is in changes, what may have been in unconfirmed"
    return "What was changed is in changes" if changes.made else "Nothing was changed"


def _late(changes: Changes) -> str:
    if _is_gone(changes):
        return f"out of time. {_made(changes)}"
    return f"out of time; send this again, it goes on where it stopped. {_made(changes)}"
