"""The sample site: the sample account, migrated, and what only a site has."""

import re

import pytest

from local.jsm import Simulation, sample_site
from local.jsm.people import SEATS, stable_id
from local.jsm.sample_site import HIDDEN, ORGANIZATION_ADMIN, SYNCED
from local.jsm.site import Site
from local.opsgenie import sample_account
from tests.local.jsm.site_client import NOW, SiteClient, organization_client
from tests.local.jsm.test_organizations import EXPAND, SEARCH
from tests.local.jsm.test_teams import ALLOWED, GONE, PLATFORM, REFUSED, SITE


def test_sample_site_is_the_sample_account_and_more():
    account, site = sample_account(), sample_site()
    people = [person["email"] for person in site["people"]]

    assert people[: len(account["users"])] == [user["username"] for user in account["users"]]
    assert len(people) == len(set(people)) == len(account["users"]) + 7
    for kind, key in (("schedules", "id"), ("escalations", "id"), ("forwardingRules", "id")):
        assert [item[key] for item in site[kind]] == [item["id"] for item in account[kind]]
    assert [team["teamId"] for team in site["teams"]][: len(account["teams"])] == [t["id"] for t in account["teams"]]
    assert [(t["displayName"], t["teamType"], t["state"]) for t in site["teams"][len(account["teams"]) :]] == [
        ("Field engineers", "EXTERNAL", "ACTIVE"),
        ("Guild", "MEMBER_INVITE", "ACTIVE"),
        ("Board", "ORG_ADMIN_MANAGED", "ACTIVE"),
        ("Old desk", "OPEN", "DELETED"),
        ("Winter desk", "OPEN", "ARCHIVED"),
    ]


def test_account_ids_are_of_both_forms():
    ids = [person["accountId"] for person in sample_site()["people"]]
    older = [one for one in ids if re.fullmatch("[0-9a-f]{24}", one)]
    newer = [one for one in ids if re.fullmatch("712020:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one)]

    assert len(older) + len(newer) == len(set(ids)) == 128
    assert len(older) == 11


def test_people_stand_where_they_stood():
    site = sample_site()
    hari, meera, tomas, ines, nora = (
        next(person["accountId"] for person in site["people"] if person["email"] == f"{name}@example.com")
        for name in ("hari", "meera", "tomas", "ines", "nora")
    )
    text = str({name: site[name] for name in ("schedules", "escalations", "forwardingRules", "policies", "teams")})
    rotations = [rotation for schedule in site["schedules"] for rotation in schedule["rotations"]]

    assert sum(hari in str(rotation["participants"]) for rotation in rotations) == 4
    assert sum(meera in str(rotation["participants"]) for rotation in rotations) == 1
    assert [e["name"] for e in site["escalations"] if tomas in str(e["rules"])] == ["Ledger close"]
    assert (ines in text, ines in str(site["integrations"])) == (False, True)
    assert nora not in text + str(site["integrations"])


def test_site_is_read_back_without_a_difference():
    site = sample_site()

    assert Site(site).data() == site
    assert Simulation().snapshot() == site


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        (SYNCED, {"managementSource": "synced"}),
        (ORGANIZATION_ADMIN, {"platformRoles": ["atlassian/org-admin"]}),
        (HIDDEN, {"email": HIDDEN}),
        ("mirror@bots.example.com", {"accountType": "app", "claimStatus": "unmanaged", "managementSource": None}),
        ("hari@example.com.example.com", {"accountType": "customer"}),
        ("bela@example.com", {"status": "suspended", "membershipStatus": "suspended"}),
    ],
)
def test_sample_site_has_people_of_each_kind(email, expected):
    client = organization_client(Simulation(now=lambda: NOW))
    (row,) = client.ask("POST", SEARCH, {"emails": [email], "expand": EXPAND})[1]["data"]

    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Platform", {"teamType": "OPEN", "state": "ACTIVE", "externalReference": None, "userPermissions": ALLOWED}),
        (
            "Field engineers",
            {
                "teamType": "EXTERNAL",
                "state": "ACTIVE",
                "externalReference": {"id": stable_id(SEATS), "source": "ATLASSIAN_GROUP"},
                "userPermissions": REFUSED,
            },
        ),
        (
            "Guild",
            {"teamType": "MEMBER_INVITE", "state": "ACTIVE", "externalReference": None, "userPermissions": REFUSED},
        ),
        (
            "Board",
            {"teamType": "ORG_ADMIN_MANAGED", "state": "ACTIVE", "externalReference": None, "userPermissions": REFUSED},
        ),
        (
            "Winter desk",
            {"teamType": "OPEN", "state": "ARCHIVED", "externalReference": None, "userPermissions": ALLOWED},
        ),
    ],
)
def test_sample_site_has_teams_of_each_kind(name, expected):
    client = SiteClient(Simulation(now=lambda: NOW))
    (team,) = [one for one in client.simulation.snapshot()["teams"] if one["displayName"] == name]

    assert client.teams("GET", f"/{team['teamId']}{SITE}") == (
        200,
        {**PLATFORM, **expected, "teamId": team["teamId"], "displayName": name, "description": team["description"]},
    )


def test_sample_site_has_a_deleted_team():
    client = SiteClient(Simulation(now=lambda: NOW))

    assert client.teams("GET", f"/{stable_id('teams/Old desk')}{SITE}") == GONE
