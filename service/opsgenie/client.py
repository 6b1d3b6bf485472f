"""The client for Opsgenie, made of its endpoints."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import Any, cast

import requests

from service.client import Capabilities, Rule, Scope
from service.deadline import Deadline
from service.errors import NotFoundError, NotInPlanError, ServiceError, UnexpectedResponseError
from service.model import (
    Change,
    Entry,
    Escalation,
    ForwardingRule,
    Membership,
    Named,
    Override,
    Participant,
    Person,
    Roster,
    Rotation,
    RoutingRule,
    TeamUse,
)
from service.opsgenie import reach
from service.opsgenie.account import AccountEndpoints
from service.opsgenie.endpoints import api
from service.opsgenie.on_calls import SECONDS, OnCallReader, on_calls
from service.parallel import Parallel
from service.settings import Settings
from service.survey import OnCalls, Survey
from service.transport import updates
from service.transport.call import Transport


class Opsgenie:
    """Opsgenie as the on-call system."""

    capabilities = Capabilities(
        product="Opsgenie",
        removal="delete",
        refuses_while_in_use=True,
        not_checked=(
            "overrides in other schedules that begin in more than three months: Opsgenie shows no more by person",
        ),
        only_in_refusal="integrations and policies: Opsgenie names them only where it refuses to delete the user",
        rights=(
            "give ACCESS_TOKEN an account-level key with the rights Read, Create and Update, Delete, "
            "Configuration Access"
        ),
    )

    def __init__(self, transport: Transport, parallel: Parallel) -> None:
        self._transport = transport
        self._parallel = parallel
        self._api = AccountEndpoints(transport)
        self._missing: dict[str, None] = {}

    def find(self, username: str) -> Person:
        """Return the user with this username; raises NotFoundError."""
        found = self._api.user(username)
        # How Opsgenie compares letters beyond A to Z is not documented.
        same = not found.username.isascii() and found.username.lower() == username.lower()
        if not (same or found.is_named("", username)):
            raise UnexpectedResponseError("Opsgenie answered with another user than the one asked for")
        return found

    def survey(self, person: Person, scope: Scope) -> Survey:
        """Read everything that holds the person, in two rounds of parallel calls."""
        self._api.odd.leaver = person
        try:
            survey = self._survey(person, scope)
        except NotFoundError as error:
            # 404 on a list: check whether the user was deleted meanwhile.
            self._api.user(person.id)
            raise UnexpectedResponseError("Opsgenie has the user, but not the lists of what holds the user") from error
        return replace(survey, not_checked=(*survey.not_checked, *_odd_notes(self._api, person), *self._missing))

    def on_calls(self) -> OnCalls:
        """Read who is on call now in each schedule; that it could not be read is in what it returns."""
        return on_calls(self._transport)

    def read(self, entry: Entry) -> Entry | None:
        """Return the entry as it is now, None where it is gone."""
        began = time.monotonic()
        try:
            match entry:
                case Rotation():
                    return replace(self._api.rotation(entry), read_at=began)
                case Escalation():
                    return replace(self._api.escalation(entry), read_at=began)
                case Membership():
                    return self._membership(Named(entry.id, entry.name), entry.user)
                case Person():
                    return self._api.user(entry.id)
                case _:
                    return entry if self._api.exists(entry) else None
        except NotFoundError:
            return None

    def behind(self, participant: Participant) -> tuple[Participant, ...]:
        """Read whom a team, an escalation or a schedule leads to; empty where it is gone or of another kind."""
        return reach.behind(self._api, participant)

    def uses(self, teams: tuple[Named, ...]) -> tuple[TeamUse, ...]:
        """Read every rotation and escalation that lists one of the teams, and the teams' own routing rules."""
        try:
            found = reach.uses(self._api, self._parallel, teams)
        except NotFoundError as error:
            raise UnexpectedResponseError(f"Opsgenie does not list schedules or escalations ({error})") from error
        return tuple(use for use in found if isinstance(use, RoutingRule) or _lists_team(use, teams))

    def has_turns(self, person: Person) -> bool:
        """Tell whether the person is on call now or in the next three months."""
        return AccountEndpoints(self._transport.within(SECONDS)).has_turns(person, datetime.now(UTC))

    def overrides_of(self, person: Person) -> tuple[tuple[Override, ...], tuple[str, ...]]:
        """Read the person's overrides in every schedule; returns them, and what could not be read."""
        api, unread = AccountEndpoints(self._transport.within(SECONDS)), list[str]()
        api.odd.leaver = person

        def read(schedule: Named) -> list[Override]:
            try:
                return api.overrides(schedule)
            except NotFoundError:
                return []
            except ServiceError as error:
                unread.append(f"overrides of {schedule.name}: {error}")
                return []

        found = chain.from_iterable(self._parallel.run([partial(read, one) for one in api.schedules()]))
        own = (override for override in found if person.is_named(override.user.id, override.user.name))
        return tuple(own), (*unread, *_odd_notes(api, person))

    def apply(self, change: Change) -> None:
        """Delete or remove what the change is about.

        Raises NotFoundError where it is gone, and InUseError where it is a user who is in use.
        """
        self._api.delete(change.before)

    def update(self, entry: Roster, rule: Rule) -> Change | None:
        """Let the rule decide on the entry as it is now, write that once, and return it; see the port."""
        return updates.update(self._transport, entry, rule, read=self.read, write=self._write)

    def _write(self, change: Change) -> None:
        if isinstance(change.after, Rotation):
            self._api.patch_rotation(change.after)
        else:
            self._api.patch_escalation(cast(Escalation, change.after))

    def _survey(self, person: Person, scope: Scope) -> Survey:
        api, on_call, everywhere = self._api, OnCallReader(self._transport), scope is Scope.EVERYWHERE
        lists: list[Callable[[], list[Named]]] = [api.teams, api.schedules, api.escalations]
        if not everywhere:
            lists = [partial(list_of, person) for list_of in (api.teams_of, api.schedules_of, api.escalations_of)]
        # A user's own list is not documented to have the forwarding rules to the user; the account's list has them.
        blocked = reach.Blocked(api)
        calls: list[Callable[[], Any]] = [*lists, partial(self._forwarding_rules_of, person), self._forwarding_rules]
        found = self._parallel.run([*calls, blocked.read_first, *on_call.first_reads(scope)])
        *named, own, every = found[: len(calls)]
        teams, schedules, escalations = map(_once, named)
        readers: list[tuple[Callable[[Named], Any], Named, Callable[[], list[Named]]]] = []
        for schedule in schedules:
            readers += [(read, schedule, lists[1]) for read in (api.rotations, self._overrides)]
        readers += [(api.escalation, escalation, lists[2]) for escalation in escalations]
        member = partial(self._memberships, person=person, listed=not everywhere)
        readers += [(member, team, lists[0]) for team in teams]
        details: list[Callable[[], list[Any]]] = [partial(_unless_gone, *reader) for reader in readers]
        details += on_call.further_reads(person, schedules)
        entries = list(chain.from_iterable(self._parallel.run([*details, *blocked.rest])))
        survey = _sorted_out(person, entries, {rule.id: rule for rule in (*own, *every)}.values())
        notes = (f"who is blocked: Opsgenie does not list it ({blocked.refusal})",) if blocked.refusal else ()
        return on_call.told(replace(survey, blocked=frozenset(blocked.names), not_checked=notes), entries)

    def _forwarding_rules(self) -> list[ForwardingRule]:
        try:
            return self._in_plan("forwarding rules", self._api.forwarding_rules)
        except NotFoundError:
            # Not documented; an account without forwarding rules may answer so. The user's own list still counts.
            return []

    def _forwarding_rules_of(self, person: Person) -> list[ForwardingRule]:
        return self._in_plan("forwarding rules", partial(self._api.forwarding_rules_of, person))

    def _overrides(self, schedule: Named) -> list[Override]:
        return self._in_plan("overrides", partial(self._api.overrides, schedule))

    def _in_plan(self, what: str, read: Callable[[], list[Any]]) -> list[Any]:
        """Read a list; one that the account's plan does not have is empty, and is named."""
        try:
            return read()
        except NotInPlanError as error:
            self._missing[f"{what}: Opsgenie does not have them for this account ({error})"] = None
            return []

    def _memberships(self, team: Named, person: Person, *, listed: bool) -> list[Membership]:
        user = Named(person.id, person.name)
        membership = self._membership(team, user)
        if membership is None and listed:
            membership = Membership(team.id, team.name, user, "", stale=True)
        return [membership] if membership else []

    def _membership(self, team: Named, user: Named) -> Membership | None:
        members = self._api.members(team.id)
        person = Person(user.id, user.name)
        roles = [role for member, role in members if person.is_named(member.id, member.name)]
        if not roles:
            return None
        others = [Participant("user", one.id, one.name) for one, _ in members if not person.is_named(one.id, one.name)]
        return Membership(team.id, team.name, user, roles[0], others=tuple(others))


