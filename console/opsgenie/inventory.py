"""Read Opsgenie's account into an inventory: the lists at once, then what they omit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any

from console.client import unless_gone
from console.opsgenie.endpoints import ConsoleEndpoints
from console.report.inventory import (
    Inventory,
    Restriction,
    Schedule,
    TimedOverride,
    TimedRotation,
    User,
    on_call_participants,
    user_of,
)
from service.errors import NotFoundError
from service.model import Escalation, Named, Override, Participant
from service.opsgenie import parsing, reach
from service.opsgenie.parsing import Json
from service.parallel import Parallel

HOURS = {"hourly": 1, "daily": 24, "weekly": 168}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = timedelta(days=1)

LONGEST = 10_000
"""The longest turn accepted, in hours, days or weeks."""


def read_account(api: ConsoleEndpoints, parallel: Parallel, now: datetime) -> Inventory:
    """Read the account; raises a ServiceError if it cannot be read or parsed."""
    run = parallel.run
    lists: list[Any] = [api.users, api.whole_schedules, api.whole_escalations]
    users, schedules, escalations = run(lists)
    with parsing.parsing("schedules"):
        names = [parsing.named(data) for data in schedules]
    overrides = run([partial(unless_gone, partial(api.overrides, name)) for name in names])
    whole = run([partial(unless_gone, partial(_whole_escalation, api, one)) for one in escalations])
    with parsing.parsing("users and schedules"):
        found = Inventory(
            time=now,
            users={user.id: user for user in map(_user, users)},
            schedules=tuple(schedule(*pair) for pair in zip(schedules, overrides, strict=True)),
            escalations=tuple(one for one in whole if one),
        )
    return _with_contacts(api, parallel, _with_teams(api, parallel, found))


def schedule(data: Json, overrides: list[Override] | None) -> Schedule:
    """Read a schedule with its rotations; `overrides` is None if it was just deleted.

    https://docs.opsgenie.com/docs/schedule-api
    """
    return Schedule(
        id=parsing.text(data["id"]),
        name=parsing.maybe_text(data.get("name")),
        timezone=parsing.maybe_text(data.get("timezone")) or "Etc/UTC",
        enabled=data.get("enabled") is not False,
        rotations=tuple(_rotation(entry) for entry in data.get("rotations") or ()),
        overrides=tuple(_override(override) for override in overrides or ()),
    )


def _with_teams(api: ConsoleEndpoints, parallel: Parallel, found: Inventory) -> Inventory:
    """Read the members of the teams that stand in a rotation or an escalation, and of no other."""
    everybody = chain(
        (one for schedule in found.schedules for rotation in schedule.rotations for one in rotation.participants),
        (one for escalation in found.escalations for one in escalation.listed),
    )
    teams = list({one.id: one for one in everybody if one.type == "team"}.values())
    members = parallel.run([partial(reach.behind, api, team) for team in teams])
    return replace(found, teams={team.id: who for team, who in zip(teams, members, strict=True)})


def _with_contacts(api: ConsoleEndpoints, parallel: Parallel, found: Inventory) -> Inventory:
    """Fetch the contact methods of on-call participants, and of nobody else."""
    needed = {user.id: user for _, _, one in on_call_participants(found) if (user := user_of(found, one))}
    calls = [partial(_whole_user, api, user) for user in needed.values()]
    whole = {user.id: user for user in parallel.run(calls)}
    return replace(found, users={**found.users, **whole})


def _whole_user(api: ConsoleEndpoints, listed: User) -> User:
    try:
        data = api.user_with_contacts(listed.id)
    except NotFoundError:
        return listed
    with parsing.parsing("a user"):
        return _user(data, contacts=True)


def _whole_escalation(api: ConsoleEndpoints, found: Named | Escalation) -> Escalation:
    return found if isinstance(found, Escalation) else api.escalation(found)


def _user(data: Json, *, contacts: bool = False) -> User:
    return User(
        id=parsing.text(data["id"]),
        username=parsing.text(data["username"]),
        full_name=parsing.maybe_text(data.get("fullName")),
        blocked=data.get("blocked") is True,
        verified=data.get("verified") is not False,
        reachable=any(map(_is_enabled, data.get("userContacts") or ())) if contacts else None,
    )


def _is_enabled(contact: Json) -> bool:
    """Tell whether a contact is enabled: flat in a user's answer, under `status` in a contact's own."""
    return (contact.get("status") or contact).get("enabled") is True


def _rotation(data: Json) -> TimedRotation:
    """Read a rotation with its times.

    https://docs.opsgenie.com/docs/schedule-rotation-api
    """
    restriction = data.get("timeRestriction") or {}
    single = restriction.get("restriction")
    end = data.get("endDate")
    return TimedRotation(
        id=parsing.text(data["id"]),
        name=parsing.maybe_text(data.get("name")),
        start=_moment(data["startDate"]),
        end=_moment(end) if end else None,
        turn=timedelta(hours=HOURS[data["type"]] * _number(data.get("length") or 1, LONGEST)),
        participants=tuple(parsing.participant(entry) for entry in data.get("participants") or ()),
        restrictions=tuple(map(_restriction, restriction.get("restrictions") or ([single] if single else []))),
    )


def _restriction(data: Json) -> Restriction:
    """Read a restriction: one with days ends within a week, one without within a day."""
    first, last = _day(data.get("startDay")), _day(data.get("endDay"))
    begins, ends = (
        timedelta(hours=_number(data[f"{edge}Hour"], 24), minutes=_number(data.get(f"{edge}Min") or 0, 59))
        for edge in ("start", "end")
    )
    if first is not None and last is not None:
        ends += (last - first) % 7 * DAY
    if ends <= begins:
        ends += DAY if last is None else 7 * DAY
    return Restriction(first, begins, ends)


def _override(override: Override) -> TimedOverride:
    return TimedOverride(
        user=Participant("user", override.user.id, override.user.name),
        start=_moment(override.start_date),
        end=_moment(override.end_date),
        rotations=tuple(one.id for one in override.rotations),
    )


def _day(name: str | None) -> int | None:
    return DAYS.index(name.lower()) if name else None


def _number(value: Any, most: int) -> int:
    if not 0 <= value <= most:
        raise ValueError("not such a number")
    return int(value)


def _moment(text: str) -> datetime:
    """Read a date; one without an offset is in UTC."""
    read = datetime.fromisoformat(text)
    try:
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("not a moment that there is") from error
