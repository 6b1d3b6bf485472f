"""Who is on call, and when turns change: what fails here stops nothing."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain

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

Key = tuple[str, str]
"""The type and the id of a thing or a person."""

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
    keys = {("user", person.id)}
    keys |= {("user", rule.from_user.id) for rule in found.forwarding_rules if rule.to_user.id == person.id}
    holders = _holders(found)
    while more := {holder for holder, held in holders.items() if holder not in keys and not keys.isdisjoint(held)}:
        keys |= more
    return [one.named for one in found.schedules.values() if ("schedule", one.named.id) in keys]


def on_call_in(found: Found, schedules: Iterable[Named]) -> set[str]:
    """Return the ids of the people who can be on call in these schedules, those behind something too."""
    holders = _holders(found)
    waiting = [("schedule", one.id) for one in schedules]
    keys = set(waiting)
    while waiting:
        more = holders.get(waiting.pop(), set()) - keys
        keys |= more
        waiting += more
    return {one for kind, one in keys if kind == "user"}


def _holders(found: Found) -> dict[Key, set[Key]]:
    """Return what each schedule, escalation and team has in it."""
    holders: dict[Key, set[Key]] = {("schedule", one): _in_schedule(found, one) for one in found.schedules}
    holders |= {("escalation", one.id): _keys(one.listed) for one in found.escalations.values()}
    return holders | {("team", team): {("user", one) for one in members} for team, members in found.members.items()}


def _in_schedule(found: Found, schedule: str) -> set[Key]:
    listed = _keys(chain(*(one.participants for one in found.rotations.get(schedule, ()))))
    return listed | {("user", one.user.id) for one in found.overrides.get(schedule, ()) if one.user.id}


def _keys(listed: Iterable[Participant]) -> set[Key]:
    return {(one.type, one.id) for one in listed if one.id}


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
