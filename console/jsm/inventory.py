"""Read a site into an inventory: a whole scan of Operations, then the people whom it names."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from console.jsm.apis import ConsoleApis
from console.jsm.users import read_users
from console.report.inventory import Inventory
from console.report.refusals import Refusals
from service.errors import NotFoundError, UnexpectedResponseError
from service.jsm import blockers
from service.jsm.on_calls import timed
from service.jsm.operations import Operations
from service.jsm.people import People
from service.jsm.scan import Found, Scanner
from service.model import Escalation, ForwardingRule, Participant
from service.parallel import Parallel
from service.schedule import Schedule

PRODUCT = "Jira Service Management"
CONTACTS = f"who would not hear an alert: {PRODUCT} shows contact methods only to their owner"


class _ReportOperations(Operations):
    """Operations in which forwarding rules are only told: where their list is refused, there are none."""

    def __init__(self, known: Operations, refusals: Refusals) -> None:
        super().__init__(known._transport)
        self._refusals = refusals

    def forwarding_rules(self) -> list[ForwardingRule]:
        return self._refusals.read("forwarding rules", super().forwarding_rules)


def read_account(apis: ConsoleApis, parallel: Parallel, now: datetime) -> Inventory:
    """Read the site; raises a ServiceError if it cannot be read or parsed."""
    refusals = Refusals(PRODUCT)
    operations = _ReportOperations(apis.operations, refusals)
    try:
        found, (sees_all,) = Scanner(operations, apis.teams, parallel).everything([apis.operations.shows_logs])
    except NotFoundError as error:
        raise UnexpectedResponseError(f"Operations of the site is not there ({error}): check JSM_CLOUD_ID") from error
    users, unread = read_users(apis, parallel, _user_ids(found))
    apis.people.things = found.names()
    return Inventory(
        time=now,
        users=users,
        schedules=tuple(_schedule(found, schedule, apis.people) for schedule in found.schedules),
        escalations=tuple(map(apis.people.escalation, _escalations(found))),
        teams={team: _members(found, team) for team in _team_ids(found)},
        forwarding_rules=tuple(found.forwarding_rules),
        shows_contacts=False,
        not_checked=(CONTACTS, *unread, *refusals.notes, *_unseen(apis, found, sees_all=sees_all)),
    )


def _schedule(found: Found, schedule_id: str, people: People) -> Schedule:
    schedule = timed(found, found.schedules[schedule_id].named, people)
    if schedule.unread:
        parts = ", ".join(schedule.unread)
        raise UnexpectedResponseError(f"the schedule {schedule.name} is not of the documented form: {parts}")
    return schedule


def _escalations(found: Found) -> list[Escalation]:
    """Return the escalations in the order of their teams, which were read side by side."""
    order = {team: place for place, team in enumerate(found.teams)}
    return sorted(found.escalations.values(), key=lambda one: order.get(one.team.id, 0) if one.team else 0)


def _team_ids(found: Found) -> list[str]:
    """Return the ids of the teams that stand in a rotation or an escalation."""
    return list(dict.fromkeys(one.id for entry in found.listed() for one in entry.listed if one.type == "team"))


def _members(found: Found, team_id: str) -> tuple[Participant, ...]:
    return tuple(Participant("user", member) for member in found.members.get(team_id, ()))


def _user_ids(found: Found) -> Iterator[str]:
    """Yield the ids of the people whom the report may name, or who may be called."""
    yield from (one.id for entry in found.listed() for one in entry.listed if one.type == "user")
    yield from (one.user.id for one in chain(*found.overrides.values()) if one.user.id)
    for rule in found.forwarding_rules:
        yield from (rule.from_user.id, rule.to_user.id)
    for team in _team_ids(found):
        yield from found.members.get(team, ())


def _unseen(apis: ConsoleApis, found: Found, *, sees_all: bool) -> list[str]:
    """Say that the token may not see everything: lists leave out what it does not see."""
    token_of = apis.settings.email
    unseen = blockers.unseen_teams(found, token_of)
    if not (sees_all or apis.settings.trust_token):
        unseen.append(blockers.not_seen(token_of))
    return [f"what {token_of} may not see: {one.reason}" for one in unseen]
