"""Serve who is on call, and the few endpoints about the account.

https://docs.opsgenie.com/docs/who-is-on-call-api and https://docs.opsgenie.com/docs/account-api
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from local.opsgenie.answers import ApiError, Reply, unprocessable
from local.opsgenie.entities import Context, Route
from local.opsgenie.schedules import SCHEDULE_OF_PATH
from local.opsgenie.shifts import next_on_call, on_call, usernames
from local.simulator.fields import brief, parsed
from local.simulator.store import Item

T = TypeVar("T")


def routes() -> Iterator[Route]:
    """List the endpoints."""
    one = "/v2/schedules/<identifier:schedule>"
    yield Route("GET", "/v2/schedules/on-calls", on_calls_of_all)
    yield Route("GET", f"{one}/on-calls", on_calls)
    yield Route("GET", f"{one}/next-on-calls", next_on_calls)
    yield Route("GET", "/v2/account", account, configuration=False)
    # A client library tries its key with this one.
    yield Route("GET", "/v1/maintenance", lambda _: Reply({"data": []}), configuration=False)


def on_calls_of_all(context: Context) -> Reply:
    """Answer who is on call in every schedule."""
    return Reply({"data": [_on_calls(context, schedule) for schedule in context.account.schedules.values()]})


def on_calls(context: Context) -> Reply:
    """Answer who is on call in a schedule: nested, or flat=true for usernames only."""
    return Reply({"data": _on_calls(context, SCHEDULE_OF_PATH.get(context))})


def next_on_calls(context: Context) -> Reply:
    """Answer who is on call in a schedule after that: next in each rotation, and exactly next."""
    schedule = SCHEDULE_OF_PATH.get(context)
    every, exact = _computed(lambda: next_on_call(context.account, schedule, _moment(context), context.quirks))
    parent = {"_parent": brief(schedule, "id", "name", "enabled")}
    # Other than on-calls, this one has participants where it is flat, and recipients where it is not.
    if context.flag("flat"):
        names = {"nextOnCallParticipants": usernames(every), "exactNextOnCallParticipants": usernames(exact)}
        return Reply({"data": {**parent, **names}})
    return Reply({"data": {**parent, "nextOnCallRecipients": every, "exactNextOnCallRecipients": exact}})


def _on_calls(context: Context, schedule: Item) -> Item:
    participants = _computed(lambda: on_call(context.account, schedule, _moment(context), context.quirks))
    parent = {"_parent": brief(schedule, "id", "name", "enabled")}
    if context.flag("flat"):
        return {**parent, "onCallRecipients": usernames(participants)}
    return {**parent, "onCallParticipants": participants}


def _computed(compute: Callable[[], T]) -> T:
    try:
        return compute()
    except OverflowError:
        # A turn, or the schedule's own time, is in a year that Python does not count to.
        raise _bad_date() from None


def _moment(context: Context) -> datetime:
    text = context.query.get("date")
    try:
        return parsed(text) if text else context.now
    except ValueError:
        raise _bad_date() from None


def _bad_date() -> ApiError:
    return unprocessable(date="must be a date like 2026-11-25T09:00:00Z")


def account(context: Context) -> Reply:
    """Show the account itself; it does not name the owner."""
    users = len(context.account.users.values())
    plan = {"maxUserCount": 1500, "name": "Enterprise", "isYearly": True}
    return Reply({"data": {"name": context.account.name, "userCount": users, "plan": plan}})
