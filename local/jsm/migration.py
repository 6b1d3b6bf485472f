"""Move an Opsgenie account to a site, as the vendor's migration does.

Ids of teams, schedules, rotations and escalations stay; people are known by their account ids from then on.
https://support.atlassian.com/opsgenie/docs/migrate-from-terraforms-opsgenie-provider/
"""

from collections.abc import Mapping

from local.jsm.people import CLOUD_ID, DIRECTORY_ID, HOST, ORGANIZATION_ID, SEATS, person, stable_id, team
from local.simulator.fields import brief, without
from local.simulator.store import Item

ROLES = {"User": "agent", "Admin": "operations-admin", "Owner": "product-admin"}
"""What becomes of a role; a stakeholder has no seat."""

OLDER_ACCOUNTS = "2025-02"
"""People who came before this month have an account id of the older form."""

MINUTES = {"minutes": 1, "hours": 60, "days": 1440}


def migrated(account: Item) -> Item:
    """Make the data of a site from the data of an Opsgenie account."""
    ids = {user["id"]: account_id(user) for user in account.get("users", [])}
    people = [_person(user, ids) for user in account.get("users", [])]
    seated = [person["accountId"] for person in people if person["operationsRole"] != "none"]
    escalations = [_escalation(entry, ids) for entry in account.get("escalations", [])]
    return {
        "host": HOST,
        "cloudId": CLOUD_ID,
        "organizationId": ORGANIZATION_ID,
        "operations": True,
        "people": people,
        "directories": [{"directoryId": DIRECTORY_ID, "name": "Default"}],
        "groups": [{"groupId": stable_id(SEATS), "name": SEATS, "members": seated}],
        "teams": [_team(old, ids) for old in account.get("teams", [])],
        "schedules": [_schedule(schedule, ids) for schedule in account.get("schedules", [])],
        "escalations": escalations,
        "forwardingRules": [_forwarding_rule(rule, ids) for rule in account.get("forwardingRules", [])],
        "integrations": [_integration(entry, ids) for entry in account.get("integrations", [])],
        "policies": [_policy(policy, ids) for policy in account.get("policies", [])],
        "syncs": [],
        "alerts": [],
    }


def account_id(user: Item) -> str:
    """Make the account id of an Opsgenie user: of the newer form, or 24 hex digits."""
    if user.get("createdAt", OLDER_ACCOUNTS) < OLDER_ACCOUNTS:
        return str(user["id"]).replace("-", "")[:24]
    return f"712020:{user['id']}"


def _person(user: Item, ids: Mapping[str, str]) -> Item:
    return person(
        ids[user["id"]],
        user["username"],
        user["fullName"],
        timeZone=user.get("timeZone", "Etc/UTC"),
        locale=user.get("locale", "en_US"),
        membershipStatus="suspended" if user.get("blocked") else "active",
        operationsRole=ROLES.get(user["role"]["name"], "none"),
        addedToOrg=user.get("createdAt", "2025-01-01T09:00:00.000Z").replace(".000Z", "Z"),
    )


def _reference(reference: Item, ids: Mapping[str, str]) -> Item:
    if reference["type"] == "none":
        return {"type": "noone", "id": None}
    return {"type": reference["type"], "id": ids.get(reference["id"], reference["id"])}


def _owner(item: Item) -> str:
    return str(item.get("ownerTeam", {}).get("id", ""))


def _team(old: Item, ids: Mapping[str, str]) -> Item:
    members = old.get("members", [])
    rules = [
        {**without(rule, "notify"), "notify": _notify(rule["notify"], ids)} for rule in old.get("routingRules", [])
    ]
    return team(
        old["id"],
        old["name"],
        [ids[member["user"]["id"]] for member in members],
        description=old.get("description", ""),
        admins=[ids[member["user"]["id"]] for member in members if member.get("role") == "admin"],
        routingRules=rules,
    )


def _notify(notify: Item, ids: Mapping[str, str]) -> Item:
    return {"type": "none"} if notify["type"] == "none" else _reference(notify, ids)


def _schedule(schedule: Item, ids: Mapping[str, str]) -> Item:
    rotations = [
        {**rotation, "participants": [_reference(entry, ids) for entry in rotation["participants"]]}
        for rotation in schedule.get("rotations", [])
    ]
    overrides = [_override(schedule["id"], override, ids) for override in schedule.get("overrides", [])]
    return {
        "id": schedule["id"],
        "name": schedule["name"],
        "description": schedule.get("description", ""),
        "timezone": schedule["timezone"],
        "enabled": schedule["enabled"],
        "teamId": _owner(schedule),
        "rotations": rotations,
        "overrides": overrides,
    }


def _override(schedule_id: str, override: Item, ids: Mapping[str, str]) -> Item:
    return {
        "alias": stable_id(f"{schedule_id}/{override['alias']}"),  # aliases are the server's there
        "responder": _reference({"type": "user", **override["user"]}, ids),
        **brief(override, "startDate", "endDate"),
        "rotationIds": [rotation["id"] for rotation in override.get("rotations", [])] or None,
    }


def _escalation(escalation: Item, ids: Mapping[str, str]) -> Item:
    rules = [
        {
            "condition": rule.get("condition", "if-not-acked"),
            "notifyType": rule["notifyType"],
            "delay": rule["delay"]["timeAmount"] * MINUTES[rule["delay"].get("timeUnit", "minutes")],
            "recipient": _reference(rule["recipient"], ids),
        }
        for rule in escalation["rules"]
    ]
    return {
        "id": escalation["id"],
        "name": escalation["name"],
        "description": escalation.get("description", ""),
        "enabled": True,
        "teamId": _owner(escalation),
        "rules": rules,
        **brief(escalation, "repeat"),
    }


def _forwarding_rule(rule: Item, ids: Mapping[str, str]) -> Item:
    people = {"fromUserId": ids[rule["fromUser"]["id"]], "toUserId": ids[rule["toUser"]["id"]]}
    return {"id": rule["id"], **people, **brief(rule, "startDate", "endDate")}


def _responders(holder: Item, ids: Mapping[str, str]) -> list[Item]:
    return [_reference(entry, ids) for entry in [*holder.get("responders", []), *holder.get("recipients", [])]]


def _integration(integration: Item, ids: Mapping[str, str]) -> Item:
    actions = [
        {
            "id": stable_id(f"{integration['id']}/{action['name']}"),
            **brief(action, "type", "name"),
            "enabled": True,
            "fieldMappings": {"responders": _responders(action, ids)},
        }
        for actions in integration.get("actions", {}).values()
        for action in actions
    ]
    return {
        **brief(integration, "id", "name", "type", "enabled"),
        "teamId": integration.get("teamId", ""),
        "responders": _responders(integration, ids),
        "actions": actions,
    }


def _policy(policy: Item, ids: Mapping[str, str]) -> Item:
    kept = brief(policy, "id", "type", "name", "enabled", "order")
    return {**kept, "teamId": policy.get("teamId", ""), "responders": _responders(policy, ids)}
