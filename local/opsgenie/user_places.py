"""List what holds a user, below /v2/users/{identifier}.

https://docs.opsgenie.com/docs/user-api
"""

from collections.abc import Iterable, Iterator

from local.opsgenie.answers import Reply
from local.opsgenie.entities import Context, Route
from local.opsgenie.users import USERS
from local.simulator.fields import brief
from local.simulator.store import Item


def routes() -> Iterator[Route]:
    """List the endpoints."""
    one = "/v2/users/<identifier:identifier>"
    yield Route("GET", f"{one}/teams", teams)
    yield Route("GET", f"{one}/schedules", schedules)
    yield Route("GET", f"{one}/escalations", escalations)
    yield Route("GET", f"{one}/forwarding-rules", forwarding_rules)


def teams(context: Context) -> Reply:
    """List a user's teams."""
    user = USERS.get(context)
    return Reply({"data": [brief(team, "id", "name") for team in _teams(context, user)]})


def schedules(context: Context) -> Reply:
    """List the schedules with the user in a rotation."""
    user = USERS.get(context)
    ids = {user["id"]}
    if context.quirks.schedules_through_teams:
        ids |= {team["id"] for team in _teams(context, user)}
    found = [
        schedule
        for schedule in context.account.schedules.values()
        if any(_holds(rotation["participants"], ids) for rotation in schedule["rotations"])
        or (context.quirks.schedules_through_overrides and _holds([o["user"] for o in schedule["overrides"]], ids))
    ]
    return Reply({"data": [brief(schedule, "id", "name", "enabled") for schedule in found]})


def escalations(context: Context) -> Reply:
    """List the escalations that notify the user."""
    user = USERS.get(context)
    ids = {user["id"]}
    if context.quirks.escalations_through_teams:
        ids |= {team["id"] for team in _teams(context, user)}
    every = context.account.escalations.values()
    found = [escalation for escalation in every if _holds([rule["recipient"] for rule in escalation["rules"]], ids)]
    if not context.quirks.whole_escalations:
        found = [brief(escalation, "id", "name") for escalation in found]
    return Reply({"data": found})


def forwarding_rules(context: Context) -> Reply:
    """List the forwarding rules from the user, and to them."""
    user = USERS.get(context)
    ends = ("fromUser", "toUser") if context.quirks.incoming_forwarding_rules else ("fromUser",)
    rules = context.account.forwarding_rules.values()
    return Reply({"data": [rule for rule in rules if any(rule[end]["id"] == user["id"] for end in ends)]})


def _teams(context: Context, user: Item) -> list[Item]:
    return [
        team for team in context.account.teams.values() if _holds([m["user"] for m in team["members"]], {user["id"]})
    ]


def _holds(references: Iterable[Item], ids: set[str]) -> bool:
    return not ids.isdisjoint([reference.get("id") for reference in references])
