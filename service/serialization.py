"""The rules' classes as JSON for a person or a program to read."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from service.model import Blocker, Change, Entry, Escalation, Request, Rotation
from service.survey import OnCallChange, Report
from service.wording import Wording, joined, remedy

Json = Mapping[str, Any]

PLURALS = {
    "rotation": "rotations",
    "escalation": "escalations",
    "override": "overrides",
    "forwarding_rule": "forwarding rules",
    "team": "teams",
}


def as_json(value: Any) -> Any:
    """Return a class of the rules as a dict, without empty fields and without what the vendor sent."""
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((field.name, as_json(getattr(value, field.name))) for field in fields(value) if field.repr)
        return {name: item for name, item in pairs if item not in ("", None, [], {})}
    if isinstance(value, tuple | list):
        return [as_json(item) for item in value]
    return value


def change_json(change: Change) -> dict[str, Any]:
    """Return a change with all that is needed to undo it."""
    before, after = change.before, change.after
    name = f"{before.schedule.name} / {before.name}" if isinstance(before, Rotation) else before.name
    later = _later(change)
    return {
        "kind": before.kind,
        "id": before.id,
        "name": name,
        "action": change.action,
        "before": _entry_json(before),
        "after": _entry_json(after),
        **({"note": f"the first notice comes {later} later"} if later else {}),
    }


def _entry_json(entry: Entry | None) -> Any:
    """Return an entry, an escalation with its team: by that alone a site finds it."""
    team = {"team": as_json(entry.team)} if isinstance(entry, Escalation) and entry.team else {}
    return {**as_json(entry), **team} if team else as_json(entry)


def _later(change: Change) -> str:
    """Say by how much an escalation's first notice is later after the change; "" where it is not."""
    if not isinstance(change.before, Escalation) or not isinstance(change.after, Escalation):
        return ""
    seconds = int((change.after.first_notice - change.before.first_notice).total_seconds())
    if seconds <= 0:
        return ""
    number, unit = (seconds, "second") if seconds % 60 else (seconds // 60, "minute")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def on_call_json(on_call: OnCallChange) -> dict[str, Any]:
    """Return who is on call in a schedule before and after; None stays, where that is not known."""
    hand_over = {"hand_over": as_time(on_call.hand_over)} if on_call.hand_over else {}
    gaps = [{"start": as_time(start), "end": as_time(end)} for start, end in on_call.gaps]
    return {
        "id": on_call.id,
        "name": on_call.name,
        "now": as_json(on_call.now),
        "after": as_json(on_call.after),
        "computed": on_call.computed,
        **hand_over,
        **({"gaps": gaps} if gaps else {}),
    }


def as_time(moment: datetime) -> str:
    """Return a moment in UTC and whole seconds, as Opsgenie writes its own."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def blockers_json(blockers: Iterable[Blocker], wording: Wording) -> list[dict[str, Any]]:
    """Return the blockers, each with what a person can do about it."""
    return [
        {"kind": blocker.kind, "name": blocker.name, "reason": blocker.reason, "remedy": remedy(blocker, wording)}
        for blocker in blockers
    ]


def summary(report: Report, request: Request) -> str:
    """Say in a sentence what was done or planned."""
    # Count each item once, even if it was removed twice.
    kinds = [kind for kind, _ in {change.key for change in report.changes}]
    counts = [
        f"{count} {PLURALS[kind] if count > 1 else kind.replace('_', ' ')}"
        for kind in PLURALS
        if (count := kinds.count(kind))
    ]
    done = [f"taken out of {joined(counts)}"] if counts else []
    done += [past(report.removal)] if report.removal else []
    before = f"; the account was {past(report.ended)} before" if report.ended else ""
    if not done:
        return f"{report.person.username} is in nothing that holds a user{before}"
    return f"{report.person.username} {'would be' if request.dry_run else 'was'} {' and '.join(done)}{before}"


def past(removal: str) -> str:
    """Return what an account is after its end, such as `deleted` after `delete`; without one it is kept."""
    return f"{removal.removesuffix('e')}ed" if removal else "kept"
