"""Sites for the report: the sample account after some changes, migrated."""

from collections.abc import Callable
from typing import Any

from local.jsm import sample_site
from local.jsm.migration import migrated
from local.opsgenie import sample_account
from tests.support.console_env import SiteConsoleEnv
from tests.support.console_runner import as_json
from tests.support.expected_account import Item
from tests.support.standing import BELA, put_everywhere

CONTACTS = "who would not hear an alert: Jira Service Management shows contact methods only to their owner"
UNTOLD = "whether an inactive person is suspended, deactivated or removed"


def changed_account(*changes: Callable[[Item], None]) -> Item:
    """Return the sample account after some changes."""
    account: Item = sample_account()
    for change in changes:
        change(account)
    return account


def site_of(account: Item) -> Item:
    """Return the sample site as it is where this account was migrated."""
    site, now, before = sample_site(), migrated(account), migrated(sample_account())
    moved = {person["email"] for person in before["people"]}
    only_there = [person for person in site["people"] if person["email"] not in moved]
    names = ("teams", "schedules", "escalations", "forwardingRules")
    return {**site, **{name: now[name] for name in names}, "people": now["people"] + only_there}


def with_bela(**fields: Any) -> Item:
    """Return a site on which bela stands everywhere, with these fields of the account."""
    site = site_of(changed_account(lambda account: put_everywhere(account, BELA)))
    next(person for person in site["people"] if person["email"] == BELA).update(fields)
    return site


def inactive(env: SiteConsoleEnv, **settings: Any) -> Any:
    """Report on a site, and return who can no longer be called."""
    return as_json(env.run_with(**settings)("report", "--json"))["people_who_can_no_longer_be_called"]


def not_checked(env: SiteConsoleEnv, **settings: Any) -> Any:
    """Report on a site, and return what was not checked."""
    result = env.run_with(**settings)("report", "--json")
    assert result.exit_code == 0, result.output
    return as_json(result)["not_checked"]
