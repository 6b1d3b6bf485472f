"""Serve who is on call, and the few endpoints about the account.

https://docs.opsgenie.com/docs/who-is-on-call-api and https://docs.opsgenie.com/docs/account-api
"""

from collections.abc import Iterator
from datetime import datetime

from local.opsgenie.answers import ApiError, Reply, unprocessable
from local.opsgenie.entities import Context, Route
from local.opsgenie.schedules import SCHEDULE_OF_PATH
from local.opsgenie.shifts import on_call, usernames
from local.simulator.fields import brief, parsed
from local.simulator.store import Item


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
    """Answer who is on call in a schedule after the next change."""
    return Reply({"data": _on_calls(context, SCHEDULE_OF_PATH.get(context), ahead=1)})


def _on_calls(context: Context, schedule: Item, ahead: int = 0) -> Item:
    try:
        participants = on_call(context.account, schedule, _moment(context), ahead)
    except OverflowError:
        # The turn after, or the schedule's own time, is in a year that Python does not count to.
        raise _bad_date() from None
    parent = {"_parent": brief(schedule, "id", "name", "enabled")}
    prefix = "nextOnCall" if ahead else "onCall"
    if context.flag("flat"):
        return {**parent, f"{prefix}Recipients": usernames(participants)}
    return {**parent, f"{prefix}Participants": participants}


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
