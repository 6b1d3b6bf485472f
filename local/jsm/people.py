"""The site, its people and its teams: names and ids that are made up, and what every account and team has."""

import uuid
from typing import Any

from local.simulator.store import Item

HOST = "example.atlassian.net"
CLOUD_ID = "11111111-2222-3333-4444-555555555555"
ORGANIZATION_ID = "99999999-8888-7777-6666-555555555555"
DIRECTORY_ID = "77777777-6666-5555-4444-333333333333"
SEATS = "jira-servicemanagement-users-example"
"""The group whose members have a seat in Operations."""


def stable_id(name: str) -> str:
    """Make an id that is the same each time."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://{HOST}/{name}"))


def person(account_id: str, email: str, name: str, **fields: Any) -> Item:
    """Make the account of somebody on the site; `fields` override the defaults."""
    return {
        "accountId": account_id,
        "accountType": "atlassian",
        "email": email,
        "name": name,
        "nickname": email.partition("@")[0],
        "timeZone": "Etc/UTC",
        "locale": "en_US",
        "emailVisible": True,
        "accountStatus": "active",
        "membershipStatus": "active",
        "claimStatus": "managed",
        "managementSource": "invited",
        "platformRoles": [],
        "directories": [DIRECTORY_ID],
        "resources": 3,
        "addedToOrg": "2025-01-01T09:00:00Z",
        "operationsRole": "agent",
        "browsesUsers": True,
        **fields,
    }


def team(team_id: str, name: str, members: list[str], **fields: Any) -> Item:
    """Make a team on the site, open to everybody and with Operations; `fields` override the defaults."""
    return {
        "teamId": team_id,
        "displayName": name,
        "description": "",
        "organizationId": ORGANIZATION_ID,
        "teamType": "OPEN",
        "state": "ACTIVE",
        "externalReference": None,
        "operations": True,
        "members": members,
        "admins": [],
        "routingRules": [],
        **fields,
    }
