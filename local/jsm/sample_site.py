"""The sample site: the sample account of the simulated Opsgenie, migrated, and what only a site has."""

from typing import Any

from local.jsm.migration import migrated
from local.jsm.people import SEATS, person, stable_id, team
from local.opsgenie import sample_account
from local.simulator.store import Item

TOKEN_OWNER = "offboarding@example.com"
"""The person whose tokens may do everything; nothing holds them."""

ORGANIZATION_ADMIN = "oskar@example.com"
SYNCED = "sunita@example.com"
HIDDEN = "yuki@example.com"
NO_REMOVER = "wanda@example.com"
"""A member of a team that only its members may change."""


def sample_site(account: Item | None = None) -> Item:
    """Make the data of the sample site, or of one that another account became."""
    site = migrated(sample_account() if account is None else account)
    people = _people()
    site["people"] += people
    site["groups"][0]["members"] += [entry["accountId"] for entry in people if entry["operationsRole"] != "none"]
    site["teams"] += _teams()
    return site


def account_of(email: str) -> str:
    """Give the account id of one of the people that the account has not."""
    return f"712020:{stable_id(email)}"


def _person(email: str, name: str, **fields: Any) -> Item:
    return person(account_of(email), email, name, **fields)


def _people() -> list[Item]:
    outsider: Item = {
        "operationsRole": "none",
        "browsesUsers": False,
        "claimStatus": "unmanaged",
        "managementSource": None,
        "resources": 1,
    }
    return [
        _person(TOKEN_OWNER, "Off-boarding", operationsRole="product-admin"),
        _person(SYNCED, "Sunita Rao", managementSource="synced"),
        _person(ORGANIZATION_ADMIN, "Oskar Lund", platformRoles=["atlassian/org-admin"]),
        _person(HIDDEN, "Yuki Mori", emailVisible=False),
        _person(NO_REMOVER, "Wanda Nowak"),
        _person("mirror@bots.example.com", "hari@example.com (mirror)", accountType="app", **outsider),
        # A search for hari's address finds this one too: it matches what begins with it.
        _person("hari@example.com.example.com", "Hari (customer)", accountType="customer", **outsider),
    ]


def _team(name: str, members: list[str], **fields: Any) -> Item:
    team_id = stable_id(f"teams/{name}")
    rule = {
        "id": stable_id(f"teams/{name}/default"),
        "name": "Default Routing Rule",
        "isDefault": True,
        "order": 0,
        "criteria": {"type": "match-all"},
        "notify": {"type": "none"},
    }
    return team(team_id, name, [account_of(email) for email in members], **{"routingRules": [rule], **fields})


def _teams() -> list[Item]:
    group = {"id": stable_id(SEATS), "source": "ATLASSIAN_GROUP"}
    return [
        _team("Field engineers", [SYNCED], teamType="EXTERNAL", externalReference=group),
        _team("Guild", [NO_REMOVER, HIDDEN], teamType="MEMBER_INVITE"),
        _team("Board", [ORGANIZATION_ADMIN], teamType="ORG_ADMIN_MANAGED", operations=False, routingRules=[]),
        _team("Old desk", [], state="DELETED", operations=False, routingRules=[]),
        _team("Winter desk", [HIDDEN], state="ARCHIVED", operations=False, routingRules=[]),
    ]
