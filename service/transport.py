"""One choke point for HTTP: address, key, time-outs, retries, and status codes turned into errors."""

import json
import ssl
from collections.abc import Mapping
from contextlib import AbstractContextManager
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import quote

import requests
from requests.adapters import DEFAULT_CA_BUNDLE_PATH
from requests.auth import AuthBase
from requests.cookies import RequestsCookieJar
from tenacity import Retrying
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError
from urllib3.util import Timeout

from service.bounded import BoundedAdapter
from service.deadline import Deadline
from service.errors import (
    KeyRefusedError,
    NonsenseError,
    NotFoundError,
    OutOfTimeError,
    RejectedError,
    ServiceError,
    StillUsedError,
    ThrottledError,
    UnavailableError,
)
from service.network import check_ca_bundle, proxies_and_ca_bundle
from service.parallel import AT_ONCE
from service.retries import Throttle, patiently, period, retry_after
from service.settings import Settings

CONNECT_TIMEOUT = 4.0
READ_TIMEOUT = 12.0
"""Seconds to wait for a connection, and for the whole of an answer, where the deadline leaves so much."""

_NO_COOKIES = DefaultCookiePolicy(allowed_domains=[])

LARGEST_ANSWER = 8 * 1024 * 1024
"""Bytes of an answer that are read at most."""


class GenieKey(AuthBase):
    """Send the key, whatever a .netrc says.

    https://docs.opsgenie.com/docs/api-overview
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"GenieKey {self._key}"
        return request


def open_session(settings: Settings) -> requests.Session:
    """Return a session to be kept for the life of the process, so that connections are used again.

    Raises SettingsError where proxy or CA bundle of the environment cannot be used.
    """
    session, ca_bundle = requests.Session(), None
    session.auth = GenieKey(settings.access_token)
    session.headers["User-Agent"] = "opsgenie-offboarding"
    if not settings.is_loopback:
        # They are taken from the environment once: to ask for each call costs more than the call.
        session.proxies, ca_bundle = proxies_and_ca_bundle(settings.opsgenie_api_url)
    session.trust_env = False
    session.cookies = RequestsCookieJar(policy=_NO_COOKIES)
    usual = str(DEFAULT_CA_BUNDLE_PATH)
    adapter = BoundedAdapter(ca_bundle or usual, pool_connections=1, pool_maxsize=AT_ONCE)
    if ca_bundle:
        check_ca_bundle(ca_bundle, adapter.read_ca_bundle)
    session.mount(settings.opsgenie_api_url, adapter)
    return session


class Transport:
    """Calls to one server within one deadline."""

    def __init__(self, session: requests.Session, base_url: str, deadline: Deadline) -> None:
        self._session = session
        self._base_url = base_url
        self._deadline = deadline
        self._throttle = Throttle(AT_ONCE)

    def request(
        self,
        method: str,
        *path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        retry: bool = True,
    ) -> dict[str, Any]:
        """Make a call and return the JSON object it answers; the parts of the path are quoted here.

        Throttling, 5xx and lost connections are tried again within the deadline, unless `retry` is off.
        """
        url = "/".join([self._base_url, *map(_quoted, path)])
        if not retry:
            return self._attempt(method, url, query, body)
        maybe_done = False
        for attempt in self.attempts():
            with attempt:
                try:
                    return self._attempt(method, url, query, body)
                except ServiceError as error:
                    error.maybe_done = maybe_done = maybe_done or error.maybe_done
                    raise
        raise AssertionError("the loop above returns or raises")

    def attempts(self) -> Retrying:
        """Return a loop that tries again what raises UnavailableError, as long as there is time."""
        return patiently(self._deadline)

    def turn(self) -> AbstractContextManager[object]:
        """Wait until a call may start; the calls of this thread need not wait again before the turn ends."""
        return self._throttle.turn(self._deadline)

    def _attempt(
        self, method: str, url: str, query: Mapping[str, str] | None, body: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        write = method != "GET"
        with self._throttle.turn(self._deadline) as at_once:
            self._deadline.check(write=write)
            # requests takes urllib3's class too, which alone bounds connecting and waiting together.
            total = self._deadline.timeout(write=write)
            timeout: Any = Timeout(total=total, connect=CONNECT_TIMEOUT, read=READ_TIMEOUT)
            try:
                return self._call(method, url, params=query, json=body, timeout=timeout)
            except ServiceError as error:
                # A read changes nothing, whatever becomes of its answer.
                error.maybe_done = error.maybe_done and write
                if isinstance(error, ThrottledError):
                    self._throttle.slow_down(at_once)
                raise

    def _call(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        try:
            with self._session.request(method, url, allow_redirects=False, stream=True, **options) as response:
                return _answer(response, _content(response))
        except (requests.ConnectionError, requests.Timeout, HTTPError) as error:
            raise self._lost(error) from error
        except requests.RequestException as error:
            raise _uncertain(NonsenseError(f"the answer cannot be read ({type(error).__name__})")) from error

    def _lost(self, error: Exception) -> ServiceError:
        cause = getattr(error.args[0], "reason", None) if error.args else None
        if isinstance(cause, SSLError) and isinstance(cause.args[0], ssl.SSLCertVerificationError):
            return NonsenseError("the server's TLS certificate cannot be trusted")
        never_sent = isinstance(cause, NewConnectionError | ConnectTimeoutError)
        lost: ServiceError = UnavailableError(f"no answer ({type(error).__name__})")
        if not self._deadline.remaining():
            lost = OutOfTimeError("no answer in time")
        return lost if never_sent else _uncertain(lost)


def _quoted(part: str) -> str:
    # However they are quoted, addresses are tidied up on the way: `..` would be the thing above, and `` the list.
    if part in {"", ".", ".."}:
        raise NonsenseError(f"what is named {part!r} has no address of its own")
    return quote(part, safe="", errors="surrogatepass")


def _content(response: requests.Response) -> bytes:
    # read1 returns what has arrived: what is too large is not waited for.
    content = bytearray()
    while chunk := response.raw.read1(65536, decode_content=True):
        content += chunk
        if len(content) > LARGEST_ANSWER:
            raise _uncertain(NonsenseError(f"the answer is larger than {LARGEST_ANSWER} bytes"))
    return bytes(content)


def _uncertain(error: ServiceError) -> ServiceError:
    error.maybe_done = True
    return error


def _answer(response: requests.Response, content: bytes) -> dict[str, Any]:
    """Return the answer's JSON object, or raise what its status means.

    https://docs.opsgenie.com/docs/response
    """
    status = response.status_code
    if status == 429:
        times = {"retry_after": retry_after(response.headers), "period": period(response.headers)}
        raise ThrottledError("too many requests", **times)
    if status >= 500 and status != 501:
        raise _uncertain(UnavailableError(f"status {status}", retry_after=retry_after(response.headers)))
    answer = _json_object(content)
    if answer is None or status < 200 or 300 <= status < 400:
        raise _uncertain(NonsenseError(f"status {status} with a body that is no JSON object of the API"))
    if status < 300:
        return answer
    message = "".join(char if char.isprintable() else " " for char in str(answer.get("message", ""))[:1000])
    kinds: dict[int, type[ServiceError]] = {
        401: KeyRefusedError, 403: KeyRefusedError, 404: NotFoundError, 428: StillUsedError,
    }  # fmt: skip
    raise kinds.get(status, RejectedError)(message or f"status {status}")


def _json_object(content: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
