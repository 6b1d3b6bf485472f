"""On-call people, and the few endpoints about the account.

https://docs.opsgenie.com/docs/who-is-on-call-api and https://docs.opsgenie.com/docs/account-api
"""

from collections.abc import Iterator
from datetime import datetime

from .account import Item
from .answers import Reply, unprocessable
from .fields import brief, parsed
from .resource import Context, Route
from .rota import on_call, usernames
from .schedules import SCHEDULE_OF_PATH


def routes() -> Iterator[Route]:
    """List the endpoints."""
    one = "/v2/schedules/<identifier:schedule>"
    yield Route("GET", "/v2/schedules/on-calls", on_calls_of_all)
    yield Route("GET", f"{one}/on-calls", on_calls)
    yield Route("GET", f"{one}/next-on-calls", next_on_calls)
    yield Route("GET", "/v2/account", account, configuration=False)
    yield Route("GET", "/v1/maintenance", lambda _: Reply({"data": []}), configuration=False)


def on_calls_of_all(context: Context) -> Reply:
    """Say who is on call in every schedule."""
    moment = _moment(context)
    return Reply({"data": [_on_calls(context, schedule, moment) for schedule in context.account.schedules.values()]})


def on_calls(context: Context) -> Reply:
    """Say who is on call in a schedule: nested, or flat=true for usernames only."""
    return Reply({"data": _on_calls(context, SCHEDULE_OF_PATH.get(context), _moment(context))})


def _on_calls(context: Context, schedule: Item, moment: datetime) -> Item:
    participants = on_call(context.account, schedule, moment)
    parent = {"_parent": brief(schedule, "id", "name", "enabled")}
    if context.flag("flat"):
        return {**parent, "onCallRecipients": usernames(participants)}
    return {**parent, "onCallParticipants": participants}


def next_on_calls(context: Context) -> Reply:
    """Say who is on call in a schedule after the next change."""
    schedule = SCHEDULE_OF_PATH.get(context)
    participants = on_call(context.account, schedule, _moment(context), ahead=1)
    parent = {"_parent": brief(schedule, "id", "name", "enabled")}
    if context.flag("flat"):
        return Reply({"data": {**parent, "nextOnCallRecipients": usernames(participants)}})
    return Reply({"data": {**parent, "nextOnCallParticipants": participants}})


def _moment(context: Context) -> datetime:
    text = context.query.get("date")
    try:
        return parsed(text) if text else context.now
    except ValueError:
        raise unprocessable(date="must be a date like 2026-11-25T09:00:00Z") from None


def account(context: Context) -> Reply:
    """Show the account itself; it does not name the owner."""
    users = len(context.account.users.values())
    plan = {"maxUserCount": 1500, "name": "Enterprise", "isYearly": True}
    return Reply({"data": {"name": context.account.name, "userCount": users, "plan": plan}})
