"""The report on a site of Jira Service Management: who can no longer be called."""

import pytest

from local.jsm import sample_site
from tests.support.console_env import SiteConsoleEnv
from tests.support.console_runner import as_json
from tests.support.expected_account import Item
from tests.support.expected_site import account_id
from tests.support.report_site import CONTACTS, UNTOLD, changed_account, inactive, not_checked, site_of, with_bela
from tests.support.site_env import OWNER
from tests.support.standing import BELA, EVERYWHERE, NEXT_WEEK, reference

pytestmark = pytest.mark.usefixtures("in_virtual_time")


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
