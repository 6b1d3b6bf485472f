"""One choke point for HTTP: address, auth, time-outs, retries, and what an answer means."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote

import requests
from requests.auth import AuthBase
from requests.structures import CaseInsensitiveDict
from tenacity import Retrying
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from service.deadline import Deadline
from service.errors import (
    ServiceError,
    UnavailableError,
    UnexpectedResponseError,
)
from service.transport.failures import lost
from service.transport.limiter import Limiter
from service.transport.prepared import Query, from_template, template
from service.transport.retries import asked_wait, http_date, retrying
from service.transport.session import Session

CONNECT_TIMEOUT = 4.0
READ_TIMEOUT = 12.0
"""Seconds to wait for a connection, and for a whole answer, if the deadline leaves that much."""

MASKED = "[the key]"

LARGEST_ANSWER = 8 * 1024 * 1024
"""The most bytes read of an answer."""

Decipher = Callable[[int, Mapping[str, str], bytes], dict[str, Any]]
"""Takes status, headers and body; returns the JSON object, or raises the ServiceError that they mean."""


@dataclass(frozen=True)
class Api:
    """A vendor's API: where it is, who asks, and what its answers mean."""

    base_url: str
    auth: AuthBase
    decipher: Decipher
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What of `auth` must not be repeated from an answer, in each form in which it is sent."""
    unquoted: str = ""
    """Characters of a part of a path that are sent as they are; a slash is never one."""


class Transport:
    """Calls to one API within one deadline, and within the limits that the session knows."""

    def __init__(self, session: Session, api: Api, deadline: Deadline, limiter: Limiter | None = None) -> None:
        self._session = session
        self._api = api
        self._deadline = deadline
        self._limiter = limiter or session.limiter
        self._dates: list[str] = []

    @property
    def server_time(self) -> datetime | None:
        """The server's clock, as the last answer told it; None where it did not."""
        # A server in front may add its own time before that of the application.
        return http_date(self._dates[-1]) if self._dates else None

    def within(self, seconds: float) -> "Transport":
        """Return one to the same API that has less time, and that is throttled by itself."""
        deadline = Deadline(min(seconds, self._deadline.remaining()), "this read")
        return Transport(self._session, self._api, deadline, self._session.brief_limiter)

    def to(self, api: Api) -> "Transport":
        """Return one to another API of the vendor's, which is throttled together with this one."""
        return Transport(self._session, api, self._deadline, self._limiter)

    def request(
        self,
        method: str,
        *path: str,
        query: Query | None = None,
        body: Mapping[str, Any] | None = None,
        retry: bool = True,
        only_reads: bool = False,
    ) -> dict[str, Any]:
        """Make a call and return the JSON object it answers; the parts of the path are quoted here.

        Throttling, 5xx and lost connections are tried again within the deadline, unless `retry` is off. What is not a
        GET counts as a write, unless it `only_reads`.
        """
        url = "/".join([self._api.base_url, *(_quoted(part, self._api.unquoted) for part in path)])
        write = method != "GET" and not only_reads
        if not retry:
            return self._attempt(method, url, query, body, write=write)
        earlier: ServiceError | None = None
        for attempt in retrying(self._deadline, write=write):
            with attempt:
                try:
                    return self._attempt(method, url, query, body, write=write)
                except ServiceError as error:
                    error.after(earlier)
                    earlier = error
                    raise
        raise AssertionError("the loop above returns or raises")

    def attempts(self) -> Retrying:
        """Return a loop that tries again what raises UnavailableError, as long as there is time for a write."""
        return retrying(self._deadline, write=True)

    def slot(self) -> AbstractContextManager[object]:
        """Wait until a write may start; this thread need not wait again while it has the slot."""
        return self._limiter.slot(self._deadline, write=True)

    def _attempt(
        self, method: str, url: str, query: Query | None, body: Mapping[str, Any] | None, *, write: bool
    ) -> dict[str, Any]:
        with self._limiter.slot(self._deadline, write=write) as at_once:
            self._deadline.check(write=write)
            # requests accepts urllib3's class, which alone bounds connecting and reading together.
            total = self._deadline.timeout(write=write)
            timeout: Any = Timeout(total=total, connect=CONNECT_TIMEOUT, read=READ_TIMEOUT)
            try:
                answer = self._call(method, url, query, body, timeout)
            except ServiceError as error:
                # A read changes nothing, whatever becomes of its answer.
                error.outcome_unknown = error.outcome_unknown and write
                error.pending = error.pending and write
                if isinstance(error, UnavailableError):
                    self._limiter.slow_down(at_once)
                    self._limiter.close(asked_wait(error, self._deadline, write=write))
                raise
            self._limiter.speed_up()
            return answer

    @cached_property
    def _template(self) -> requests.PreparedRequest:
        return template(self._session, self._api.base_url, self._api.auth)

    def _call(
        self, method: str, url: str, query: Query | None, body: Mapping[str, Any] | None, timeout: Any
    ) -> dict[str, Any]:
        try:
            request = from_template(self._template, method, url, query, body)
            options = {"allow_redirects": False, "stream": True, "timeout": timeout}
            with self._session.send(request, **options) as response:
                self._dates = response.raw.headers.getlist("Date")
                content = _content(response)
                headers: Mapping[str, str] = response.headers
                for secret in filter(None, self._api.secrets):
                    # Servers may repeat a key, and their words go into answers and logs.
                    content = content.replace(secret.encode(), MASKED.encode())
                    headers = CaseInsensitiveDict(
                        (name, text.replace(secret, MASKED)) for name, text in headers.items()
                    )
                return self._api.decipher(response.status_code, headers, content)
        except (requests.ConnectionError, requests.Timeout, HTTPError) as error:
            raise lost(error, out_of_time=not self._deadline.remaining()) from error
        except requests.RequestException as error:
            message = f"the answer cannot be read ({type(error).__name__})"
            raise UnexpectedResponseError(message, outcome_unknown=True) from error


def _quoted(part: str, unquoted: str) -> str:
    # Clients normalize dot segments, quoted or not: `..` would be the parent, and `` the list.
    if part in {"", ".", ".."}:
        raise UnexpectedResponseError(f"what is named {part!r} has no address of its own")
    return quote(part, safe=unquoted, errors="surrogatepass")


def _content(response: requests.Response) -> bytes:
    # read1 returns what has arrived, so no time is lost on a large body.
    content = bytearray()
    while chunk := response.raw.read1(65536, decode_content=True):
        content += chunk
        if len(content) > LARGEST_ANSWER:
            raise UnexpectedResponseError(f"the answer is larger than {LARGEST_ANSWER} bytes", outcome_unknown=True)
    return bytes(content)
