"""Parse Opsgenie's schedules, rotations and overrides with their times."""

from collections.abc import Iterable
from dataclasses import replace

from service import timetable
from service.model import Override, Rotation
from service.opsgenie import parsing
from service.opsgenie.parsing import Json
from service.schedule import Schedule, TimedOverride, TimedRotation
from service.timetable import moment, understood


def schedule(data: Json, overrides: list[Override] | None) -> Schedule:
    """Read a whole schedule; `overrides` is None if it was just deleted.

    https://docs.opsgenie.com/docs/schedule-api
    """
    return Schedule(
        id=parsing.text(data, "id"),
        name=parsing.maybe_text(data, "name"),
        timezone=parsing.maybe_text(data, "timezone") or "Etc/UTC",
        enabled=data.get("enabled") is not False,
        rotations=tuple(_rotation(entry) for entry in data.get("rotations") or ()),
        overrides=tuple(_override(override) for override in overrides or ()),
    )


def listed(data: Json) -> Schedule:
    """Read a schedule out of a list, without its rotations; a time zone that cannot be parsed is in `unread`."""
    zone = data.get("timezone") or "Etc/UTC"
    unread = () if isinstance(zone, str) else ("its time zone",)
    found = parsing.named(data)
    return Schedule(found.id, found.name, str(zone), data.get("enabled") is not False, (), (), unread)


def timed(found: Schedule, rotations: Iterable[Rotation], overrides: Iterable[Override]) -> Schedule:
    """Add rotations and overrides to a listed schedule; those that cannot be parsed are in `unread`."""
    unread = list(found.unread)
    times = [(one.name, understood(_rotation, one.source)) for one in rotations]
    covers = [understood(_override, one) for one in overrides]
    unread += [f"the times of its rotation {name}" for name, rotation in times if rotation is None]
    unread += ["the times of its overrides"] if None in covers else []
    return replace(
        found,
        rotations=tuple(rotation for _, rotation in times if rotation),
        overrides=tuple(override for override in covers if override),
        unread=tuple(unread),
    )


def _rotation(data: Json) -> TimedRotation:
    return timetable.rotation(data, tuple(parsing.participant(entry) for entry in data.get("participants") or ()))


def _override(override: Override) -> TimedOverride:
    return TimedOverride(
        id=override.id,
        user=parsing.participant({"type": "user", **(override.source or {})["user"]}),
        start=moment(override.start_date),
        end=moment(override.end_date),
        rotations=tuple(one.id for one in override.rotations),
    )
