"""Serve a user's calendar: their turns in the three months to come, over all schedules.

https://docs.opsgenie.com/docs/who-is-on-call-api#section-export-on-call-user
"""

import uuid
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from local.opsgenie.account import Account
from local.opsgenie.answers import ApiError, Calendar
from local.opsgenie.entities import Context, Route
from local.opsgenie.quirks import Quirks
from local.opsgenie.shifts import DEEPEST
from local.opsgenie.turns import final_turns, turns_of
from local.opsgenie.users import USERS
from local.simulator.fields import parsed
from local.simulator.ics import Event, calendar
from local.simulator.store import Item
from local.simulator.time_restrictions import Span, joined
from local.simulator.turns import Override, Turn, overridden

MONTHS = 3
PRODUCT = "-//Opsgenie//On-call//EN"


def routes() -> Iterator[Route]:
    """List the endpoints."""
    yield Route("GET", "/v2/schedules/on-calls/<identifier:identifier>.ics", calendar_of_user)


def calendar_of_user(context: Context) -> Calendar:
    """Answer a user's calendar, named by id or by username."""
    user, word = USERS.get(context), context.quirks.ics
    if word == "refused":
        raise ApiError(403, "You are not authorized to access this calendar.", code=40301)
    account = context.past() if word == "stale" else context.account
    person = _Person(account, context.quirks, user["id"])
    events = [] if word == "empty" else person.events(context.now, _months_later(context.now))
    return Calendar(calendar(PRODUCT, context.now, events))


def _months_later(moment: datetime) -> datetime:
    years, month = divmod(moment.month - 1 + MONTHS, 12)
    year, month = moment.year + years, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


@dataclass(frozen=True)
class _Person:
    account: Account
    quirks: Quirks
    identifier: str

    def events(self, since: datetime, until: datetime) -> list[Event]:
        found = [
            Event(_uid(schedule, rotation, *span), *span, schedule["name"])
            for schedule in self.account.schedules.values()
            if self._may_be_in(schedule)
            for rotation, turn in self._turns(schedule, since, until)
            for span in joined(self._of(turn.who, (turn.start, turn.end), DEEPEST))
        ]
        return sorted(found, key=lambda event: event.start)

    def _may_be_in(self, schedule: Item) -> bool:
        """Tell whether the person may have turns; computing all turns of a large account takes seconds."""
        who = [override["user"] for override in schedule["overrides"]]
        who += [one for rotation in schedule["rotations"] for one in rotation["participants"]]
        return self.quirks.ics_forwards or any(one["type"] != "user" or one["id"] == self.identifier for one in who)

    def _turns(self, schedule: Item, since: datetime, until: datetime) -> Iterator[tuple[Item, Turn]]:
        if self.quirks.ics != "direct only":
            yield from final_turns(schedule, since, until, self.quirks)
            return
        for rotation in schedule["rotations"] if schedule["enabled"] else []:
            for turn in turns_of(schedule, rotation, self.quirks).turns(since, until):
                if turn.who["type"] == "user":
                    yield rotation, turn

    def _of(self, reference: Item, span: Span, depth: int) -> Iterator[Span]:
        """Yield when within a span of time this person is on call because of a reference."""
        kind = reference["type"]
        if kind == "user":
            yield from self._as_user(reference, span, hidden=self.quirks.blocked_on_call == "never")
        elif kind != "none" and depth:
            yield from self._behind(reference, span, depth - 1)

    def _behind(self, reference: Item, span: Span, depth: int) -> Iterator[Span]:
        kind, identifier = reference["type"], reference["id"]
        if kind == "team" and (team := self.account.teams.find(identifier, "id")):
            for member in team["members"]:
                yield from self._as_user(member["user"], span, hidden=self.quirks.blocked_on_call != "always")
        elif kind == "escalation" and (escalation := self.account.escalations.find(identifier, "id")):
            for rule in escalation["rules"]:
                yield from self._of(rule["recipient"], span, depth)
        elif kind == "schedule" and (schedule := self.account.schedules.find(identifier, "id")):
            for _, turn in final_turns(schedule, *span, self.quirks):
                yield from self._of(turn.who, (turn.start, turn.end), depth)

    def _as_user(self, reference: Item, span: Span, *, hidden: bool) -> Iterable[Span]:
        user = self.account.users.find(self.identifier, "id") or {}
        if hidden and user.get("blocked"):
            return []
        rules = self.account.forwarding_rules.values() if self.quirks.ics_forwards else []
        forwarded = [
            Override(rule["toUser"]["id"], parsed(rule["startDate"]), parsed(rule["endDate"]))
            for rule in rules
            if rule["fromUser"]["id"] == reference["id"]
        ]
        turns = overridden([Turn(*span, reference["id"], None)], forwarded, *span)
        return [(turn.start, turn.end) for turn in turns if turn.who == self.identifier]


def _uid(schedule: Item, rotation: Item, start: datetime, end: datetime) -> str:
    name = f"{schedule['id']} {rotation['id']} {start} {end}"
    return f"{uuid.uuid5(uuid.NAMESPACE_OID, name)}@opsgenie"
