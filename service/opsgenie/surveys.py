"""What holds a person in Opsgenie: the lists at once, then each of their entries."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any

from service.client import Scope
from service.errors import NotFoundError, NotInPlanError, UnexpectedResponseError
from service.model import Escalation, ForwardingRule, Membership, Named, Override, Participant, Person, Rotation
from service.opsgenie import reach
from service.opsgenie.account import AccountEndpoints
from service.opsgenie.on_calls import OnCallReader
from service.parallel import Parallel
from service.survey import Survey
from service.transport.call import Transport


class SurveyReader:
    """Reads surveys; `missing` has a sentence for each kind of list that the account's plan does not have."""

    def __init__(self, api: AccountEndpoints, transport: Transport, parallel: Parallel) -> None:
        self.missing: dict[str, None] = {}
        self._api = api
        self._transport = transport
        self._parallel = parallel

    def read(self, person: Person, scope: Scope) -> Survey:
        """Read the lists, then each of their entries; raises NotFoundError where a list is missing."""
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
            self.missing[f"{what}: Opsgenie does not have them for this account ({error})"] = None
            return []

    def _memberships(self, team: Named, person: Person, *, listed: bool) -> list[Membership]:
        user = Named(person.id, person.name)
        membership = self.membership(team, user)
        if membership is None and listed:
            membership = Membership(team.id, team.name, user, "", stale=True)
        return [membership] if membership else []

    def membership(self, team: Named, user: Named) -> Membership | None:
        """Read a user's place in a team; None where the team does not list the user."""
        members = self._api.members(team)
        person = Person(user.id, user.name)
        roles = [role for member, role in members if person.is_named(member.id, member.name)]
        if not roles:
            return None
        others = [
            Participant("user", one.id, one.name, role=role)
            for one, role in members
            if not person.is_named(one.id, one.name)
        ]
        return Membership(team.id, team.name, user, roles[0], others=tuple(others))


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
