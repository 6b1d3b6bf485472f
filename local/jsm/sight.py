"""Who sees which schedule and which team of Operations; what somebody does not see is left out without an error."""

from collections.abc import Iterable

from local.jsm.answers import forbidden, not_found
from local.jsm.context import Context
from local.jsm.site import Site
from local.simulator.store import Item


def sees(context: Context, schedule: Item) -> bool:
    """Tell whether the caller sees a schedule.

    That is an admin, a member of its team, and who is in it: directly, through a team or an escalation, by an override.
    """
    caller = context.caller
    if caller.operations_admin:
        return True
    teams = context.site.teams_of(caller.account_id)
    mine = {caller.account_id, *teams} | _escalations(context.site, {caller.account_id, *teams})
    participants = (entry for rotation in schedule["rotations"] for entry in rotation["participants"])
    overriding = (override["responder"] for override in schedule["overrides"])
    return schedule["teamId"] in teams or _any_is(participants, mine) or _any_is(overriding, {caller.account_id})


def sees_team(context: Context, team: Item) -> bool:
    """Tell whether the caller sees a team of Operations: an admin and its members do."""
    return context.caller.operations_admin or context.caller.account_id in team["members"]


def schedule_of(context: Context, *, write: str = "") -> Item:
    """Find the schedule that the path names.

    Raises 404 for none, 403 for one that the caller does not see, and 403 where `write` says what the caller is about
    to do and the role does not allow it.
    """
    identifier = context.variables["schedule"]
    schedule = context.site.schedules.find(identifier, "id")
    if schedule is None:
        raise not_found("schedule", identifier)
    if not sees(context, schedule):
        raise forbidden("see this schedule")
    if write:
        require_team_admin(context, schedule["teamId"], write)
    return schedule


def team_of(context: Context, *, write: str = "") -> Item:
    """Find the team of Operations that the path names; raises as `schedule_of` does."""
    identifier = context.variables["team"]
    team = context.site.teams.find(identifier, "teamId")
    if team is None or not team["operations"] or team["state"] != "ACTIVE" or lags(team):
        raise not_found("team", identifier)
    if not sees_team(context, team):
        raise forbidden("see this team")
    if write:
        require_team_admin(context, team["teamId"], write)
    return team


def lags(team: Item) -> bool:
    """Tell whether Operations does not know a new team yet, and count the look."""
    if team.get("unknownFor", 0) < 1:
        return False
    team["unknownFor"] -= 1
    if not team["unknownFor"]:
        del team["unknownFor"]
    return True


def require_team_admin(context: Context, team_id: str, what: str) -> None:
    """Raise 403 unless the caller is an admin of Operations or of the team."""
    team = context.site.teams.find(team_id, "teamId")
    admins = team["admins"] if team else []
    if not context.caller.operations_admin and context.caller.account_id not in admins:
        raise forbidden(what)


def _escalations(site: Site, ids: set[str]) -> set[str]:
    every = site.escalations.values()
    return {entry["id"] for entry in every if _any_is((rule["recipient"] for rule in entry["rules"]), ids)}


def _any_is(references: Iterable[Item], ids: set[str]) -> bool:
    return any(reference["id"] in ids for reference in references)
