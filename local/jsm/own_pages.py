"""Serve what clients try their credentials with, and the caller's own pages: logs, alerts, contacts, rules.

https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-audit-logs/
"""

from collections.abc import Iterator

from local.jsm.answers import Reply, not_found, not_in_plan, unauthorized, unprocessable
from local.jsm.callers import ALERT_READ
from local.jsm.context import Context, Route
from local.jsm.paging import LARGE, page
from local.simulator.fields import dates, require

LOG_LIMITS = (1000, 5000)


def routes() -> Iterator[Route]:
    """List the endpoints."""
    alerts = (frozenset({ALERT_READ}),)
    yield Route("GET", "/v1/alerts", list_alerts, alerts)
    yield Route("GET", "/v1/alerts/<raw:alert>", read_alert, alerts)
    yield Route("GET", "/v1/logs", list_logs)
    yield Route("GET", "/v1/notification-rules", lambda context: Reply(page(context, [], LARGE)))
    yield Route("GET", "/v1/users/contacts", list_contacts)


def list_alerts(context: Context) -> Reply:
    """List alerts."""
    answer = page(context, context.site.alerts.values(), LARGE)
    return Reply({**answer, "count": len(answer["values"])})


def read_alert(context: Context) -> Reply:
    """Answer one alert."""
    alert = context.site.alerts.find(context.variables["alert"], "id")
    if alert is None:
        raise not_found("alert", context.variables["alert"])
    return Reply(alert)


def list_logs(context: Context) -> Reply:
    """Answer an empty page of logs, which are not kept here; that it is a 200 proves the caller's role."""
    require(context.query.to_dict(), "startTime", "endTime")
    dates(context.query.to_dict(), "startTime", "endTime")
    least, most = LOG_LIMITS
    if context.number("limit", least, least=least) > most:
        raise unprocessable(limit=f"must be from {least} to {most}")
    needed = context.quirks.logs_need
    if needed == "plan":
        raise not_in_plan("audit logs", 403)
    caller = context.caller
    if not (caller.product_admin or (needed == "any admin" and caller.operations_admin)):
        raise unauthorized()
    return Reply({"values": [], "links": {}})


def list_contacts(context: Context) -> Reply:
    """List the caller's own contacts; there is no way to ask for anybody else's."""
    person = context.site.person(context.caller.account_id)
    address = person["email"] if person else ""
    contact = {"id": f"{context.caller.account_id}-email", "method": "email", "to": address, "enabled": True}
    return Reply(page(context, [contact], LARGE))
