"""The report on a site of Jira Service Management: what it finds, and that it is that of the account before."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from local.jsm import Quirks, sample_site
from local.jsm.answers import Reply
from local.jsm.forms import response
from local.jsm.migration import migrated
from local.opsgenie import Simulation, sample_account
from tests.support.console_env import SiteConsoleEnv
from tests.support.console_runner import as_json, runner
from tests.support.expected_account import Item
from tests.support.expected_site import account_id
from tests.support.random_accounts import accounts
from tests.support.service_env import NOW
from tests.support.site_env import OWNER
from tests.support.standing import BELA, EVERYWHERE, NEXT_WEEK, put_everywhere, reference
from tests.support.virtual_time import virtual_time

HARI, SELIN = "hari@example.com", "selin.kaya@example.com"
CONTACTS = "who would not hear an alert: Jira Service Management shows contact methods only to their owner"
UNTOLD = "whether an inactive person is suspended, deactivated or removed"
UNSEEN = (
    "what offboarding@example.com may not see: nothing proves that the token sees every schedule and team, and those "
    "that it does not see are not named"
)


@pytest.fixture(autouse=True)
def _in_virtual_time() -> Iterator[None]:
    with virtual_time(threads=False):
        yield


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
    return as_json(env.run_with(**settings)("report", "--json"))["people_who_can_no_longer_be_called"]


def not_checked(env: SiteConsoleEnv, **settings: Any) -> Any:
    result = env.run_with(**settings)("report", "--json")
    assert result.exit_code == 0, result.output
    return as_json(result)["not_checked"]


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


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"membershipStatus": "suspended"}, "suspended"),
        ({"membershipStatus": "active", "accountStatus": "inactive"}, "deactivated"),
        ({"membershipStatus": "active", "accountStatus": "closed"}, "for deletion"),
        ({"membershipStatus": "no_membership"}, "not invited"),
        ({"membershipStatus": "no_membership", "directories": []}, "inactive"),
        ({"membershipStatus": "active", "accountType": "app"}, "app account"),
    ],
)
def test_somebody_who_cannot_be_called_is_named_with_the_state_and_every_place(fields: Item, state: str) -> None:
    env = SiteConsoleEnv(with_bela(**fields))

    assert inactive(env) == [{"username": BELA, "full_name": "Bela Toth", "state": state, "places": EVERYWHERE}]


@pytest.mark.parametrize("fields", [{"membershipStatus": "suspended"}, {"accountStatus": "inactive"}])
def test_without_the_organizations_key_the_state_is_jiras_word(fields: Item) -> None:
    env = SiteConsoleEnv(with_bela(**fields))

    assert inactive(env, end="none", org_key="") == [
        {"username": BELA, "full_name": "Bela Toth", "state": "inactive", "places": EVERYWHERE}
    ]
    told = f"{UNTOLD}: only the organization tells, and JSM_ORG_KEY is not set"
    assert not_checked(env, end="none", org_key="") == [CONTACTS, told]


def test_somebody_whose_address_is_hidden_is_named_by_the_full_name() -> None:
    env = SiteConsoleEnv(with_bela(emailVisible=False))

    places = [place.replace(BELA, "Bela Toth") for place in EVERYWHERE]
    assert inactive(env) == [
        {"username": "Bela Toth", "full_name": "Bela Toth", "state": "suspended", "places": places}
    ]
    assert "<tr><td>Bela Toth</td>" in env.run("report", "--html", "-").stdout


def test_account_that_is_not_there_is_named_by_its_id() -> None:
    site = with_bela()
    bela = account_id(site, BELA)
    site["people"] = [person for person in site["people"] if person["email"] != BELA]

    (found,) = inactive(SiteConsoleEnv(site))

    places = [place.replace(BELA, bela) for place in EVERYWHERE]
    assert found == {"username": bela, "full_name": "", "state": "no account", "places": places}


def test_every_one_of_many_people_is_named_once() -> None:
    """More than fit into one call for names, and into one for states; every second address is hidden."""
    site = sample_site()
    people = [person for person in site["people"] if person["accountType"] == "atlassian"][:125]
    for number, person in enumerate(people):
        person["emailVisible"] = number % 2 == 0
        person["membershipStatus"] = "active" if person["email"] == OWNER else "suspended"
    ids = [person["accountId"] for person in people]
    site["schedules"][4]["rotations"][0]["participants"] = [{"type": "user", "id": one} for one in ids]

    found = inactive(SiteConsoleEnv(site))

    there = {one["full_name"]: one["state"] for one in found if "rotation Support desk / Desk" in one["places"]}
    assert there == {person["name"]: "suspended" for person in people if person["email"] != OWNER}
    assert len(there) > 2 * 50 + 10


def test_somebody_active_is_not_named() -> None:
    assert inactive(SiteConsoleEnv(with_bela(membershipStatus="active"))) == []


def test_somebody_who_only_stands_in_for_others_is_named() -> None:
    def only_in_an_override(account: Item) -> None:
        override = {"alias": "o", "user": {"type": "user", **reference(account, BELA)}, **NEXT_WEEK}
        account["schedules"][4]["overrides"].append(override)

    env = SiteConsoleEnv(site_of(changed_account(only_in_an_override)))

    assert inactive(env) == [
        {"username": BELA, "full_name": "Bela Toth", "state": "suspended", "places": ["override Support desk"]}
    ]


@pytest.mark.parametrize(("status", "hours"), [("active", 0), ("suspended", 4 * 7 * 24)])
def test_turns_of_a_team_are_gaps_where_every_member_is_suspended(status: str, hours: int) -> None:
    def data_alone(account: Item) -> None:
        team = {"type": "team", "id": account["teams"][2]["id"], "name": "Data"}
        account["schedules"][4]["rotations"][0]["participants"] = [team]

    site = site_of(changed_account(data_alone))
    members = next(team["members"] for team in site["teams"] if team["displayName"] == "Data")
    for person in site["people"]:
        if person["accountId"] in members:
            person["membershipStatus"] = status

    schedules = as_json(SiteConsoleEnv(site).run("report", "--json"))["schedules"]

    assert {one["name"]: one["hours_without_anybody"] for one in schedules}["Support desk"] == hours


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
        "Error: Jira Service Management refused the key (Unauthorized); give JSM_EMAIL and JSM_API_TOKEN an account of "
        "the site and a token of its own, and JSM_ORG_KEY, where it is set, a key of the organization\n",
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
