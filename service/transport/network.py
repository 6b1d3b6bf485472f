"""Proxy and CA bundle, as the environment names them, checked before anything is sent."""

import re
import ssl
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.utils import select_proxy
from urllib3.util import parse_url

from service.settings import SettingsError

_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")


def proxy_and_ca_bundle(url: str) -> tuple[dict[str, str], str | None]:
    """Return the environment's proxy for calls to a URL, under its scheme and host, and its CA bundle.

    Raises SettingsError where the proxy cannot be used. https://requests.readthedocs.io/en/latest/user/advanced/#proxies
    """
    found = requests.Session().merge_environment_settings(url, {}, False, None, None)
    proxy = select_proxy(url, found["proxies"])
    if proxy and not _is_http(proxy):
        raise SettingsError("HTTPS_PROXY or ALL_PROXY does not name an HTTP proxy, the only kind that can be used")
    parts, ca_bundle = urlsplit(url), found["verify"]
    proxies = {f"{parts.scheme}://{parts.hostname}": proxy} if proxy else {}
    return proxies, ca_bundle if isinstance(ca_bundle, str) else None


def check_ca_bundle(path: str, read: Callable[[], object]) -> None:
    """Let `read` read a CA bundle; raises SettingsError if it has no certificates.

    OpenSSL looks into a folder only to verify a server, and then only for names made from a hash.
    https://docs.openssl.org/3.0/man1/openssl-rehash/
    """
    bundle = f"the CA bundle {path} that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names"
    try:
        read()
        names = [file.name for file in Path(path).iterdir()] if Path(path).is_dir() else None
    except FileNotFoundError:
        raise SettingsError(f"{bundle} is not there") from None
    except ssl.SSLError:
        raise SettingsError(f"{bundle} has no certificates: it has to be a file of them in PEM") from None
    except OSError as error:
        raise SettingsError(f"{bundle} cannot be read ({error.strerror})") from None
    if names is not None and not any(map(_HASHED.fullmatch, names)):
        raise SettingsError(f"{bundle} has no certificates under their hashes: run `openssl rehash` on this folder")


def _is_http(proxy: str) -> bool:
    try:
        parts = parse_url(proxy if "://" in proxy else f"http://{proxy}")
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.host)
