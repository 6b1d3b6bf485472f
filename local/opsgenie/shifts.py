"""Compute who is on call at a moment, from turns, overrides, teams, escalations and forwarding."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from local.opsgenie.account import Account
from local.opsgenie.quirks import Quirks
from local.opsgenie.turns import final_turns, turns_of
from local.simulator.fields import parsed
from local.simulator.store import Item
from local.simulator.turns import TICK

DEEPEST = 4  # an escalation may notify a schedule that holds the escalation


def on_call(account: Account, schedule: Item, moment: datetime, quirks: Quirks | None = None) -> list[Item]:
    """List who is on call in a schedule, each with those behind a team or an escalation."""
    return _Moment(account, quirks or Quirks(), moment).on_call(schedule, DEEPEST)


def next_on_call(account: Account, schedule: Item, moment: datetime, quirks: Quirks) -> tuple[list[Item], list[Item]]:
    """List whose turn is the next one of each rotation, and of these whoever begins first; overrides do not count."""
    return _Moment(account, quirks, moment).next_on_call(schedule)


def usernames(participants: list[Item]) -> list[str]:
    """Flatten participants to the usernames of the people among them."""
    found: dict[str, None] = {}
    for participant in participants:
        if participant["type"] == "user":
            found[participant["name"]] = None
        found.update(dict.fromkeys(usernames(participant.get("onCallParticipants", []))))
    return list(found)


@dataclass(frozen=True)
class _Moment:
    account: Account
    quirks: Quirks
    moment: datetime

    def on_call(self, schedule: Item, depth: int) -> list[Item]:
        turns = final_turns(schedule, self.moment, self.moment + TICK, self.quirks)
        return self._all_shown((turn.who for _, turn in turns), depth)

    def next_on_call(self, schedule: Item) -> tuple[list[Item], list[Item]]:
        found = []
        for rotation in schedule["rotations"] if schedule["enabled"] else []:
            later = turns_of(schedule, rotation, self.quirks).later_turns(self.moment)
            found += [turn for turn in later if turn.who["type"] != "none"][:1]
        first = min((turn.start for turn in found), default=None)
        exact = [turn for turn in found if turn.start == first]
        every, those = (self._all_shown((turn.who for turn in turns), DEEPEST) for turns in (found, exact))
        return every, those

    def _all_shown(self, references: Iterable[Item], depth: int) -> list[Item]:
        found: list[Item] = []
        for reference in references:
            for shown in self._shown(reference, depth):
                if shown not in found:
                    found.append(shown)
        return found

    def _shown(self, reference: Item, depth: int) -> Iterator[Item]:
        kind = reference["type"]
        if kind == "user":
            yield from self._person(reference, hidden=self.quirks.blocked_on_call == "never")
        elif kind != "none":
            shown = {"id": reference["id"], "name": reference["name"], "type": kind}
            behind = list(self._behind(reference, depth - 1)) if depth else []
            yield {**shown, "onCallParticipants": behind} if behind else shown

    def _behind(self, reference: Item, depth: int) -> Iterator[Item]:
        kind, identifier = reference["type"], reference["id"]
        if kind == "team" and (team := self.account.teams.find(identifier, "id")):
            for member in team["members"]:
                yield from self._person(member["user"], hidden=self.quirks.blocked_on_call != "always")
        elif kind == "schedule" and (schedule := self.account.schedules.find(identifier, "id")):
            yield from self.on_call(schedule, depth)
        elif kind == "escalation" and (escalation := self.account.escalations.find(identifier, "id")):
            for rule in escalation["rules"]:
                for shown in self._shown(rule["recipient"], depth):
                    yield {**shown, "escalationTime": rule["delay"]["timeAmount"], "notifyType": rule["notifyType"]}

    def _person(self, reference: Item, *, hidden: bool) -> Iterator[Item]:
        """Show a user, or whom they forward to; with `hidden` nobody where that one is blocked."""
        shown = {"id": reference["id"], "name": reference["username"], "type": "user"}
        for rule in self.account.forwarding_rules.values():
            in_effect = parsed(rule["startDate"]) <= self.moment < parsed(rule["endDate"])
            if in_effect and rule["fromUser"]["id"] == reference["id"]:
                other = rule["toUser"]
                shown = {"id": other["id"], "name": other["username"], "type": "user", "forwardedFrom": shown}
                break
        user = self.account.users.find(shown["id"], "id")
        if not (hidden and user and user.get("blocked")):
            yield shown
