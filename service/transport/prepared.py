"""Requests to one API, prepared once as far as they are alike: that took a quarter of a call's processor time."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from requests import PreparedRequest
from requests.auth import AuthBase

from service.transport.session import Session

Query = Mapping[str, str | Sequence[str]]
"""The parameters of a query; one with several values is sent once for each."""


def template(session: Session, base_url: str, auth: AuthBase) -> PreparedRequest:
    """Prepare what every request to an API has: the headers of the session, and who asks."""
    prepared = PreparedRequest()
    prepared.prepare("GET", base_url, headers=session.headers, auth=auth)
    return prepared


def from_template(
    template: PreparedRequest, method: str, url: str, query: Query | None, body: Mapping[str, Any] | None
) -> PreparedRequest:
    """Return a request to a URL that is quoted already."""
    request = template.copy()
    request.prepare_method(method)
    request.url = f"{url}?{urlencode(query, doseq=True)}" if query else url
    request.prepare_body(None, None, body)
    return request
