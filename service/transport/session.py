"""The session of a process: its connections, limits, proxy and CA bundle."""

from http.cookiejar import DefaultCookiePolicy

import requests
from requests.adapters import DEFAULT_CA_BUNDLE_PATH
from requests.cookies import RequestsCookieJar

from service.parallel import AT_ONCE
from service.transport.limiter import Limiter
from service.transport.network import check_ca_bundle, proxies_and_ca_bundle
from service.transport.timeouts import BoundedAdapter

_NO_COOKIES = DefaultCookiePolicy(allowed_domains=[])


class Session(requests.Session):
    """Connections to one server, and its limits as far as they are known.

    Reads that only tell have limits of their own: their throttling must not slow down those that decide.
    """

    def __init__(self) -> None:
        super().__init__()
        self.limiter, self.brief_limiter = Limiter(AT_ONCE), Limiter(AT_ONCE)


def open_session(base_url: str, *, is_loopback: bool) -> Session:
    """Return a session to be kept for the life of the process, so that connections are reused.

    Proxy and CA bundle are the environment's, except for a loopback server. It carries no key: each API's auth is
    given with each call. Raises SettingsError where proxy or CA bundle cannot be used.
    """
    session, ca_bundle = Session(), None
    session.headers["User-Agent"] = "opsgenie-offboarding"
    if not is_loopback:
        # Read once: asking the environment for each call costs more than the call.
        session.proxies, ca_bundle = proxies_and_ca_bundle(base_url)
    session.trust_env = False
    session.cookies = RequestsCookieJar(policy=_NO_COOKIES)
    adapter = BoundedAdapter(ca_bundle or DEFAULT_CA_BUNDLE_PATH, pool_connections=1, pool_maxsize=AT_ONCE)
    if ca_bundle:
        check_ca_bundle(ca_bundle, adapter.read_ca_bundle)
    session.mount(base_url, adapter)
    return session
