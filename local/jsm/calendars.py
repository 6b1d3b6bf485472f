"""Serve calendars: a person's turns, and a schedule's.

https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedule-on-calls/
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from local.jsm.answers import Reply, forbidden, not_found
from local.jsm.context import Context, Route
from local.jsm.shifts import Period, behind, people, periods
from local.jsm.sight import schedule_of
from local.jsm.site import Site
from local.simulator.ics import Event, calendar
from local.simulator.store import Item

PRODUCT = "-//Atlassian//Jira Service Management//EN"
YEAR, MONTH = timedelta(days=365), timedelta(days=30)


def routes() -> Iterator[Route]:
    """List the endpoints."""
    yield Route("GET", "/v1/schedules/on-calls/<raw:person>.ics", of_person)
    yield Route("GET", "/v1/schedules/<raw:schedule>.ics", of_schedule)


def of_person(context: Context) -> Reply:
    """Answer a person's turns, to that person, an admin, and an admin of one of their teams."""
    account_id = context.variables["person"]
    if context.site.person(account_id) is None:
        raise not_found("user", account_id)
    _require_own(context, account_id)
    events = list(_events_of_person(context, account_id))
    if context.quirks.ics == "404" and not events:
        raise not_found("on-call calendar", account_id)
    return Reply(calendar(PRODUCT, context.now, events))


def of_schedule(context: Context) -> Reply:
    """Answer the turns of a schedule, from the start of this month on, for a year."""
    schedule = schedule_of(context)
    since = _month(context.now)
    events = (
        _event(schedule, rotation, period)
        for rotation in schedule["rotations"]
        for period in periods(context.site, schedule, rotation, since, since + YEAR)
    )
    return Reply(calendar(PRODUCT, context.now, events))


def _require_own(context: Context, account_id: str) -> None:
    caller = context.caller
    theirs = context.site.teams_of(account_id)
    administers = any(
        caller.account_id in team["admins"] for team in context.site.teams.values() if team["teamId"] in theirs
    )
    if not (caller.operations_admin or caller.account_id == account_id or administers):
        raise forbidden("see the on-call calendar of this user")


def _events_of_person(context: Context, account_id: str) -> Iterator[Event]:
    if context.quirks.ics == "empty":
        return
    since = _month(context.now)
    until = since + (MONTH if context.quirks.ics == "month" else YEAR)
    ids = _leading_to(context.site, account_id)
    for schedule in context.site.schedules.values():
        for rotation in schedule["rotations"]:
            if not any(reference["id"] in ids for reference in _references(schedule, rotation)):
                continue
            for period in periods(context.site, schedule, rotation, since, until):
                if _reaches(context, period, account_id):
                    yield _event(schedule, rotation, period)


def _references(schedule: Item, rotation: Item) -> Iterator[Item]:
    yield from rotation["participants"]
    yield from (override["responder"] for override in schedule["overrides"])


def _leading_to(site: Site, account_id: str) -> set[str]:
    """List the ids of all whose turns may be a person's; the turns of the others need not be computed."""
    ids = {
        account_id,
        *(rule["fromUserId"] for rule in site.forwarding_rules.values() if rule["toUserId"] == account_id),
    }
    ids |= {team["teamId"] for team in site.teams.values() if not ids.isdisjoint(team["members"])}
    while True:
        more = {
            entry["id"]
            for entry in site.escalations.values()
            if any(rule["recipient"]["id"] in ids for rule in entry["rules"])
        }
        more |= {
            schedule["id"]
            for schedule in site.schedules.values()
            for rotation in schedule["rotations"]
            if any(reference["id"] in ids for reference in _references(schedule, rotation))
        }
        if more <= ids:
            return ids
        ids |= more


def _reaches(context: Context, period: Period, account_id: str) -> bool:
    if period.responder["id"] == account_id:
        return True
    if context.quirks.ics == "direct":
        return False
    return account_id in people(behind(context.site, period.responder, period.start))


def _event(schedule: Item, rotation: Item, period: Period) -> Event:
    uid = f"{rotation['id']}-{period.start:%Y%m%dT%H%M%SZ}"
    return Event(uid, period.start, period.end, f"{schedule['name']} - {rotation['name']}")


def _month(now: datetime) -> datetime:
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
