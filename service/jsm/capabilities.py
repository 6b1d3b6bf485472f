"""What the client of a site can do, and where it calls, as the settings say."""

from service.client import Capabilities
from service.jsm import calls
from service.jsm.settings import NONE, REMOVE, JsmSettings
from service.settings import Settings, SettingsError

FINDS = "Jira finds active accounts only, and with JSM_ORG_KEY the others are found too"


def base_urls(settings: Settings) -> tuple[str, ...]:
    """Return where the APIs of the site are."""
    return calls.base_urls(site_of(settings))


def capabilities(settings: Settings) -> Capabilities:
    """Return what the client of the site can do."""
    end = site_of(settings).end
    return Capabilities(
        product="Jira Service Management",
        removal="" if end == NONE else end,
        refuses_while_in_use=False,
        not_checked=(
            "alert policies, integrations and syncs: Jira Service Management has no list of whom they notify",
        ),
        only_in_refusal=(),
        rights=(
            "set JSM_EMAIL and JSM_API_TOKEN to those of an admin of Jira Service Management who has an agent's seat "
            "(a token without scopes); a JSM_ORG_KEY must be allowed to manage users"
        ),
        unknown_key=(
            "set JSM_EMAIL and JSM_API_TOKEN to those of an account of the site, and JSM_ORG_KEY, if at all, to a key "
            "of the organization"
        ),
        removal_is_final=end == REMOVE,
        not_found="" if site_of(settings).org_key else FINDS,
    )


def site_of(settings: Settings) -> JsmSettings:
    """Return the settings of the site."""
    if settings.jsm is None:
        raise SettingsError("no site of Jira Service Management is set")
    return settings.jsm
