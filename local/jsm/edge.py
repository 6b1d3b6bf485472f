"""Serve the id of a site to anybody, and refuse people at the address that is for OAuth."""

from collections.abc import Iterator

from local.jsm.answers import Reply, unauthorized
from local.jsm.context import Context, Route


def routes() -> Iterator[Route]:
    """List the endpoint."""
    yield Route("GET", "/tenant_info", tenant_info)


def routes_of_oauth() -> Iterator[Route]:
    """List the endpoints of the second address of Operations."""
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        yield Route(method, "/v1/<path:anything>", refuse)


def tenant_info(context: Context) -> Reply:
    """Answer the id of the site, which needs no credential."""
    return Reply({"cloudId": context.site.cloud_id})


def refuse(_: Context) -> Reply:
    """Refuse Basic, as was seen live; there are no OAuth tokens here."""
    raise unauthorized()
