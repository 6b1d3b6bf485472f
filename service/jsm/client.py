"""The client for Jira Service Management, made of the APIs of a site."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import cast

from service.client import Rule, Scope
from service.deadline import Deadline
from service.errors import BadRequestError, NotFoundError, ServiceError, UnexpectedResponseError
from service.jsm.apis import Apis, open_apis
from service.jsm.capabilities import base_urls as base_urls
from service.jsm.capabilities import capabilities as capabilities
from service.jsm.capabilities import site_of
from service.jsm.on_calls import SECONDS, read_on_calls
from service.jsm.operations import Operations
from service.jsm.people import People
from service.jsm.reach import ReachReader
from service.jsm.scan import Found, membership_of
from service.jsm.surveys import SurveyReader
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
    TeamUse,
)
from service.parallel import Parallel
from service.settings import Settings
from service.survey import OnCalls, Survey
from service.transport import updates
from service.transport.session import Session


class Jsm:
    """Jira Service Management as the on-call system; a client is for one person."""

    def __init__(self, settings: Settings, session: Session, deadline: Deadline, parallel: Parallel) -> None:
        self.capabilities = capabilities(settings)
        self._settings = site_of(settings)
        self._open = partial(open_apis, self._settings, session, deadline, parallel)
        self._opened: Apis | None = None
        self._opening = threading.Lock()
        self._parallel = parallel
        self._surveys: SurveyReader | None = None
        self._known: People | None = None
        self._has_written = False

    def find(self, username: str) -> Person:
        """Return the user with this username; raises NotFoundError."""
        return self._apis.account.find(username)

    def survey(self, person: Person, scope: Scope) -> Survey:
        """Read everything that holds the person, in rounds of parallel calls: there are no lists by person."""
        if self._surveys is None:
            self._known = People(self._apis.directory, person)
            self._surveys = SurveyReader(self._settings, self._apis, self._known, self._parallel)
        self._apis.operations.odd.leaver = person
        try:
            return self._surveys.read(person, scope)
        except NotFoundError as error:
            # Operations is asked nothing about the person here, so a 404 means that the cloud id is wrong.
            raise UnexpectedResponseError(
                f"Operations of the site is not there ({error}): check JSM_CLOUD_ID"
            ) from error

    def on_calls(self) -> OnCalls:
        """Read who is on call now in the schedules that hold the person."""
        held = self._surveys.held if self._surveys else []
        return read_on_calls(self._apis.transport, self._parallel, held, self._people)

    def read(self, entry: Entry) -> Entry | None:
        """Return the entry as it is now, None where it is gone; an account that is ended counts as gone."""
        began = time.monotonic()
        operations = self._apis.operations
        try:
            match entry:
                case Rotation():
                    return replace(self._people.rotation(operations.rotation(entry)), read_at=began)
                case Escalation():
                    return replace(self._people.escalation(operations.escalation(entry)), read_at=began)
                case Membership():
                    return self._membership(entry)
                case Person():
                    return None if self._apis.account.is_ended(entry) else entry
                case _:
                    return entry if operations.exists(entry) else None
        except NotFoundError:
            return None

    def behind(self, participant: Participant) -> tuple[Participant, ...]:
        """Read whom a team, an escalation or a schedule leads to, without those who are suspended."""
        return self._reach.behind(self._found, participant)

    def uses(self, teams: tuple[Named, ...]) -> tuple[TeamUse, ...]:
        """Return every rotation and escalation that lists one of the teams, and read the teams' own routing rules."""
        return self._reach.uses(self._found, teams)

    def has_turns(self, person: Person) -> bool:
        """Tell whether the person is on call now or in time to come, as far as the calendar shows."""
        return self._briefly().has_turns(person, datetime.now(UTC))

    def overrides_of(self, person: Person) -> tuple[tuple[Override, ...], tuple[str, ...]]:
        """Read the person's overrides in every schedule; returns them, and what could not be read."""
        if self._surveys and not self._has_written:
            # The first survey has just read them all.
            return self._surveys.overrides_of(person), ()
        operations, unread = self._briefly(), list[str]()
        operations.odd.leaver = person

        def read(schedule: Named) -> list[Override]:
            try:
                return operations.overrides(schedule)
            except NotFoundError:
                return []
            except ServiceError as error:
                unread.append(f"overrides of {schedule.name}: {error}")
                return []

        schedules = [one.named for one in operations.schedules()]
        found = chain(*self._parallel.run([partial(read, one) for one in schedules]))
        own = tuple(self._people.override(override) for override in found if override.user.id == person.id)
        odd = [f"{name}: not of the documented form, and not {person.username}'s" for name in operations.odd.names]
        return own, (*unread, *odd)

    def apply(self, change: Change) -> None:
        """Delete or remove what the change is about, or end the account; raises NotFoundError where it is gone."""
        self._has_written = True
        match change.before:
            case Membership() as membership:
                self._leave(membership)
            case Person() as person:
                self._apis.account.end(person)
            case entry:
                self._apis.operations.delete(cast(Override | ForwardingRule, entry))

    def update(self, entry: Roster, rule: Rule) -> Change | None:
        """Let the rule decide on the entry as it is now, write that once, and return it; see the port."""
        self._has_written = True
        return updates.update(self._apis.transport, entry, rule, read=self.read, write=self._write)

    def _write(self, change: Change) -> None:
        if isinstance(change.after, Rotation):
            self._apis.operations.patch_rotation(change.after)
        else:
            self._apis.operations.patch_escalation(cast(Escalation, change.after))

    def _leave(self, membership: Membership) -> None:
        """Remove a member; what a team that lists a removed one still answers to the next try means nothing."""
        left = self._surveys.left if self._surveys else set[str]()
        try:
            self._apis.teams.remove(Named(membership.id, membership.name), membership.user.id)
        except (BadRequestError, NotFoundError):
            if membership.id not in left:
                raise
        left.add(membership.id)

    def _membership(self, known: Membership) -> Membership | None:
        team, person = Named(known.id, known.name), Person(known.user.id, known.user.name)
        members = self._apis.teams.members(team)
        return self._people.membership(membership_of(team, members, person)) if person.id in members else None

    def _briefly(self) -> Operations:
        return Operations(self._apis.transport.within(SECONDS))

    @property
    def _apis(self) -> Apis:
        with self._opening:
            self._opened = self._opened or self._open()
            return self._opened

    @property
    def _people(self) -> People:
        if self._known is None:
            self._known = People(self._apis.directory, Person(self._apis.ids.own_id, self._settings.email))
        return self._known

    @property
    def _found(self) -> Found:
        return self._surveys.found if self._surveys else Found()

    @property
    def _reach(self) -> ReachReader:
        return ReachReader(self._apis.operations, self._apis.teams, self._people, self._parallel)


def connect(settings: Settings, session: Session, deadline: Deadline, parallel: Parallel) -> Jsm:
    """Return a client for one request; it calls nothing yet."""
    return Jsm(settings, session, deadline, parallel)
