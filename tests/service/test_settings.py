"""Settings from the environment, and a token that never shows."""

import re
from typing import Any

import pytest

from service.jsm.settings import JsmSettings
from service.settings import Settings, SettingsError, is_loopback

TOKEN = "0a1b2c3d-secret-4e5f"
SITE = {"JSM_SITE": "example.atlassian.net", "JSM_EMAIL": "offboarding@example.com", "JSM_API_TOKEN": TOKEN}


def settings_of(**environ: str) -> Settings:
    return Settings.from_environ({"ACCESS_TOKEN": TOKEN, **environ})


def test_defaults_apply_when_only_the_token_is_set() -> None:
    assert settings_of() == Settings(
        access_token=TOKEN,
        opsgenie_api_url="https://api.opsgenie.com",
        protected_users=frozenset(),
        time_budget=25.0,
        products=("opsgenie",),
        jsm=None,
    )


@pytest.mark.parametrize("product", ["jsm", " JSM "])
def test_only_the_settings_of_the_site_are_read_when_the_product_is_jsm(product: str) -> None:
    environ = {"PRODUCT": product, **SITE, "ACCESS_TOKEN": "unus\u00e9d", "OPSGENIE_API_URL": "ftp://unused"}

    assert Settings.from_environ({**environ, "PROTECTED_USERS": "root@example.com", "TIME_BUDGET": "5"}) == Settings(
        access_token="",
        opsgenie_api_url="https://api.opsgenie.com",
        protected_users=frozenset({"root@example.com"}),
        time_budget=5.0,
        products=("jsm",),
        jsm=JsmSettings(site="example.atlassian.net", email="offboarding@example.com", api_token=TOKEN),
    )


@pytest.mark.parametrize("product", ["", " ", "opsgenie", "Opsgenie"])
def test_settings_of_a_site_are_not_read_when_the_product_is_opsgenie(product: str) -> None:
    assert settings_of(PRODUCT=product, JSM_SITE="//", JSM_END="unused") == settings_of()


def test_problems_of_the_chosen_product_are_named_beside_the_others() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ({"PRODUCT": "jsm", **SITE, "JSM_END": "x", "TIME_BUDGET": "x"})

    assert refused.value.message == (
        "JSM_END takes none, suspend or remove, not 'x'; TIME_BUDGET takes seconds from 1 to 900, not 'x'"
    )


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("pagerduty", "PRODUCT takes opsgenie or jsm, not 'pagerduty'"),
        ("jsm opsgenie", "PRODUCT takes opsgenie or jsm, not 'jsm opsgenie'"),
        (",", "PRODUCT takes opsgenie or jsm, not ','"),
        ("opsgenie,jsm", "PRODUCT takes opsgenie or jsm, one of them, not 'opsgenie,jsm'"),
        ("jsm, opsgenie", "PRODUCT takes opsgenie or jsm, one of them, not 'jsm, opsgenie'"),
    ],
)
def test_unknown_product_is_refused_and_nothing_else_is_complained_about(value: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ({"PRODUCT": value})

    assert refused.value.message == sentence


@pytest.mark.parametrize(
    ("environ", "secrets"),
    [
        ({"ACCESS_TOKEN": TOKEN}, (TOKEN,)),
        ({"PRODUCT": "jsm", **SITE}, (TOKEN,)),
        ({"PRODUCT": "jsm", **SITE, "JSM_ORG_KEY": "org-key"}, (TOKEN, "org-key")),
    ],
)
def test_secrets_are_those_of_the_chosen_product(environ: dict[str, str], secrets: tuple[str, ...]) -> None:
    assert Settings.from_environ(environ).secrets == secrets


@pytest.mark.parametrize("around", ["{}", " {}", "{}\n", "\t{}\r\n"])
def test_whitespace_around_the_token_is_stripped(around: str) -> None:
    assert settings_of(ACCESS_TOKEN=around.format(TOKEN)).access_token == TOKEN


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("", "https://api.opsgenie.com"),
        (" ", "https://api.opsgenie.com"),
        ("us", "https://api.opsgenie.com"),
        ("eu", "https://api.eu.opsgenie.com"),
        (" EU ", "https://api.eu.opsgenie.com"),
        ("sandbox", "https://api.sandbox.opsgenie.com"),
        ("api.eu.opsgenie.com", "https://api.eu.opsgenie.com"),
        ("https://api.eu.opsgenie.com/", "https://api.eu.opsgenie.com"),
        ("https://opsgenie.example.com:8443", "https://opsgenie.example.com:8443"),
        ("http://127.0.0.1:5001", "http://127.0.0.1:5001"),
        ("http://localhost:5001", "http://localhost:5001"),
        ("http://[::1]:5001", "http://[::1]:5001"),
    ],
)
def test_api_url_accepts_a_region_host_or_url(value: str, url: str) -> None:
    assert settings_of(OPSGENIE_API_URL=value).opsgenie_api_url == url