def _odd_notes(api: AccountEndpoints, person: Person) -> list[str]:
    return [f"{name}: not of the documented form, and not {person.username}'s" for name in api.odd.names]


def _lists_team(use: Roster, teams: tuple[Named, ...]) -> bool:
    return any(one.is_team(team) for one in use.listed for team in teams)


def _once(entries: list[Named]) -> list[Named]:
    return list({entry.id: entry for entry in entries}.values())


def _unless_gone(read: Callable[[Named], Any], listed: Named, listing: Callable[[], list[Named]]) -> list[Any]:
    """Read the details of a listed item; none if it was deleted and is no longer listed."""
    try:
        found = read(listed)
    except NotFoundError as error:
        if any(entry.id == listed.id for entry in listing()):
            raise UnexpectedResponseError(f"Opsgenie lists {listed.name}, and says that it is not there") from error
        return []
    return found if isinstance(found, list) else [found]


def _forwards(rule: ForwardingRule, person: Person) -> bool:
    return any(person.is_named(user.id, user.name) for user in (rule.from_user, rule.to_user))


def _any(participants: Iterable[Participant], person: Person) -> bool:
    return any(participant.is_person(person) for participant in participants)


def _sorted_out(person: Person, found: list[Any], forwarding_rules: Iterable[ForwardingRule]) -> Survey:
    """Keep what really holds the person: the lists may include what only holds one of their teams."""
    rotations = tuple(e for e in found if isinstance(e, Rotation) and _any(e.participants, person))
    escalations = (e for e in found if isinstance(e, Escalation))
    return Survey(
        person=person,
        rotations=rotations,
        escalations=tuple(e for e in escalations if _any((rule.recipient for rule in e.rules), person)),
        overrides=tuple(e for e in found if isinstance(e, Override) and person.is_named(e.user.id, e.user.name)),
        forwarding_rules=tuple(rule for rule in forwarding_rules if _forwards(rule, person)),
        other_forwarding_rules=tuple(rule for rule in forwarding_rules if not _forwards(rule, person)),
        memberships=tuple(e for e in found if isinstance(e, Membership)),
    )


def connect(settings: Settings, session: requests.Session, deadline: Deadline, parallel: Parallel) -> Opsgenie:
    """Return a client for one request."""
    return Opsgenie(Transport(session, api(settings), deadline), parallel)
