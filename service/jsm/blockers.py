"""Blockers that only the client of a site can find."""

from collections.abc import Iterable

from service.jsm.scan import Found
from service.model import Blocker, Membership, Person
from service.parsing import Json
from service.wording import joined

MOST_NAMED = 5
"""Schedules that are named."""

ADMIN = "org-admin"


def own_account(person: Person) -> Blocker:
    """Say that the token is the leaver's."""
    remedies = ("give JSM_EMAIL and JSM_API_TOKEN the account of somebody who stays",)
    return Blocker("own_account", person.username, "the token that this uses is the person's own", remedies)


def not_seen(token_of: str) -> Blocker:
    """Say that the token may not see everything, of which there is no other sign."""
    reason = (
        "the token may not see every schedule and team: it cannot read the audit log, and Jira Service Management "
        "leaves out what a token may not see without saying so"
    )
    remedies = (
        "use the token of an admin of the product Jira Service Management",
        "set JSM_TRUST_TOKEN to 1 if its owner is an Operations admin",
    )
    return Blocker("sight", token_of, reason, remedies)


def not_shown(token_of: str, person: Person) -> Blocker:
    """Say that the token surely does not see everything: it may not see the person's turns."""
    reason = f"the token may not see the turns of {person.username}, so it does not see every schedule and team"
    return Blocker("sight", token_of, reason, ("use the token of an admin of Jira Service Management",))


def unseen_teams(found: Found, token_of: str) -> list[Blocker]:
    """Say that the token surely does not see everything: a schedule is a team's that it does not see."""
    names = [one.named.name for one in found.schedules.values() if one.team_id and one.team_id not in found.operated]
    if not names:
        return []
    more = [f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
    reason = f"the token does not see the team that owns {joined([*names[:MOST_NAMED], *more])}"
    remedies = ("use the token of an admin of Jira Service Management", "give the schedule to a team that is there")
    return [Blocker("sight", token_of, reason, remedies)]


def managed_elsewhere(team: Membership, why: str) -> Blocker:
    """Say that the person cannot be removed from a team."""
    reason = f"{team.user.name} cannot be removed from this team: {why}"
    return Blocker(team.kind, team.name, reason, ("remove the person where the team is managed",))


def of_account(person: Person, row: Json, directories: Iterable[str] | None) -> list[Blocker]:
    """Say what forbids the end of an account; `directories` is None where the organization has no such list."""
    found = []
    if row.get("managementSource") == "synced":
        reason = "an identity provider owns the account, and would bring it back"
        remedies = ("deactivate the person there and keep the account here",)
        found.append(Blocker("synced", person.username, reason, remedies, of_removal=True))
    roles = row.get("platformRoles")
    if any(ADMIN in str(role) for role in (roles if isinstance(roles, list) else ())):
        remedies = ("take the role away first",)
        reason = "an organization admin cannot be suspended or removed"
        found.append(Blocker("organization_admin", person.username, reason, remedies, of_removal=True))
    if directories is None:
        reason = "the organization does not serve the calls that end an account"
        remedies = ("set JSM_END to none and end the account by hand",)
        found.append(Blocker("account", person.username, reason, remedies, of_removal=True))
    return found
