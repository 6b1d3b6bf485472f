"""The context of the commands: the chosen product, and secrets that never show."""

import pytest

from console import create_app
from service.jsm.settings import JsmSettings
from service.settings import Settings

SITE = JsmSettings("example.atlassian.net", "offboarding@example.com", api_token="site-secret", org_key="org-secret")


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
