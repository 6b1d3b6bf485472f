"""Serve who is on call in a schedule, and when.

https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedule-on-calls/
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta

from local.jsm.answers import Reply, unprocessable
from local.jsm.context import Context, Route
from local.jsm.references import exists
from local.jsm.shifts import Period, behind, next_on_call, on_call, people, periods
from local.jsm.sight import schedule_of
from local.jsm.site import is_active
from local.simulator.fields import parsed
from local.simulator.store import Item
from local.simulator.time_restrictions import instant, zone

UNITS = {"days": 1, "weeks": 7, "months": 30}
TIMELINES = {"base": "baseTimeline", "override": "overrideTimeline", "forwarding": "forwardingTimeline"}
YEAR = timedelta(days=366)


def routes() -> Iterator[Route]:
    """List the endpoints."""
    one = "/v1/schedules/<raw:schedule>"
    yield Route("GET", f"{one}/on-calls", on_calls)
    yield Route("GET", f"{one}/next-on-calls", next_on_calls)
    yield Route("GET", f"{one}/timeline", timeline)


def on_calls(context: Context) -> Reply:
    """Answer who is on call: nested, or flat=true for account ids only."""
    found = on_call(context.site, schedule_of(context), _moment(context))
    return Reply({"onCallUsers": people(found)} if context.flag("flat") else {"onCallParticipants": found})


def next_on_calls(context: Context) -> Reply:
    """Answer who is on call after the next change."""
    found = next_on_call(context.site, schedule_of(context), _moment(context))
    return Reply({"nextOnCallUsers": people(found)} if context.flag("flat") else _next({"onCallParticipants": found}))


def _next(item: Item) -> Item:
    # They are nested below their own key, too.
    inner = {"nextOnCallParticipants": [_next(one) for one in item.get("onCallParticipants", [])]}
    own = {name: value for name, value in item.items() if name != "onCallParticipants"}
    return {**own, **(inner if "onCallParticipants" in item else {})}


def timeline(context: Context) -> Reply:
    """Answer who has which rotation in an interval that begins with the day, week or month of a date."""
    schedule = schedule_of(context)
    unit = context.query.get("intervalUnit", "weeks")
    if unit not in UNITS:
        raise unprocessable(intervalUnit=f"must be one of {list(UNITS)}")
    since = _beginning(_moment(context), unit, schedule)
    until = since + context.number("interval", 1, least=1) * timedelta(days=UNITS[unit])
    if since < context.now - YEAR or until > context.now + 2 * YEAR:
        raise unprocessable(date="must be at most a year back, and two ahead")
    answer: Item = {"startDate": _text(since), "endDate": _text(until)}
    answer["finalTimeline"] = _timeline(context, schedule, since, until, {*TIMELINES})
    for kind in context.query.get("expand", "").split(","):
        if kind in TIMELINES:
            answer[TIMELINES[kind]] = _timeline(context, schedule, since, until, {kind})
    return Reply(answer)


def _timeline(context: Context, schedule: Item, since: datetime, until: datetime, kinds: set[str]) -> Item:
    # Without the others: what there would be, were there no overrides and no forwarding rules.
    if kinds == {"base"}:
        schedule = {**schedule, "overrides": []}
    rotations = []
    for order, rotation in enumerate(schedule["rotations"], 1):
        found = (
            period
            for period in periods(context.site, schedule, rotation, since, until, forwarded=kinds != {"base"})
            if period.kind in kinds
        )
        shown = [_period(context, period) for period in found]
        rotations.append(
            {"id": rotation["id"], "name": rotation["name"], "order": order, "deleted": False, "periods": shown}
        )
    return {"rotations": rotations}


def _period(context: Context, period: Period) -> Item:
    shown: Item = {
        "startDate": _text(period.start),
        "endDate": _text(period.end),
        "type": "historical" if period.end <= context.now else period.kind,
        "responder": _responder(context, period.responder),
    }
    if period.responder["type"] in ("team", "escalation"):
        flat = people(behind(context.site, period.responder, period.start))
        shown["flattenedResponders"] = list(_responders(context, flat))
    if period.forwarded_from:
        shown["from"] = _responder(context, period.forwarded_from)
    return shown


def _responders(context: Context, account_ids: Iterable[str]) -> Iterator[Item]:
    for account_id in account_ids:
        yield _responder(context, {"id": account_id, "type": "user"})


def _responder(context: Context, reference: Item) -> Item:
    return {"id": reference["id"], "type": reference["type"], "deleted": _is_deleted(context, reference)}


def _is_deleted(context: Context, reference: Item) -> bool:
    kind, identifier = reference["type"], reference["id"]
    if kind == "user":
        person = context.site.person(identifier)
        return person is None or not is_active(person)
    return kind != "noone" and not exists(context.site, kind, identifier)


def _beginning(moment: datetime, unit: str, schedule: Item) -> datetime:
    local = zone(schedule["timezone"])
    day = moment.astimezone(local).date()
    back = {"days": 0, "weeks": day.weekday(), "months": day.day - 1}[unit]
    return instant(datetime.combine(day - timedelta(days=back), time()), local)


def _moment(context: Context) -> datetime:
    text = context.query.get("date")
    try:
        return parsed(text) if text else context.now
    except ValueError:
        raise unprocessable(date="must be a date like 2026-11-25T09:00:00Z") from None


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
