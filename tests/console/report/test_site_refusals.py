"""The report on a site that refuses or hides something: what is told, and what is an error."""

import pytest

from local.jsm import Quirks, sample_site
from local.jsm.answers import Reply
from local.jsm.forms import response
from tests.support.console_env import SiteConsoleEnv
from tests.support.expected_account import Item
from tests.support.report_site import CONTACTS, UNTOLD, inactive, not_checked, with_bela
from tests.support.standing import EVERYWHERE

pytestmark = pytest.mark.usefixtures("in_virtual_time")

SELIN = "selin.kaya@example.com"
UNSEEN = (
    "what offboarding@example.com may not see: the token may not see every schedule and team: it cannot read the "
    "audit log, and Jira Service Management leaves out what a token may not see without saying so"
)


@pytest.mark.parametrize("fault", ["401", "403", "404", "422", "null"])
def test_refusal_of_the_organization_is_told_and_no_error(fault: str) -> None:
    env = SiteConsoleEnv(with_bela())
    env.simulation.faults.order(fault, "POST", "/users/search$", times=9)

    contacts, told = not_checked(env)

    assert contacts == CONTACTS
    assert told.startswith(f"{UNTOLD}: the organization does not show it (")
    env.simulation.faults.order(fault, "POST", "/users/search$", times=9)
    assert [one["state"] for one in inactive(env)] == ["inactive"]


def test_forwarding_rules_that_the_plan_lacks_are_told_and_no_error() -> None:
    env = SiteConsoleEnv(with_bela(), quirks=Quirks(forwarding_plan="402"))

    why = "The feature [forwarding rules] is not available in your plan"
    assert not_checked(env) == [CONTACTS, f"forwarding rules: Jira Service Management does not show them ({why})"]
    assert [one["places"] for one in inactive(env)] == [EVERYWHERE[:3]]


def test_blind_token_is_told_to_see_not_everything() -> None:
    env = SiteConsoleEnv(quirks=Quirks(show_all_needs_admin="403"))

    told = not_checked(env, email=SELIN, api_token="blind-token")

    why = "You are not allowed to see all forwarding rules"
    assert told == [
        CONTACTS,
        f"forwarding rules: Jira Service Management does not show them ({why})",
        UNSEEN.replace("offboarding@example.com", SELIN),
    ]


def test_accounts_that_jira_does_not_show_are_told_and_nobody_is_called_gone() -> None:
    env = SiteConsoleEnv(with_bela())
    nobody = Reply({"values": [], "isLast": True, "total": 0})
    env.simulation.faults.add(lambda _: response(nobody), "GET", "/user/bulk", None)

    assert not_checked(env) == [
        CONTACTS,
        "who can no longer be called, and people's names: Jira shows none of the accounts",
    ]
    assert inactive(env) == []


def test_token_that_does_not_prove_to_see_everything_is_told() -> None:
    env = SiteConsoleEnv()
    env.simulation.faults.order("401+scope", "GET", "/v1/logs", times=1)

    assert not_checked(env) == [CONTACTS, UNSEEN]
    env.simulation.faults.order("401+scope", "GET", "/v1/logs", times=1)
    assert not_checked(env, trust_token=True) == [CONTACTS]


def test_report_writes_nothing_and_sends_each_credential_to_its_own_api() -> None:
    env = SiteConsoleEnv(with_bela(emailVisible=False))

    assert env.run("report").exit_code == 0

    assert env.simulation.writes == []
    schemes = {(path.split("/")[1], authorization.split(" ")[0]) for _, path, authorization in env.sent}
    assert schemes == {("jsm", "Basic"), ("rest", "Basic"), ("gateway", "Basic"), ("admin", "Bearer")}


def test_refused_token_exits_1_with_advice() -> None:
    result = SiteConsoleEnv().run_with(api_token="wrong")("report")

    assert (result.exit_code, result.stdout, result.stderr) == (
        1,
        "",
        "Error: Jira Service Management refused the key (Unauthorized); set JSM_EMAIL and JSM_API_TOKEN to those of an "
        "account of the site, and JSM_ORG_KEY, if at all, to a key of the organization\n",
    )


def test_token_without_operations_exits_1_with_the_rights_that_it_takes() -> None:
    env = SiteConsoleEnv()
    env.simulation.faults.order("403+operations", "GET", "/v1/schedules", times=9)

    result = env.run("report")

    assert (result.exit_code, result.stdout, result.stderr) == (
        1,
        "",
        "Error: Jira Service Management refused the key (Account does not have access to Opsgenie); give JSM_EMAIL and "
        "JSM_API_TOKEN an admin of Jira Service Management with an agent's seat\n",
    )


@pytest.mark.parametrize(
    "odd", [{"startDate": "soon"}, {"type": "yearly"}, {"length": 10**12}, {"timeRestriction": "always"}]
)
def test_rotation_whose_times_cannot_be_read_exits_1_and_is_named(odd: Item) -> None:
    site = sample_site()
    site["schedules"][3]["rotations"][0].update(odd)

    result = SiteConsoleEnv(site).run("report", "--json")

    assert (result.exit_code, result.stdout, result.stderr) == (
        1,
        "",
        "Error: Jira Service Management cannot be read: the schedule Payroll is not of the documented form: the times "
        "of its rotation Month end\n",
    )


def test_site_that_operations_does_not_know_exits_1_with_advice() -> None:
    env = SiteConsoleEnv()
    env.simulation.faults.order("404", "GET", "/v1/schedules", times=9)

    result = env.run("report", "--json")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        "Error: Jira Service Management cannot be read: Operations of the site is not there"
    )
    assert result.stderr.endswith("check JSM_CLOUD_ID\n")
