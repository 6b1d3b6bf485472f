"""One session to several hosts: each has the proxy of the environment unless it is exempt."""

import pytest

from service.settings import SettingsError
from service.transport.session import open_session
from service.transport.timeouts import BoundedAdapter

SITE, ATLASSIAN, LOCAL = "https://example.atlassian.net", "https://api.atlassian.com", "http://127.0.0.1:5002"
PROXY = "http://proxy.example.com:3128"

pytestmark = pytest.mark.usefixtures("bare_environment")


def test_hosts_share_one_adapter_and_so_one_ca_bundle() -> None:
    session = open_session((SITE, ATLASSIAN))

    adapter = session.get_adapter(f"{SITE}/rest/api/3/myself")
    assert isinstance(adapter, BoundedAdapter)
    assert session.get_adapter(f"{ATLASSIAN}/admin") is adapter


@pytest.mark.parametrize(
    ("urls", "no_proxy", "proxies"),
    [
        ((SITE, ATLASSIAN), "", {SITE: PROXY, ATLASSIAN: PROXY}),
        ((SITE, ATLASSIAN), "api.atlassian.com", {SITE: PROXY}),
        ((SITE, ATLASSIAN), "example.atlassian.net", {ATLASSIAN: PROXY}),
        ((SITE, ATLASSIAN), ".atlassian.net,.atlassian.com", {}),
        ((LOCAL,), "", {}),
        ((LOCAL, ATLASSIAN), "", {ATLASSIAN: PROXY}),
        ((f"{SITE}:8443",), "", {SITE: PROXY}),
    ],
)
def test_proxy_is_that_of_each_host(
    monkeypatch: pytest.MonkeyPatch, urls: tuple[str, ...], no_proxy: str, proxies: dict[str, str]
) -> None:
    monkeypatch.setenv("ALL_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", no_proxy)

    assert open_session(urls).proxies == proxies


def test_unusable_proxy_of_any_host_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://proxy.example.com")
    monkeypatch.setenv("NO_PROXY", "example.atlassian.net")

    with pytest.raises(SettingsError, match=r"^HTTPS_PROXY or ALL_PROXY does not name an HTTP proxy"):
        open_session((SITE, ATLASSIAN))
    open_session((SITE,))