@pytest.mark.parametrize(
    "value",
    [
        "http://api.opsgenie.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "ftp://127.0.0.1",
        "https://api.opsgenie.com/v2",
        "https://api.opsgenie.com?x=1",
        "https://api.opsgenie.com#x",
        "https://api.opsgenie.com?",
        "https://api.opsgenie.com#",
        "https://@api.opsgenie.com",
        "https://someone@api.opsgenie.com",
        "https://someone:else@api.opsgenie.com",
        "https://api.opsgenie.com:port",
        "https://api.opsgenie.com:99999",
        "https://",
        "https://[::1",
        "https://api.opsg\u00e9nie.com",
        "https://api .opsgenie.com",
        "https://api.opsgenie.com\nX-Forged: 1",
    ],
)
def test_invalid_api_url_is_refused(value: str) -> None:
    sentence = "OPSGENIE_API_URL takes us, eu, sandbox, a host or an https URL without a path, not "

    with pytest.raises(SettingsError, match=f"^{re.escape(sentence + repr(value))}$"):
        settings_of(OPSGENIE_API_URL=value)


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("https://api.opsgenie.com", False),
        ("https://127.0.0.1.example.com", False),
        ("http://127.0.0.1:5001", True),
        ("http://127.9.9.9:5001", True),
        ("http://[::1]:5001", True),
        ("http://LOCALHOST:5001", True),
    ],
)
def test_only_loopback_addresses_are_loopback(url: str, loopback: bool) -> None:
    assert is_loopback(url) == loopback


@pytest.mark.parametrize(
    ("value", "users"),
    [
        ("", set()),
        ("root@example.com", {"root@example.com"}),
        (" Root@Example.com , ,break.glass@example.com\nops@example.com", {
            "root@example.com", "break.glass@example.com", "ops@example.com",
        }),
    ],
)  # fmt: skip
def test_protected_users_are_split_at_commas_and_whitespace(value: str, users: set[str]) -> None:
    assert settings_of(PROTECTED_USERS=value).protected_users == users


@pytest.mark.parametrize(("value", "seconds"), [("", 25.0), ("1", 1.0), (" 12.5 ", 12.5), ("900", 900.0)])
def test_the_time_budget_is_in_seconds(value: str, seconds: float) -> None:
    assert settings_of(TIME_BUDGET=value).time_budget == seconds


@pytest.mark.parametrize("value", ["0", "0.9", "-5", "901", "soon", "nan", "inf", "25s"])
def test_invalid_time_budget_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match=f"^TIME_BUDGET takes seconds from 1 to 900, not '{value}'$"):
        settings_of(TIME_BUDGET=value)


@pytest.mark.parametrize("environ", [{}, {"ACCESS_TOKEN": ""}, {"ACCESS_TOKEN": " \n"}])
def test_a_missing_token_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="ACCESS_TOKEN is not set: it takes the key of an Opsgenie API integration"):
        Settings.from_environ(environ)


@pytest.mark.parametrize("token", [f"{TOKEN}\nX-Forged: 1", f"{TOKEN}\x00", f"{TOKEN}\u00e9", f"\u2028{TOKEN}\x7f"])
def test_a_token_with_odd_characters_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(SettingsError, match="ACCESS_TOKEN has characters that no key has") as refused:
        settings_of(ACCESS_TOKEN=token)

    assert TOKEN not in repr(refused.value)


def test_all_invalid_settings_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ({"OPSGENIE_API_URL": "ftp://x", "TIME_BUDGET": "x"})

    assert [sentence.split()[0] for sentence in refused.value.message.split("; ")] == [
        "ACCESS_TOKEN",
        "OPSGENIE_API_URL",
        "TIME_BUDGET",
    ]


@pytest.mark.parametrize("shown", [repr, str, lambda settings: f"{settings!r:>5}", lambda settings: f"{[settings]}"])
def test_token_is_hidden_in_repr_and_str(shown: Any) -> None:
    assert TOKEN not in shown(settings_of(PROTECTED_USERS="root@example.com"))
    assert "root@example.com" in shown(settings_of(PROTECTED_USERS="root@example.com"))
