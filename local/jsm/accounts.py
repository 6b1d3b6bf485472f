"""Suspend, remove, deactivate and invite people, and undo it.

https://developer.atlassian.com/cloud/admin/organization/rest/api-group-users/ and
https://developer.atlassian.com/cloud/admin/user-management/rest/api-group-lifecycle/
"""

import uuid
from collections.abc import Iterator

from local.jsm.answers import NO_CONTENT, ApiError, Reply, not_in_plan
from local.jsm.callers import ADMIN_WRITE
from local.jsm.context import Context, Route
from local.jsm.organizations import directory_of, person_of, require_organization
from local.jsm.people import DIRECTORY_ID, person
from local.jsm.site import Site
from local.simulator.fields import brief
from local.simulator.store import Item

WRITE = (frozenset({ADMIN_WRITE}),)
UNSCOPED: tuple[frozenset[str], ...] = ()


def routes() -> Iterator[Route]:
    """List the endpoints below the organization."""
    directory = "/v2/orgs/<raw:organization>/directories/<raw:directory>"
    one = f"{directory}/users/<raw:account>"
    memberships = f"{directory}/groups/<raw:group>/memberships"
    yield Route("POST", f"{one}/suspend", suspend, WRITE)
    yield Route("POST", f"{one}/restore", restore, WRITE)
    yield Route("DELETE", one, remove, WRITE)
    yield Route("POST", memberships, join_group, WRITE)
    yield Route("DELETE", f"{memberships}/<raw:account>", leave_group, WRITE)
    yield Route("POST", "/v2/orgs/<raw:organization>/users/invite", invite, WRITE)


def managed_routes() -> Iterator[Route]:
    """List the endpoints of one managed account, which need a key without scopes."""
    yield Route("GET", "/<raw:account>/manage", read_rights, UNSCOPED)
    yield Route("GET", "/<raw:account>/manage/profile", read_profile, UNSCOPED)
    yield Route("POST", "/<raw:account>/manage/lifecycle/disable", disable, UNSCOPED)
    yield Route("POST", "/<raw:account>/manage/lifecycle/enable", enable, UNSCOPED)


def suspend(context: Context) -> Reply:
    """Take every product away from somebody; roles and groups are kept."""
    found = person_of(context)
    if context.bodyless and context.quirks.suspend_bodyless == "415":
        raise ApiError(415, "Unsupported Media Type")
    if found["platformRoles"] and context.quirks.suspend_org_admin != "204":
        raise ApiError(int(context.quirks.suspend_org_admin), "An organization admin cannot be suspended")
    if found["membershipStatus"] == "active":
        found["membershipStatus"] = "suspended"
        _forget(context, found["accountId"])
    return NO_CONTENT


def restore(context: Context) -> Reply:
    """Undo a suspension."""
    found = person_of(context)
    if found["membershipStatus"] == "suspended":
        found["membershipStatus"] = "active"
    return NO_CONTENT


def remove(context: Context) -> Reply:
    """Remove somebody from the organization: queued, so that they are listed for a while."""
    found = person_of(context)
    if "listedFor" in found:
        return NO_CONTENT
    found["membershipStatus"] = "no_membership"
    if context.quirks.removal_lag:
        found["listedFor"] = context.quirks.removal_lag
    else:
        found["directories"] = []
    for group in context.site.groups.values():
        group["members"] = [member for member in group["members"] if member != found["accountId"]]
    _forget(context, found["accountId"])
    return NO_CONTENT


def _forget(context: Context, account_id: str) -> None:
    if context.quirks.ends_clear_operations:
        clear(context.site, account_id)


def clear(site: Site, account_id: str) -> None:
    """Take somebody out of everything in Operations, and out of teams."""
    for schedule in site.schedules.values():
        for rotation in schedule["rotations"]:
            rotation["participants"] = [one for one in rotation["participants"] if one["id"] != account_id]
        schedule["overrides"] = [one for one in schedule["overrides"] if one["responder"]["id"] != account_id]
    for escalation in site.escalations.values():
        escalation["rules"] = [rule for rule in escalation["rules"] if rule["recipient"]["id"] != account_id]
    for rule in site.forwarding_rules.values():
        if account_id in (rule["fromUserId"], rule["toUserId"]):
            site.forwarding_rules.remove(rule)
    for team in site.teams.values():
        for role in ("members", "admins"):
            team[role] = [one for one in team[role] if one != account_id]


def join_group(context: Context) -> Reply:
    """Put somebody into a group."""
    group, account_id = _group(context), context.body.get("accountId")
    if context.site.person(account_id) is None:
        raise ApiError(404, "User not found")
    if account_id not in group["members"]:
        group["members"].append(account_id)
    return NO_CONTENT


def leave_group(context: Context) -> Reply:
    """Take somebody out of a group, and with it the seat that it grants."""
    group, account_id = _group(context), context.variables["account"]
    if account_id not in group["members"]:
        raise ApiError(404, "Membership not found")
    group["members"].remove(account_id)
    return NO_CONTENT


def _group(context: Context) -> Item:
    directory_of(context)
    group = context.site.groups.find(context.variables["group"], "groupId")
    if group is None:
        raise ApiError(404, "Group not found")
    return group


def invite(context: Context) -> Reply:
    """Invite people by address, new ones or removed ones; the body of the answer is UNVERIFIED."""
    require_organization(context)
    if context.quirks.invitations == "402":
        raise not_in_plan("invitations", 402)
    emails = context.body.get("emails")
    if not isinstance(emails, list) or not emails:
        raise ApiError(400, "emails must be a list of addresses")
    return Reply({"data": [_invited(context, str(email).lower()) for email in emails]})


def _invited(context: Context, email: str) -> Item:
    found = context.site.people.find(email, "email")
    if found is None:
        found = person(f"712020:{uuid.uuid4()}", email, email.partition("@")[0], operationsRole="none")
        context.site.people.add(found)
    elif found["membershipStatus"] == "no_membership":
        found.pop("listedFor", None)
        found["directories"] = found["directories"] or [DIRECTORY_ID]
        found.update(membershipStatus="active", operationsRole="none")
    return brief(found, "accountId", "email")


def read_rights(context: Context) -> Reply:
    """Answer what may be done with a managed account."""
    _managed(context)
    allowed = {"allowed": True}
    return Reply({"lifecycle.enablement": allowed, "profile": allowed, "profile.read": allowed})


def read_profile(context: Context) -> Reply:
    """Answer the profile of a managed account."""
    found = _managed(context)
    shown = {"account_id": found["accountId"], "account_status": found["accountStatus"]}
    return Reply({"account": {**shown, **brief(found, "name", "nickname", "email"), "locale": found["locale"]}})


def disable(context: Context) -> Reply:
    """Deactivate a managed account, in every organization and product."""
    _managed(context)["accountStatus"] = "inactive"
    return NO_CONTENT


def enable(context: Context) -> Reply:
    """Activate a managed account again."""
    _managed(context)["accountStatus"] = "active"
    return NO_CONTENT


def _managed(context: Context) -> Item:
    found = context.site.person(context.variables["account"])
    if found is None:
        raise ApiError(404, "User not found")
    if found["claimStatus"] != "managed":
        raise ApiError(403, "The account is not managed by the organization")
    return found
