"""The client for Opsgenie, made of its endpoints."""

import time
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import cast

from service.client import Capabilities, Rule, Scope
from service.deadline import Deadline
from service.errors import NotFoundError, ServiceError, UnexpectedResponseError
from service.model import (
    Change,
    Entry,
    Escalation,
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
from service.opsgenie.calls import api
from service.opsgenie.on_calls import SECONDS, on_calls
from service.opsgenie.surveys import SurveyReader
from service.parallel import Parallel
from service.settings import Settings
from service.survey import OnCalls, Survey
from service.transport import updates
from service.transport.call import Transport
from service.transport.session import Session


class Opsgenie:
    """Opsgenie as the on-call system."""

    capabilities = Capabilities(
        product="Opsgenie",
        removal="delete",
        refuses_while_in_use=True,
        not_checked=(
            "overrides in other schedules that give no turn in the next three months: Opsgenie shows none by person",
        ),
        only_in_refusal=("integrations and policies: Opsgenie names them only where it refuses to delete the user",),
        rights=(
            "give ACCESS_TOKEN an account-level key with the rights Read, Create and Update, Delete, "
            "Configuration Access"
        ),
        unknown_key=(
            "give ACCESS_TOKEN an API key of the account, and set OPSGENIE_API_URL to eu if the account is in the EU"
        ),
    )

    def __init__(self, transport: Transport, parallel: Parallel) -> None:
        self._transport = transport
        self._parallel = parallel
        self._api = AccountEndpoints(transport)
        self._surveys = SurveyReader(self._api, transport, parallel)

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
            survey = self._surveys.read(person, scope)
        except NotFoundError as error:
            # 404 on a list: check whether the user was deleted meanwhile.
            self._api.user(person.id)
            raise UnexpectedResponseError("Opsgenie has the user, but not the lists of what holds the user") from error
        return replace(
            survey, not_checked=(*survey.not_checked, *_odd_notes(self._api, person), *self._surveys.missing)
        )

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
                    return self._surveys.membership(Named(entry.id, entry.name), entry.user)
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
        return AccountEndpoints(self._transport.within(SECONDS)).has_turns(person, self._api.now)

    def overrides_of(self, person: Person) -> tuple[tuple[Override, ...], tuple[str, ...]]:
        """Read the person's overrides in every schedule; returns them, and what could not be read."""
        api, unread = AccountEndpoints(self._transport.within(SECONDS)), list[str]()
        api.odd.leaver = person

        def read(schedule: Named) -> list[Override]:
            try:
                return api.overrides(schedule)
            except NotFoundError as error:
                if any(listed.id == schedule.id for listed in api.schedules()):
                    unread.append(f"overrides of {schedule.name}: {error}")
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


def _odd_notes(api: AccountEndpoints, person: Person) -> list[str]:
    return [f"{name}: not of the documented form, and not {person.username}'s" for name in api.odd.names]


def _lists_team(use: Roster, teams: tuple[Named, ...]) -> bool:
    return any(one.is_team(team) for one in use.listed for team in teams)


def connect(settings: Settings, session: Session, deadline: Deadline, parallel: Parallel) -> Opsgenie:
    """Return a client for one request."""
    return Opsgenie(Transport(session, api(settings), deadline), parallel)
