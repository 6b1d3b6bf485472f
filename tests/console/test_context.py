"""The context of the commands: the chosen product, and secrets that never show."""

import pytest

from console import create_app
from service.jsm.settings import JsmSettings
from service.settings import Settings
from tests.support.console_runner import runner_of

SITE = JsmSettings("example.atlassian.net", "offboarding@example.com", api_token="site-secret", org_key="org-secret")


def test_product_that_the_commands_do_not_know_exits_2_with_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {"PRODUCT": "jsm", "JSM_SITE": SITE.site, "JSM_EMAIL": SITE.email, "JSM_API_TOKEN": SITE.api_token}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    result = runner_of(None, None)("offboard", "hari@example.com")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: PRODUCT=jsm is for the API alone: the commands know only opsgenie\n"


@pytest.mark.parametrize(
    ("settings", "masked"),
    [
        (Settings("genie-secret"), "[the key], site-secret and org-secret"),
        (Settings("genie-secret", jsm=SITE), "[the key], [the key] and [the key]"),
    ],
)
def test_every_secret_is_masked_in_what_a_server_repeats(settings: Settings, masked: str) -> None:
    context = create_app(settings).extensions["console"]

    assert context.without_key("genie-secret, site-secret and org-secret") == masked
