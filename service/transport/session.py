"""The session of a process: its connections, limits, proxy and CA bundle."""

from collections.abc import Sequence
from http.cookiejar import DefaultCookiePolicy

import requests
from requests.adapters import DEFAULT_CA_BUNDLE_PATH
from requests.cookies import RequestsCookieJar

from service.parallel import AT_ONCE
from service.settings import is_loopback
from service.transport.limiter import Limiter
from service.transport.network import check_ca_bundle, proxy_and_ca_bundle
from service.transport.timeouts import BoundedAdapter

_NO_COOKIES = DefaultCookiePolicy(allowed_domains=[])


class Session(requests.Session):
    """Connections to one server, and its limits as far as they are known.

    Reads that only tell have limits of their own: their throttling must not slow down those that decide.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        super().__init__()
        self.limiter, self.brief_limiter = Limiter(at_once), Limiter(at_once)


def open_session(base_urls: Sequence[str], at_once: int = AT_ONCE) -> Session:
    """Return a session to be kept for the life of the process, so that connections are reused.

    Proxy and CA bundle are the environment's, except for a loopback server. It carries no key: each API's auth is
    given with each call, so many `at_once` at most. Raises SettingsError where proxy or CA bundle cannot be used.
    """
    session, ca_bundle = Session(at_once), None
    session.headers["User-Agent"] = "opsgenie-offboarding"
    session.proxies = {}
    for url in base_urls:
        if not is_loopback(url):
            # Read once: asking the environment for each call costs more than the call.
            proxy, ca_bundle = proxy_and_ca_bundle(url)
            session.proxies.update(proxy)
    session.trust_env = False
    session.cookies = RequestsCookieJar(policy=_NO_COOKIES)
    ca_file = ca_bundle or DEFAULT_CA_BUNDLE_PATH
    adapter = BoundedAdapter(ca_file, pool_connections=len(base_urls), pool_maxsize=at_once)
    if ca_bundle:
        check_ca_bundle(ca_bundle, adapter.read_ca_bundle)
    for url in base_urls:
        session.mount(url, adapter)
    return session
