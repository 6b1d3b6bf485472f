"""Settings of a Jira Service Management site."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from service.model import ascii_lower
from service.settings import base_url, token_problem

ENDS = NONE, SUSPEND, REMOVE = "none", "suspend", "remove"
UUID = "11111111-2222-3333-4444-555555555555"
TRUST = {"": False, "0": False, "false": False, "1": True, "true": True}

_TAKES = {
    "JSM_SITE": "it takes the host of the site, such as example.atlassian.net",
    "JSM_EMAIL": "it takes the e-mail address of the person whose JSM_API_TOKEN it is",
    "JSM_API_TOKEN": "it takes an API token of a person who administers Jira Service Management",
}


@dataclass(frozen=True)
class JsmSettings:
    """The site, who asks it, and how an account is ended there; what is "" is asked for, or not used."""

    site: str
    email: str
    api_token: str = field(repr=False)
    org_key: str = field(default="", repr=False)
    end: str = NONE
    cloud_id: str = ""
    org_id: str = ""
    api_url: str = ""
    """Where all the APIs are instead of at their own hosts; for a simulated site."""
    trust_token: bool = False
    """Whether the token is taken to see all schedules and teams where that cannot be proved."""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], problems: list[str]) -> "JsmSettings":
        """Read the variables that begin with JSM_; what is wrong with them is added to `problems`."""
        given = {name: value.strip() for name, value in environ.items() if name.startswith("JSM_")}
        problems += [f"{name} is not set: {takes}" for name, takes in _TAKES.items() if not given.get(name)]
        org_key = _secret("JSM_ORG_KEY", "key", given, problems)
        return cls(
            site=_site(given.get("JSM_SITE", ""), problems),
            email=_email(given.get("JSM_EMAIL", ""), problems),
            api_token=_secret("JSM_API_TOKEN", "token", given, problems),
            org_key=org_key,
            end=_end(given.get("JSM_END", ""), org_key, problems),
            cloud_id=_id("JSM_CLOUD_ID", given, problems),
            org_id=_id("JSM_ORG_ID", given, problems),
            api_url=_url(given.get("JSM_API_URL", ""), problems),
            trust_token=_trust(given.get("JSM_TRUST_TOKEN", ""), problems),
        )


def _site(text: str, problems: list[str]) -> str:
    site = ascii_lower(text).removeprefix("https://").rstrip("/")
    if site and not re.fullmatch(r"([a-z0-9-]+\.)+[a-z0-9-]+", site):
        problems.append(f"JSM_SITE takes the host of the site, such as example.atlassian.net, not {text[:100]!r}")
    return site


def _email(text: str, problems: list[str]) -> str:
    # Basic authentication ends the name at the first colon.
    if text and not (text.isascii() and text.isprintable() and re.fullmatch(r"[^@\s,:]+@[^@\s,:]+", text)):
        whose = "the e-mail address of the person whose JSM_API_TOKEN it is"
        problems.append(f"JSM_EMAIL takes {whose}, not {text[:100]!r}")
    return ascii_lower(text)


def _secret(name: str, noun: str, given: Mapping[str, str], problems: list[str]) -> str:
    secret = given.get(name, "")
    if secret and token_problem(secret):
        problems.append(f"{name} has characters that no {noun} has")
    return secret


def _end(text: str, org_key: str, problems: list[str]) -> str:
    end = text.lower() or NONE
    if end not in ENDS:
        problems.append(f"JSM_END takes none, suspend or remove, not {text[:20]!r}")
    elif end != NONE and not org_key:
        problems.append(f"JSM_END={end} needs JSM_ORG_KEY, a key of the organization")
    return end


def _id(name: str, given: Mapping[str, str], problems: list[str]) -> str:
    value = given.get(name, "")
    if value and not re.fullmatch("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
        problems.append(f"{name} takes an id such as {UUID}, not {value[:100]!r}")
    return value


def _url(text: str, problems: list[str]) -> str:
    url = base_url(text) if text else ""
    if url is None:
        problems.append(f"JSM_API_URL takes a host or an https URL without a path, not {text[:100]!r}")
    return url or ""


def _trust(text: str, problems: list[str]) -> bool:
    if text.lower() not in TRUST:
        problems.append(f"JSM_TRUST_TOKEN takes 1 or 0, not {text[:20]!r}")
    return TRUST.get(text.lower(), False)
