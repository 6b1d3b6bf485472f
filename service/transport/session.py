"""The session of a process: its connections, proxy and CA bundle."""

from http.cookiejar import DefaultCookiePolicy
from pathlib import Path

import requests
from requests.adapters import DEFAULT_CA_BUNDLE_PATH
from requests.cookies import RequestsCookieJar

from service.parallel import AT_ONCE
from service.settings import SettingsError
from service.transport.timeouts import BoundedAdapter

_NO_COOKIES = DefaultCookiePolicy(allowed_domains=[])


def open_session(base_url: str, *, is_loopback: bool) -> requests.Session:
    """Return a session to be kept for the life of the process, so that connections are used again.

    Proxy and CA bundle are the environment's, but for a server on this machine. It carries no key: each API's auth is
    given with each call. Raises SettingsError where proxy or CA bundle cannot be used.
    """
    session, ca_bundle = requests.Session(), DEFAULT_CA_BUNDLE_PATH
    session.headers["User-Agent"] = "opsgenie-offboarding"
    if not is_loopback:
        # Read once: asking the environment for each call costs more than the call.
        found = session.merge_environment_settings(base_url, {}, False, None, None)
        session.proxies = found["proxies"]
        if isinstance(found["verify"], str):
            ca_bundle = found["verify"]
        if session.proxies.get("https", "").lower().startswith("socks"):
            raise SettingsError("HTTPS_PROXY names a SOCKS proxy; only HTTP proxies can be used")
    adapter = BoundedAdapter(ca_bundle, pool_connections=1, pool_maxsize=AT_ONCE)
    if ca_bundle != DEFAULT_CA_BUNDLE_PATH:
        _check(adapter, ca_bundle)
    session.trust_env = False
    session.cookies = RequestsCookieJar(policy=_NO_COOKIES)
    session.mount(base_url, adapter)
    return session


def _check(adapter: BoundedAdapter, ca_bundle: str) -> None:
    named = f"the CA bundle {ca_bundle} that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names"
    if not Path(ca_bundle).exists():
        raise SettingsError(f"{named} is not there")
    try:
        adapter.tls_context()
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise SettingsError(f"{named} cannot be used ({reason})") from error
