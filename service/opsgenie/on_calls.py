"""What a survey of Opsgenie only tells: who is on call, and when turns change. What fails here stops nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from service.client import Scope
from service.errors import ServiceError
from service.model import Named, Override, Person, Rotation
from service.opsgenie import schedules
from service.opsgenie.account import AccountEndpoints
from service.schedule import Schedule
from service.survey import OnCalls, Survey
from service.transport.call import Transport

SECONDS = 3.0
"""The time for a read that only tells: with its retries it must not use up that of the request."""


def on_calls(transport: Transport) -> OnCalls:
    """Read who is on call now."""
    brief = transport.within(SECONDS)
    try:
        found = AccountEndpoints(brief).on_calls()
    except ServiceError as error:
        return OnCalls(unread=str(error))
    return OnCalls(tuple(found), brief.server_time)


class OnCallReader:
    """The reads of one survey, beside those that decide."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._on_call = OnCalls()
        self._listed: list[Schedule] = []
        self._unlisted = ""
        self._unread: dict[str, str] = {}

    def first_reads(self, scope: Scope) -> list[Callable[[], None]]:
        """Return the calls that go beside those for a person's lists."""
        reads = [] if scope is Scope.EVERYWHERE else [self._read_on_call]
        return [*reads, self._read_schedules] if scope is Scope.FIRST else reads

    def further_reads(self, person: Person, known: Iterable[Named]) -> list[Callable[[], list[Any]]]:
        """Return calls that read the schedules in which the person is on call, and that are not known otherwise."""
        ids = {schedule.id for schedule in known}
        others = [Named(one.id, one.name) for one in self._on_call.schedules if one.has(person) and one.id not in ids]
        api = AccountEndpoints(self._transport.within(SECONDS))
        reads: list[Callable[[Named], list[Any]]] = [api.rotations, api.overrides]
        return [partial(self._unless_unread, read, schedule) for schedule in others for read in reads]

    def told(self, survey: Survey, found: Iterable[Any]) -> Survey:
        """Return the survey with who is on call and the schedules' times; `found` has what was read of each."""
        rotations: dict[str, list[Rotation]] = defaultdict(list)
        overrides: dict[str, list[Override]] = defaultdict(list)
        for entry in found:
            if isinstance(entry, Rotation):
                rotations[entry.schedule.id].append(entry)
            elif isinstance(entry, Override):
                overrides[entry.schedule.id].append(entry)
        held = (rotations.keys() | overrides.keys()) - self._unread.keys()
        timed = (schedules.timed(one, rotations[one.id], overrides[one.id]) for one in self._listed if one.id in held)
        # Whichever answer told the time: where this one could not be read, turns are computed all the same.
        time = self._on_call.time or self._transport.server_time
        return replace(
            survey,
            on_call=replace(self._on_call, time=time),
            schedules=tuple(timed),
            not_checked=(*survey.not_checked, *filter(None, [self._unlisted]), *self._unread.values()),
        )

    def _read_on_call(self) -> None:
        self._on_call = on_calls(self._transport)

    def _read_schedules(self) -> None:
        try:
            self._listed = AccountEndpoints(self._transport.within(SECONDS)).timed_schedules()
        except ServiceError as error:
            self._unlisted = f"the times of schedules: {error}"

    def _unless_unread(self, read: Callable[[Named], list[Any]], schedule: Named) -> list[Any]:
        try:
            return read(schedule)
        except ServiceError as error:
            self._unread[schedule.id] = f"rotations and overrides of {schedule.name}: {error}"
            return []
