"""Calls of Operations that only the console makes: recreate entries."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from service import parsing as fields
from service.errors import BadRequestError
from service.jsm import parsing
from service.jsm.operations import Operations
from service.model import ForwardingRule, Override, is_over
from service.parsing import Json
from service.serialization import as_time

SOON = timedelta(minutes=1)
"""How long after now an override begins that may not begin in the past: the site's clock may be ahead."""


class ConsoleOperations(Operations):
    """More of Operations' endpoints; no POST is retried: to repeat one, read first."""

    def create_override(self, override: Override, now: datetime) -> str:
        """Create an override, under an alias that is the site's; returns what differs from the one asked for.

        Whether it may begin in the past is not documented: where it may not, it begins a minute after now.
        https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-schedule-overrides/
        """
        try:
            self._create_override(override, override.start_date)
        except BadRequestError:
            if not is_over(override.start_date, now):
                raise
            self._create_override(override, as_time(now + SOON))
            return "it begins a minute after now: the site takes none that began before"
        return ""

    def create_forwarding_rule(self, rule: ForwardingRule) -> None:
        """Create a forwarding rule, which gets a new id.

        https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-forwarding-rules/
        """
        body = {
            "fromUserId": rule.from_user.id,
            "toUserId": rule.to_user.id,
            "startDate": rule.start_date,
            "endDate": rule.end_date,
        }
        self._create(f"the forwarding rule {rule.name}", body, "v1", "forwarding-rules")

    def _create_override(self, override: Override, start_date: str) -> None:
        what, responder = f"the override in {override.schedule.name}", {"type": "user", "id": override.user.id}
        body = {
            "responder": responder,
            "startDate": start_date,
            "endDate": override.end_date,
            **({"rotationIds": [one.id for one in override.rotations]} if override.rotations else {}),
        }
        answer = self._create(what, body, "v1", "schedules", override.schedule.id, "overrides")
        shown: Callable[[], Any] = lambda: [parsing.participant(fields.part(answer, "responder"))]  # noqa: E731
        self._check_written(what, shown, [parsing.participant(responder)])

    def _create(self, what: str, body: Json, *path: str) -> dict[str, Any]:
        return self._request("POST", what, *path, body=body, retry=False)
