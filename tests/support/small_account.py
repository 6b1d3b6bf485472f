"""Small accounts, written by who is in what: `rotation=["lea", "team t"]`."""

from collections.abc import Mapping, Sequence

from tests.support.expected_account import Item

NAMES = ("lea", "rex", "uma")
Lists = Mapping[str, Sequence[str]]


def email(name: str) -> str:
    return f"{name}@example.com"


def account(
    *,
    rotations: Lists | None = None,
    escalations: Lists | None = None,
    teams: Lists | None = None,
    routing_rules: Lists | None = None,
    blocked: Sequence[str] = (),
) -> Item:
    """Make an account; a participant is a name, `none`, or a kind and a name.

    `lea:admin` is a member with this role, `team t:admins` an escalation rule with this type of notice.

    Each rotation is in a schedule of its own, named `s-` and its name; `routing_rules` has the targets by team.
    """
    rules = routing_rules or {}
    return {
        "name": "Small",
        "users": [_user(name, blocked=name in blocked) for name in NAMES],
        "teams": [
            {
                "id": name,
                "name": name,
                "members": [_member(words) for words in members],
                "routingRules": [_routing_rule(name, target) for target in rules.get(name, ())],
            }
            for name, members in (teams or {}).items()
        ],
        "escalations": [
            {"id": name, "name": name, "rules": [_rule(number, one) for number, one in enumerate(recipients)]}
            for name, recipients in (escalations or {}).items()
        ],
        "schedules": [_schedule(name, participants) for name, participants in (rotations or {}).items()],
        "forwardingRules": [],
        "integrations": [],
        "policies": [],
    }


def participant(words: str) -> Item:
    """Make a participant of `lea`, `none` or `team t`."""
    kind, _, name = words.rpartition(" ")
    if kind:
        return {"type": kind, "id": name, "name": name}
    return {"type": "none"} if name == "none" else {"type": "user", "id": name, "username": email(name)}


def _member(words: str) -> Item:
    who, _, role = words.partition(":")
    return {"user": {"id": who, "username": email(who)}, "role": role or "user"}


def _user(name: str, *, blocked: bool) -> Item:
    role = {"id": "User", "name": "User"}
    return {"id": name, "username": email(name), "fullName": name, "role": role, "blocked": blocked}


def _schedule(name: str, participants: Sequence[str]) -> Item:
    rotation = {
        "id": name,
        "name": name,
        "type": "weekly",
        "length": 1,
        "startDate": "2026-01-05T09:00:00Z",
        "participants": [participant(one) for one in participants],
    }
    schedule = f"s-{name}"
    return {
        "id": schedule,
        "name": schedule,
        "enabled": True,
        "timezone": "Etc/UTC",
        "overrides": [],
        "rotations": [rotation],
    }


def _rule(number: int, words: str) -> Item:
    recipient, _, notify_type = words.partition(":")
    return {
        "condition": "if-not-acked",
        "notifyType": notify_type or "default",
        "delay": {"timeAmount": 5 * number, "timeUnit": "minutes"},
        "recipient": participant(recipient),
    }


def _routing_rule(team: str, target: str) -> Item:
    name = f"{team} to {target}"
    return {"id": name, "name": name, "criteria": {"type": "match-all"}, "notify": participant(target)}
