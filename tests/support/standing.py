"""People who left and still stand in rotations, escalations, overrides and forwarding rules."""

from typing import Any

from tests.support import expected_account

BELA, KOFI = "bela@example.com", "kofi@example.com"
"""Somebody who is blocked and in nothing, and somebody who is neither."""

NEXT_WEEK = {"startDate": "2026-12-01T00:00:00Z", "endDate": "2026-12-02T00:00:00Z"}
EVERYWHERE = [
    "rotation Support desk / Desk",
    "override Support desk",
    "escalation Support escalation",
    "forwarding rule bela@example.com to kofi@example.com",
    "forwarding rule kofi@example.com to bela@example.com",
]


def put_everywhere(account: dict[str, Any], username: str, times: dict[str, str] = NEXT_WEEK) -> None:
    """Put somebody into a rotation, an escalation, an override and both ends of a forwarding rule."""
    user, kofi = reference(account, username), reference(account, KOFI)
    one = {"type": "user", **user}
    desk, rules = account["schedules"][4], account["escalations"][3]["rules"]
    desk["rotations"][0]["participants"].append(one)
    desk["overrides"].append({"alias": f"of {username}", "user": one, **times})
    rules.append({**rules[0], "recipient": one})
    for source, target in ((user, kofi), (kofi, user)):
        rule = {"id": f"{source['username']}-{target['username']}", "fromUser": source, "toUser": target, **times}
        account["forwardingRules"].append(rule)


def reference(account: dict[str, Any], username: str) -> dict[str, str]:
    return {"id": expected_account.user_of(account, username)["id"], "username": username}


def delete(account: dict[str, Any], username: str) -> None:
    """Delete an account, and leave everything that refers to it."""
    account["users"] = [user for user in account["users"] if user["username"] != username]
