"""Heartbeats and services, which belong to teams and hold nobody; to be read only.

https://docs.opsgenie.com/docs/heartbeat-api and https://docs.opsgenie.com/docs/service-api
"""

from collections.abc import Iterator, Mapping

from local.opsgenie.answers import Reply
from local.opsgenie.entities import BY_ID, Context, Entities, Route
from local.opsgenie.paging import paged


class Heartbeats(Entities):
    """Serve heartbeats, which have no id."""

    entity = "Heartbeat"
    collection = "heartbeats"
    path = "/v2/heartbeats"
    by: Mapping[str, str] = {"name": "name"}
    type_parameter = ""

    def routes(self) -> Iterator[Route]:
        yield Route("GET", self.path, self.list)
        yield Route("GET", f"{self.path}/<identifier:identifier>", self.read)

    def list(self, context: Context) -> Reply:
        return Reply({"data": {"heartbeats": self.shelf(context).values()}})


class Services(Entities):
    """Serve services."""

    entity = "Service"
    collection = "services"
    path = "/v1/services"
    by = BY_ID
    type_parameter = ""

    def routes(self) -> Iterator[Route]:
        yield Route("GET", self.path, self.list)
        yield Route("GET", f"{self.path}/<identifier:identifier>", self.read)

    def list(self, context: Context) -> Reply:
        page, paging = paged(context, self.path, self.shelf(context).values())
        return Reply({"data": page, "paging": paging})
