"""Settings of a Jira Service Management site, and two secrets that never show."""

import pytest

from service.jsm.settings import JsmSettings

TOKEN, KEY = "0a1b2c3d-secret-4e5f", "ATCTT3x-secret-org"
SITE = {"JSM_SITE": "example.atlassian.net", "JSM_EMAIL": "offboarding@example.com", "JSM_API_TOKEN": TOKEN}
CLOUD_ID = "11111111-2222-3333-4444-555555555555"
NO_EMAIL = "JSM_EMAIL takes the e-mail address of the person whose JSM_API_TOKEN it is, not "


def read(**environ: str) -> tuple[JsmSettings, list[str]]:
    """Return the settings of an environment, and what is wrong with it."""
    problems: list[str] = []
    return JsmSettings.from_environ({**SITE, **environ}, problems), problems


def test_defaults_apply_when_only_site_and_token_are_set() -> None:
    assert read() == (
        JsmSettings(
            site="example.atlassian.net",
            email="offboarding@example.com",
            api_token=TOKEN,
            org_key="",
            end="none",
            cloud_id="",
            org_id="",
            api_url="",
            trust_token=False,
        ),
        [],
    )


def test_every_setting_is_read_without_the_space_around_it() -> None:
    environ = {
        "JSM_SITE": " https://Example.Atlassian.net/ ",
        "JSM_EMAIL": " Offboarding@Example.com\n",
        "JSM_API_TOKEN": f" {TOKEN}\n",
        "JSM_ORG_KEY": f"\t{KEY} ",
        "JSM_END": " Suspend ",
        "JSM_CLOUD_ID": f" {CLOUD_ID} ",
        "JSM_ORG_ID": " 99999999-8888-7777-6666-555555555555",
        "JSM_API_URL": " http://127.0.0.1:5002/ ",
        "JSM_TRUST_TOKEN": " 1 ",
    }

    assert read(**environ) == (
        JsmSettings(
            site="example.atlassian.net",
            email="offboarding@example.com",
            api_token=TOKEN,
            org_key=KEY,
            end="suspend",
            cloud_id=CLOUD_ID,
            org_id="99999999-8888-7777-6666-555555555555",
            api_url="http://127.0.0.1:5002",
            trust_token=True,
        ),
        [],
    )


@pytest.mark.parametrize(
    ("environ", "sentences"),
    [
        (dict.fromkeys(SITE, " "), [
            "JSM_SITE is not set: it takes the host of the site, such as example.atlassian.net",
            "JSM_EMAIL is not set: it takes the e-mail address of the person whose JSM_API_TOKEN it is",
            "JSM_API_TOKEN is not set: it takes an API token of a person who administers Jira Service Management",
        ]),
        ({"JSM_EMAIL": "offboarding"}, [f"{NO_EMAIL}'offboarding'"]),
        ({"JSM_EMAIL": "off:boarding@example.com"}, [f"{NO_EMAIL}'off:boarding@example.com'"]),
        ({"JSM_EMAIL": "zoë@example.com"}, [f"{NO_EMAIL}'zoë@example.com'"]),
        ({"JSM_API_TOKEN": f"{TOKEN}\nX-Forged: 1"}, ["JSM_API_TOKEN has characters that no token has"]),
        ({"JSM_ORG_KEY": f"{KEY}\u00e9"}, ["JSM_ORG_KEY has characters that no key has"]),
        ({"JSM_END": "delete"}, ["JSM_END takes none, suspend or remove, not 'delete'"]),
        ({"JSM_END": "suspend"}, ["JSM_END=suspend needs JSM_ORG_KEY, a key of the organization"]),
        ({"JSM_END": "remove", "JSM_ORG_KEY": " "}, ["JSM_END=remove needs JSM_ORG_KEY, a key of the organization"]),
        ({"JSM_CLOUD_ID": "example"}, [f"JSM_CLOUD_ID takes an id such as {CLOUD_ID}, not 'example'"]),
        ({"JSM_ORG_ID": f"{CLOUD_ID}/x"}, [f"JSM_ORG_ID takes an id such as {CLOUD_ID}, not '{CLOUD_ID}/x'"]),
        ({"JSM_API_URL": "http://example.com"}, [
            "JSM_API_URL takes a host or an https URL without a path, not 'http://example.com'"
        ]),
        ({"JSM_TRUST_TOKEN": "yes"}, ["JSM_TRUST_TOKEN takes 1 or 0, not 'yes'"]),
    ],
)  # fmt: skip
def test_invalid_setting_is_named_in_a_sentence(environ: dict[str, str], sentences: list[str]) -> None:
    assert read(**environ)[1] == sentences


@pytest.mark.parametrize(
    "value",
    [
        "example",
        "http://example.atlassian.net",
        "https://example.atlassian.net/jira",
        "someone@example.atlassian.net",
        "example.atlassian.net:port",
        "exam ple.atlassian.net",
        "example..net",
    ],
)
def test_invalid_site_is_refused(value: str) -> None:
    assert read(JSM_SITE=value)[1] == [
        f"JSM_SITE takes the host of the site, such as example.atlassian.net, not {value!r}"
    ]


@pytest.mark.parametrize(
    ("value", "trusted"), [("", False), ("0", False), ("false", False), ("1", True), ("True", True)]
)
def test_trust_is_given_in_words_or_digits(value: str, trusted: bool) -> None:
    settings, problems = read(JSM_TRUST_TOKEN=value)

    assert (settings.trust_token, problems) == (trusted, [])


def test_secrets_are_not_in_the_repr() -> None:
    shown = repr(read(JSM_ORG_KEY=KEY)[0])

    assert TOKEN not in shown
    assert KEY not in shown
    assert "offboarding@example.com" in shown
