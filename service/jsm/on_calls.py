"""Who is on call, and when turns change: what fails here stops nothing."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from service import timetable
from service.errors import NotFoundError, ServiceError
from service.jsm.operations import Operations
from service.jsm.people import People
from service.jsm.scan import Found
from service.model import Named, Override, Participant, Person
from service.parallel import Parallel
from service.schedule import Schedule, TimedOverride
from service.survey import OnCall, OnCalls
from service.timetable import moment, understood
from service.transport.call import Transport

SECONDS = 3.0
"""The time for reads that only tell: with their retries they must not use up that of the request."""


class OnCallReader:
    """Reads who is on call in some schedules: by person there is no such list."""

    def __init__(self, transport: Transport) -> None:
        self._brief = transport.within(SECONDS)
        self._operations = Operations(self._brief)
        self._ids: dict[str, list[str]] = {}
        self._unread = ""

    def reads(self, schedules: Iterable[Named]) -> list[Callable[[], None]]:
        """Return calls that read who is on call, a schedule each."""
        return [partial(self._read, schedule) for schedule in schedules]

    def told(self, schedules: Iterable[Named], people: People) -> OnCalls:
        """Return what was read, by name."""
        if self._unread:
            return OnCalls(unread=self._unread)
        found = [
            OnCall(one.id, one.name, tuple(map(people.name, self._ids[one.id])))
            for one in schedules
            if one.id in self._ids
        ]
        return OnCalls(tuple(found), self._brief.server_time)

    def _read(self, schedule: Named) -> None:
        try:
            self._ids[schedule.id] = self._operations.on_call(schedule)
        except NotFoundError:
            return
        except ServiceError as error:
            self._unread = f"{schedule.name}: {error}"


def read_on_calls(transport: Transport, parallel: Parallel, schedules: Sequence[Named], people: People) -> OnCalls:
    """Read who is on call now in these schedules."""
    reader = OnCallReader(transport)
    parallel.run(reader.reads(schedules))
    return reader.told(schedules, people)


def leading_to(found: Found, person: Person) -> list[Named]:
    """Return the schedules in which the person can be on call: directly, by an override, or behind something."""
    ids = {person.id, *(rule.from_user.id for rule in found.forwarding_rules if rule.to_user.id == person.id)}
    ids |= {team for team, members in found.members.items() if not ids.isdisjoint(members)}
    holders = {schedule: _in_schedule(found, schedule) for schedule in found.schedules}
    holders |= {one.id: {rule.recipient.id for rule in one.rules} for one in found.escalations.values()}
    while more := {holder for holder, held in holders.items() if holder not in ids and not ids.isdisjoint(held)}:
        ids |= more
    return [one.named for one in found.schedules.values() if one.named.id in ids]


def _in_schedule(found: Found, schedule: str) -> set[str]:
    listed = {one.id for rotation in found.rotations.get(schedule, ()) for one in rotation.participants}
    return (listed | {override.user.id for override in found.overrides.get(schedule, ())}) - {""}


def timed(found: Found, schedule: Named, people: People) -> Schedule:
    """Return a schedule with its times; what of it cannot be parsed is in `unread`."""
    unread = []
    rotations = []
    source = found.schedules[schedule.id].source
    for one in map(people.rotation, found.rotations.get(schedule.id, ())):
        times = understood(partial(timetable.rotation, participants=one.participants), one.source)
        rotations += [times] if times else []
        unread += [] if times else [f"the times of its rotation {one.name}"]
    covers = [understood(partial(_override, people), one) for one in found.overrides.get(schedule.id, ())]
    unread += ["the times of its overrides"] if None in covers else []
    zone = source.get("timezone") or "Etc/UTC"
    unread += [] if isinstance(zone, str) else ["its time zone"]
    overrides = tuple(cover for cover in covers if cover)
    enabled = source.get("enabled") is not False
    return Schedule(schedule.id, schedule.name, str(zone), enabled, tuple(rotations), overrides, tuple(unread))


def _override(people: People, override: Override) -> TimedOverride:
    user = people.participant(Participant("user", override.user.id)) if override.user.id else Participant("none")
    starts, ends = moment(override.start_date), moment(override.end_date)
    return TimedOverride(override.id, user, starts, ends, tuple(one.id for one in override.rotations))
