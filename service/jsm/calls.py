"""How a site's APIs are called: where they are, who asks, and which thing an error is about."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from service import parsing
from service.errors import Cause, ServiceError, UnexpectedResponseError
from service.jsm.responses import NO_CONTENT, decipher
from service.jsm.settings import JsmSettings
from service.parsing import Json
from service.transport.call import Api, Transport

T = TypeVar("T")

ATLASSIAN = "https://api.atlassian.com"
"""The host of Operations and of the organization."""

AT_ONCE = 32
"""Calls under way at the same time, over all APIs: no rate limit is published."""

UNQUOTED = ":"
"""Account ids have a colon, which was seen not to be decoded where it is quoted."""


class OrganizationKey(AuthBase):
    """Send the key of the organization, ignoring any .netrc.

    https://developer.atlassian.com/cloud/admin/organization/rest/intro/#auth
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def base_urls(settings: JsmSettings) -> tuple[str, ...]:
    """Return where the APIs are."""
    return (settings.api_url,) if settings.api_url else (f"https://{settings.site}", ATLASSIAN)


def site_api(settings: JsmSettings) -> Api:
    """Return Jira and Teams of a site."""
    return _persons(settings, base_urls(settings)[0])


def operations_api(settings: JsmSettings, cloud_id: str) -> Api:
    """Return Operations of a site."""
    return _persons(settings, f"{base_urls(settings)[-1]}/jsm/ops/api/{quote(cloud_id, safe='')}")


def organization_api(settings: JsmSettings) -> Api:
    """Return the organization that a site belongs to."""
    key = settings.org_key
    return Api(f"{base_urls(settings)[-1]}/admin", OrganizationKey(key), decipher, (key,), UNQUOTED)


def _persons(settings: JsmSettings, base_url: str) -> Api:
    auth = HTTPBasicAuth(settings.email, settings.api_token)
    # Without the padding, which JSON may write as an escape.
    sent = b64encode(f"{settings.email}:{settings.api_token}".encode()).decode().rstrip("=")
    return Api(base_url, auth, decipher, (settings.api_token, sent), UNQUOTED)


class Calls:
    """Calls of one API; each raises what `Transport.request` raises, with what it was about as the cause."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _request(self, method: str, what: str, *path: str, **options: Any) -> dict[str, Any]:
        try:
            return self._transport.request(method, *path, **options)
        except ServiceError as error:
            error.cause = replace(error.cause, what=what)
            raise

    def _get(self, what: str, read: Callable[[Any], T], *path: str, **options: Any) -> T:
        answer = self._request("GET", what, *path, **options)
        with parsing.parsing(what):
            return read(answer)

    def _pages(self, what: str, *path: str, query: Json) -> Iterator[Any]:
        """Yield the entries of a list, page by page."""
        following: Json | None = query
        seen: list[Json] = []
        while following is not None:
            if following in seen:
                raise UnexpectedResponseError(f"the pages of {what} lead back to an earlier one")
            seen.append(following)
            answer = self._request("GET", what, *path, query=following)
            with parsing.parsing(what):
                found = parsing.entries(answer["values"], "values")
                following = _next(answer, query)
            yield from found

    def _delete(self, what: str, *path: str, method: str = "DELETE", body: Json | None = None) -> None:
        """Make a write that only a 204 says is done."""
        answer = self._request(method, what, *path, body=body)
        if answer != NO_CONTENT:
            raise not_done(what)


def not_done(what: str) -> UnexpectedResponseError:
    """Return the error for an answer that does not say that a write is done."""
    error = UnexpectedResponseError("the answer does not say that it is done", outcome_unknown=True)
    error.cause = Cause(what)
    return error


def _next(answer: Json, query: Json) -> Json | None:
    """Return the query of the next page; what `links.next` leaves out stays as it was asked for."""
    following = (answer.get("links") or {}).get("next")
    # `next` is relative to an address that is not documented: only its query is used.
    return {**query, **dict(parse_qsl(urlsplit(following).query))} if following else None
