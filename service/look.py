"""The reads of one off-boarding: who it is about, what holds them, and what there is now."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from service.client import Client, Scope
from service.errors import NotFoundError, ServiceError
from service.model import Change, Entry, Escalation, Membership, Override, Person, Request, Rotation
from service.parallel import Parallel
from service.reach import Reach
from service.recent import recent
from service.survey import Survey

FEW = 3
"""Teams with fewer other members are read again before the person leaves them: others may be leaving too."""


class Look:
    """What was found so far; `not_checked` has a sentence for each thing that could not be read."""

    def __init__(self, client: Client, request: Request, parallel: Parallel, now: datetime) -> None:
        self.person: Person | None = None
        self.replacement: Person | None = None
        self.reach = Reach()
        self.not_checked: tuple[str, ...] = ()
        self._looked_at: int | None = None
        self._client = client
        self._request = request
        self._parallel = parallel
        self.now = now
        """The vendor's time, and this machine's where the vendor does not tell it."""

    def first(self) -> Survey:
        """Find the person, and everything that holds them; raises NotFoundError where there is no such user."""
        finds: list[Callable[[], None]] = [self._find_person]
        if self._request.replace_with:
            finds.append(partial(self._find_replacement, self._request.replace_with))
        self._parallel.run(finds)
        if self.person is None:
            but = self._client.capabilities.not_found
            raise NotFoundError(f"there is no user {self._request.username}{f'; {but}' if but else ''}")
        return self.survey(self.person, Scope.FIRST)

    def survey(self, person: Person, scope: Scope) -> Survey:
        """Read everything that holds the person."""
        survey = self._client.survey(person, scope)
        self.now = survey.on_call.time or self.now
        # One per survey: who is blocked may have changed since the last one.
        self.reach = Reach(survey.blocked, recent(self._client.behind), recent(self._client.uses))
        return survey

    def again(self, survey: Survey, *calls: Callable[[], Any]) -> tuple[Survey, list[Any]]:
        """Return the survey with rotations, escalations and small teams as they are now, and what the calls return."""
        small = [team for team in survey.memberships if not team.stale and len(team.others) < FEW]
        entries: list[Entry] = [*survey.rotations, *survey.escalations, *small]
        reads: list[Callable[[], Any]] = [*calls, *(partial(self._client.read, entry) for entry in entries)]
        results = self._parallel.run(reads)
        now = results[len(calls) :]
        teams = [team for team in survey.memberships if team not in small]
        return replace(
            survey,
            rotations=tuple(entry for entry in now if isinstance(entry, Rotation)),
            escalations=tuple(entry for entry in now if isinstance(entry, Escalation)),
            memberships=(*teams, *(entry for entry in now if isinstance(entry, Membership))),
        ), results[: len(calls)]

    def hidden_overrides(
        self, person: Person, made: int, *, in_use: bool = False, deleted: bool = False
    ) -> tuple[Change, ...]:
        """Return the deletes of overrides that no list shows; none if as many changes were `made` at the last look.

        Somebody who is still `in_use` has turns anyway; of a `deleted` account nobody tells, and it is looked through
        only if it was not before.
        """
        if self._looked_at == made or (deleted and self._looked_at is not None):
            return ()
        self._looked_at = made
        return tuple(Change("delete", found) for found in self._overrides(person, in_use=in_use, deleted=deleted))

    def _overrides(self, person: Person, *, in_use: bool, deleted: bool) -> tuple[Override, ...]:
        """Read the person's overrides in every schedule that are not over, if the person has turns to come.

        What cannot be read stops nothing, and is noted.
        """
        try:
            if not (deleted or self._client.has_turns(person)):
                return ()
            overrides, unread = self._client.overrides_of(person)
        except ServiceError as error:
            self.note(f"overrides in schedules that hold the person in no other way: {error}")
            return ()
        self.note(*unread)
        found = tuple(override for override in overrides if not override.is_over(self.now))
        if not (found or unread or in_use or deleted):
            product = self._client.capabilities.product
            self.note(f"turns to come: {product} still shows some of {person.username}")
        return found

    def note(self, *sentences: str) -> None:
        """Add to what is not checked, each sentence once."""
        self.not_checked = tuple(dict.fromkeys((*self.not_checked, *sentences)))

    def _find_person(self) -> None:
        with suppress(NotFoundError):
            self.person = self._client.find(self._request.username)

    def _find_replacement(self, username: str) -> None:
        with suppress(NotFoundError):
            self.replacement = self._client.find(username)
