"""The answers: status, message, and what was changed so far."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.changes import Changes
from service.client import Capabilities
from service.errors import (
    BlockedError,
    Cause,
    InUseError,
    NotFoundError,
    NotInPlanError,
    OutOfTimeError,
    ReaddedError,
    ServiceError,
    UnauthorizedError,
    UnavailableError,
    UnknownKeyError,
    UnreachableError,
)
from service.json_body import BodyError
from service.model import Change, Request
from service.serialization import as_json, blockers_json, change_json, on_call_json, past, summary
from service.survey import Report
from service.wording import API, Wording

RETRY_AFTER = 5.0
"""Seconds after which a caller may try again, where the vendor does not say."""

MOST_NOT_CHECKED = 50
"""Sentences of `not_checked` in an answer; API Gateway passes on 10 MB at most, and nobody reads more."""

LONGEST_RETRY_AFTER = 300.0
"""The most seconds that a caller is asked to wait, whatever the vendor says: five of Opsgenie's longest windows.

One who comes back too early is told so again; one who is told a date in years never does, and the leaver stays.
"""


@dataclass(frozen=True)
class Answer:
    """What a caller gets; `body` has what there is besides the message."""

    status: int
    message: str
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def done(report: Report, request: Request) -> Answer:
    """Return the answer to a request that was carried out or planned."""
    account = past(report.removal or report.ended)
    body = {
        "username": report.person.username,
        "account": account,
        "deleted": account in ("deleted", "removed") and not request.dry_run,
        "dry_run": request.dry_run,
        "changes": _json(report.changes),
        "on_call": [on_call_json(entry) for entry in report.on_call],
        "not_checked": _first(report.not_checked),
    }
    return Answer(200, summary(report, request), body)


def bad_body(error: BodyError) -> Answer:
    """Return the answer to a body that is not valid."""
    return Answer(400, f"the body is not accepted: {error}", {"errors": list(error.problems)})


def crashed(changes: Changes | None = None) -> Answer:
    """Return the answer to a defect of this program; only the log has the details."""
    details = _so_far(changes) if changes else {}
    return Answer(500, "this program has a defect; the log has the details under the request id", details)


def failed(error: ServiceError, changes: Changes, capabilities: Capabilities, wording: Wording = API) -> Answer:
    """Return the answer to a failed or blocked off-boarding."""
    product, made = capabilities.product, _made(changes, wording)
    so_far = {**_so_far(changes), **_cause(error)}
    match error:
        case NotFoundError():
            return Answer(404, str(error))
        case BlockedError(blockers=blockers, not_checked=notes) if not changes.made and not changes.unconfirmed:
            body = {"blockers": blockers_json(blockers, wording), "not_checked": _first(notes)}
            return Answer(409, f"nothing was changed: {error}", body)
        case BlockedError(blockers=blockers):
            message = f"stopped half-way, since by now this is in the way: {error}. {made}"
            return Answer(502, message, {"blockers": blockers_json(blockers, wording), **so_far})
        case OutOfTimeError():
            again = "" if _is_gone(changes) else f"; {wording.send_again}, it goes on where it stopped"
            return Answer(504, f"out of time{again}. {made}", {**so_far, "remaining": _json(changes.remaining)})
        case UnavailableError() if _is_gone(changes):
            return Answer(502, f"{product} {_down(error)}. {made}", so_far)
        case UnavailableError():
            wait = str(_wait(error))
            message = f"{product} {_down(error)}; {wording.send_again} in {wait} seconds. {made}"
            return Answer(503, message, so_far, {"Retry-After": wait})
        case UnauthorizedError():
            advice = capabilities.unknown_key if isinstance(error, UnknownKeyError) else capabilities.rights
            return Answer(502, f"{product} refused the key ({error}); {advice}. {made}", so_far)
        case NotInPlanError():
            message = f"the plan of this {product} account does not have it: {_about(error)}. {made}"
            return Answer(502, message, so_far)
        case InUseError():
            return Answer(502, f"{product} still refuses to delete the user: {error}. {made}", so_far)
        case ReaddedError():
            return Answer(502, f"{error}. {made}", so_far)
        case _:
            return Answer(502, f"{product} did not do as asked: {_about(error)}. {made}", so_far)


def _down(error: UnavailableError) -> str:
    return f"{'was not reached' if isinstance(error, UnreachableError) else 'is throttling or down'} ({error})"


def _about(error: ServiceError) -> str:
    """Say what a call was about, what the vendor said, and under which id it knows the call."""
    what = "" if error.cause.what in str(error) else error.cause.what
    request_id = error.cause.request_id
    return f"{f'{what}: ' if what else ''}{error}{f' (request {request_id})' if request_id else ''}"


def _wait(error: UnavailableError) -> int:
    """Return the whole seconds after which the request may be sent again."""
    told = error.period if error.retry_after is None else error.retry_after
    return max(1, math.ceil(min(LONGEST_RETRY_AFTER, RETRY_AFTER if told is None else told)))


def _cause(error: ServiceError) -> dict[str, Any]:
    """Return what the vendor said of the call that failed: the first in the chain of errors that has it."""
    found: BaseException | None = error
    while isinstance(found, ServiceError):
        if found.cause != Cause():
            return {"cause": as_json(found.cause)}
        found = found.__cause__
    return {}


def _so_far(changes: Changes) -> dict[str, Any]:
    unconfirmed = {"unconfirmed": _json(changes.unconfirmed)} if changes.unconfirmed else {}
    remaining = {"remaining": _json(changes.remaining)} if _is_gone(changes) else {}
    return {"changes": _json(changes.made), **unconfirmed, **remaining}


def _is_gone(changes: Changes) -> bool:
    """Tell whether the account is deleted and something is left: sending the request again would get a 404."""
    return bool(changes.remaining) and any(change.before.kind == "user" for change in changes.made)


def _first(sentences: tuple[str, ...]) -> list[str]:
    """Return the sentences, not more than an answer has room for."""
    more = len(sentences) - MOST_NOT_CHECKED
    return [*sentences[:MOST_NOT_CHECKED], f"{more} more"] if more > 0 else list(sentences)


def _json(changes: tuple[Change, ...]) -> list[dict[str, Any]]:
    return [change_json(change) for change in changes]


def _made(changes: Changes, wording: Wording) -> str:
    if _is_gone(changes):
        return wording.in_remaining
    if changes.unconfirmed:
        return wording.in_changes_and_unconfirmed
    return wording.in_changes if changes.made else "Nothing was changed"
