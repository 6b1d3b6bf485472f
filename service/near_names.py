"""Names that are nearly one of ours: what is misspelt must not be left out in silence."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

PROTECTING = ("PROTECTED_USERS",)
"""Settings whose absence exposes somebody: a name close to one of them stops the program."""

OTHERS = (
    *("PRODUCT", "ACCESS_TOKEN", "ACCESS_TOKEN_PARAMETER", "OPSGENIE_API_URL", "TIME_BUDGET"),
    *("JSM_SITE", "JSM_EMAIL", "JSM_API_TOKEN", "JSM_ORG_KEY", "JSM_END", "JSM_CLOUD_ID", "JSM_ORG_ID", "JSM_API_URL"),
    *("JSM_TRUST_TOKEN", "JSM_API_TOKEN_PARAMETER", "JSM_ORG_KEY_PARAMETER"),
)

NAMED_ELSEWHERE = {
    "OPSGENIE_API_KEY": "ACCESS_TOKEN",
    "OPSGENIE_API_TOKEN": "ACCESS_TOKEN",
    "OPSGENIE_ACCESS_TOKEN": "ACCESS_TOKEN",
    "OPSGENIE_KEY": "ACCESS_TOKEN",
    "OPSGENIE_TOKEN": "ACCESS_TOKEN",
    "OPSGENIE_URL": "OPSGENIE_API_URL",
    "OPSGENIE_HOST": "OPSGENIE_API_URL",
    "OPSGENIE_REGION": "OPSGENIE_API_URL",
}
"""What other tools for Opsgenie call the same."""

CLOSE = 0.8
"""How alike two names of variables are at least: of 1, which is the same; an environment has many names."""

LONGEST = 100
"""Characters of a name that are compared and shown."""


def nearest(name: str, known: Iterable[str], alike: float = 0.6) -> str:
    """Return the known name that is most alike, whatever its capitals, dashes and underscores; "" where none is."""
    by_fold = {_fold(one): one for one in known}
    found = get_close_matches(_fold(name[:LONGEST]), by_fold, 1, alike)
    return by_fold[found[0]] if found else ""


def problems(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each variable that is close to a setting that protects somebody."""
    for name, setting in _misspelt(environ):
        if setting in PROTECTING:
            yield f"{name} protects nobody: the setting is called {setting}"


def notes(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each variable that is close to another setting, which is not set itself."""
    for name, setting in _misspelt(environ):
        if setting not in PROTECTING and not environ.get(setting, "").strip():
            yield f"{name} is not read: the setting is called {setting}"


def _misspelt(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    ours = (*PROTECTING, *OTHERS)
    for name, value in sorted(environ.items()):
        # Other programs have an API_URL and the like: what is ours there begins with the product.
        known = [one for one in (*ours, *NAMED_ELSEWHERE) if name.startswith("JSM") or not one.startswith("JSM_")]
        if name not in ours and value.strip() and (near := nearest(name, known, CLOSE)):
            yield name[:LONGEST], NAMED_ELSEWHERE.get(near, near)


def _fold(name: str) -> str:
    return re.sub("[-_ ]", "", name).lower()
