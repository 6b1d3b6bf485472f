"""Settings of the service, read only once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

import click

from service.model import ascii_lower

HOSTS = {
    "us": "https://api.opsgenie.com",
    "eu": "https://api.eu.opsgenie.com",
    "sandbox": "https://api.sandbox.opsgenie.com",
}


class SettingsError(click.ClickException):
    """A setting is missing or unusable; a ClickException, so that `flask run` prints the sentence and no traceback."""


@dataclass(frozen=True)
class Settings:
    """The service's settings; `time_budget` is in seconds and applies without a Lambda context."""

    access_token: str = field(repr=False)
    opsgenie_api_url: str = HOSTS["us"]
    protected_users: frozenset[str] = frozenset()
    time_budget: float = 25.0

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read ACCESS_TOKEN, OPSGENIE_API_URL, PROTECTED_USERS and TIME_BUDGET.

        Raises SettingsError naming every setting that is wrong, and never the token.
        """
        problems: list[str] = []
        settings = cls(
            access_token=_token(environ.get("ACCESS_TOKEN", ""), problems),
            opsgenie_api_url=_url(environ.get("OPSGENIE_API_URL", ""), problems),
            protected_users=_users(environ.get("PROTECTED_USERS", "")),
            time_budget=_seconds(environ.get("TIME_BUDGET", ""), problems),
        )
        if problems:
            raise SettingsError("; ".join(problems))
        return settings

    @property
    def is_loopback(self) -> bool:
        """Whether Opsgenie is simulated on this machine."""
        return is_loopback(self.opsgenie_api_url)


def token_problem(token: str) -> str:
    """Return what is wrong with a key that is set, as the end of a sentence; "" where nothing is."""
    if not token:
        return "is empty"
    return "" if token.isascii() and token.isprintable() else "has characters that no key has"


def _token(value: str, problems: list[str]) -> str:
    token = value.strip()
    if not token:
        problems.append("ACCESS_TOKEN is not set: it takes the key of an Opsgenie API integration")
    elif problem := token_problem(token):
        problems.append(f"ACCESS_TOKEN {problem}")
    return token


def base_url(text: str) -> str | None:
    """Return the address that a host or a URL without a path stands for; None where nothing can be called there.

    Without TLS only this machine can be called.
    """
    url = (text if "://" in text else f"https://{text}").rstrip("/")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return None
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url))
    bare = "@" not in parts.netloc and url.lower() == f"{parts.scheme}://{parts.netloc}".lower()
    usable = safe and bool(host) and bare and url.isascii() and url.isprintable() and " " not in url
    return url if usable else None


def is_loopback(url: str) -> bool:
    """Tell whether an address is on this machine, where a vendor is simulated."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _url(value: str, problems: list[str]) -> str:
    text = value.strip()
    url = HOSTS.get(text.lower() or "us") or base_url(text)
    if url is None:
        problems.append(
            f"OPSGENIE_API_URL takes {', '.join(HOSTS)}, a host or an https URL without a path, not {text[:100]!r}"
        )
    return url or ""


def _users(value: str) -> frozenset[str]:
    return frozenset(ascii_lower(user) for user in value.replace(",", " ").split())


def _seconds(value: str, problems: list[str]) -> float:
    text = value.strip()
    if not text:
        return Settings.time_budget
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 900:
        problems.append(f"TIME_BUDGET takes seconds from 1 to 900, not {text[:20]!r}")
    return seconds
