"""The report on a site is that on the account it was migrated from."""

import re
from collections.abc import Callable

import pytest
from hypothesis import Phase, given, settings

from local.opsgenie import Simulation
from tests.support.console_env import SiteConsoleEnv
from tests.support.console_runner import as_json, runner
from tests.support.expected_account import Item
from tests.support.random_accounts import accounts
from tests.support.report_site import CONTACTS, changed_account, site_of
from tests.support.service_env import NOW
from tests.support.standing import BELA, put_everywhere

pytestmark = pytest.mark.usefixtures("in_virtual_time")

HARI = "hari@example.com"


def leave_one_recipient(account: Item) -> None:
    for escalation in account["escalations"]:
        escalation["rules"] = escalation["rules"][-1:]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda _: None, id="the sample account"),
        pytest.param(lambda account: put_everywhere(account, BELA), id="somebody blocked"),
        pytest.param(lambda account: put_everywhere(account, HARI), id="more of somebody"),
        pytest.param(leave_one_recipient, id="escalations with one recipient"),
    ],
)
def test_report_on_a_migrated_account_is_that_on_the_account(change: Callable[[Item], None]) -> None:
    account = changed_account(change)
    run = runner(Simulation(account, now=lambda: NOW))
    of_opsgenie, page = as_json(run("report", "--json")), run("report", "--html", "-").stdout

    env = SiteConsoleEnv(site_of(account))
    found = as_json(env.run("report", "--json"))

    assert of_opsgenie["people_who_would_not_hear_an_alert"] == of_opsgenie["not_checked"] == []
    suspended = [{**one, "state": "suspended"} for one in of_opsgenie["people_who_can_no_longer_be_called"]]
    differs = {
        "people_who_can_no_longer_be_called": suspended,
        "people_who_would_not_hear_an_alert": None,
        "not_checked": [CONTACTS],
    }
    assert found == {**of_opsgenie, **differs}
    assert without_contacts(env.run("report", "--html", "-").stdout) == without_contacts(
        page.replace('<td class="words">blocked</td>', '<td class="words">suspended</td>')
    )


def told_by_both(account: Item) -> None:
    """Leave out what a site does not have: overrides of teams, escalations of nobody's, and roles in teams."""
    for schedule in account["schedules"]:
        schedule["overrides"] = [one for one in schedule["overrides"] if one["user"]["type"] == "user"]
    for escalation in account["escalations"]:
        escalation["ownerTeam"] = {"id": "t0", "name": "t0"}
        for rule in escalation["rules"]:
            rule["notifyType"] = "default"


@pytest.mark.sweep
@given(accounts())
@settings(max_examples=20, phases=[Phase.generate])
def test_report_on_a_random_account_is_the_same_before_and_after_its_migration(account: Item) -> None:
    told_by_both(account)
    of_opsgenie = as_json(runner(Simulation(account, now=lambda: NOW))("report", "--json"))

    found = as_json(SiteConsoleEnv(site_of(account)).run("report", "--json"))

    suspended = [{**one, "state": "suspended"} for one in of_opsgenie["people_who_can_no_longer_be_called"]]
    assert {one["state"] for one in of_opsgenie["people_who_can_no_longer_be_called"]} <= {"blocked"}
    differs = {
        "people_who_can_no_longer_be_called": suspended,
        "people_who_would_not_hear_an_alert": None,
        "not_checked": [CONTACTS],
    }
    assert found == {**of_opsgenie, **differs}


def without_contacts(page: str) -> list[str]:
    """Return the lines of a page, without those of what a site does not show."""
    for left_out in (r'<h2 id="people">.*?(?=<h2 id="rotations">)', r'<h2 id="unchecked">.*?</ul>'):
        page = re.sub(left_out, "", page, flags=re.DOTALL)
    return [line for line in page.splitlines() if line]
