"""Settings of the service, read only once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from service import near_names
from service.model import ascii_lower

if TYPE_CHECKING:
    from service.jsm.settings import JsmSettings

PRODUCTS = OPSGENIE, JSM = "opsgenie", "jsm"
SECRETS = {OPSGENIE: ("ACCESS_TOKEN",), JSM: ("JSM_API_TOKEN", "JSM_ORG_KEY")}
"""The variables that must not be seen, by the product that needs them."""

HOSTS = {
    "us": "https://api.opsgenie.com",
    "eu": "https://api.eu.opsgenie.com",
    "sandbox": "https://api.sandbox.opsgenie.com",
}


class SettingsError(click.ClickException):
    """A setting is missing or unusable; a ClickException, so that `flask run` prints the sentence and no traceback."""


@dataclass(frozen=True)
class Settings:
    """The service's settings; `time_budget` is in seconds and applies without a Lambda context.

    What belongs to a product that is not one of `products` has its default.
    """

    access_token: str = field(default="", repr=False)
    opsgenie_api_url: str = HOSTS["us"]
    protected_users: frozenset[str] = frozenset()
    time_budget: float = 25.0
    products: tuple[str, ...] = (OPSGENIE,)
    jsm: "JsmSettings | None" = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read PRODUCT, what the product needs, PROTECTED_USERS and TIME_BUDGET.

        Raises SettingsError naming every setting that is wrong, and never a secret.
        """
        problems = list(near_names.problems(environ))
        settings = cls.read(environ, problems)
        if problems:
            raise SettingsError("; ".join(problems))
        return settings

    @classmethod
    def read(cls, environ: Mapping[str, str], problems: list[str]) -> "Settings":
        """Read the settings; add a sentence to `problems` for each one that is wrong."""
        products = chosen(environ, problems)
        uses_opsgenie = OPSGENIE in products
        return cls(
            access_token=_token(environ.get("ACCESS_TOKEN", ""), problems) if uses_opsgenie else "",
            opsgenie_api_url=_url(environ.get("OPSGENIE_API_URL", ""), problems) if uses_opsgenie else HOSTS["us"],
            jsm=_site(environ, problems) if JSM in products else None,
            protected_users=_users(environ.get("PROTECTED_USERS", "")),
            time_budget=_seconds(environ.get("TIME_BUDGET", ""), problems),
            products=products,
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must be in no answer and in no log."""
        of_site = (self.jsm.api_token, self.jsm.org_key) if self.jsm else ()
        return tuple(secret for secret in (self.access_token, *of_site) if secret)


def chosen(environ: Mapping[str, str], problems: list[str]) -> tuple[str, ...]:
    """Return the products that PRODUCT names, Opsgenie without it; an unusable one is none, and a problem."""
    value = environ.get("PRODUCT", "").strip()
    named = tuple(name.strip() for name in (ascii_lower(value) or OPSGENIE).split(","))
    if set(named) <= set(PRODUCTS) and len(named) == 1:
        return named
    several = ", one of them" if set(named) <= set(PRODUCTS) else ""
    problems.append(f"PRODUCT takes {' or '.join(PRODUCTS)}{several}, not {value[:50]!r}")
    return ()


def _site(environ: Mapping[str, str], problems: list[str]) -> "JsmSettings":
    # Only here: what is imported for a product that is not chosen makes every cold start longer.
    from service.jsm.settings import JsmSettings

    return JsmSettings.from_environ(environ, problems)


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
