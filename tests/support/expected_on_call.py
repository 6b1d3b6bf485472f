"""Who is on call before and after, by the simulated Opsgenie itself: what the answers are held against."""

from collections.abc import Callable
from datetime import datetime

from tests.support import expected_account
from tests.support.expected_account import Item
from tests.support.moment import NOW

OnCalls = Callable[[Item, datetime], dict[str, list[str]]]


def check(
    before: Item,
    after: Item,
    username: str,
    planned: Item,
    done: Item,
    on_calls: OnCalls = expected_account.on_calls,
) -> None:
    """Hold the answers to a dry run and to the real run against the account before and after."""
    was, then = on_calls(before, NOW), on_calls(after, NOW)
    touched = {name for name, usernames in was.items() if username in usernames}
    touched |= _changed(before, after, done["changes"])
    entries = {entry["id"]: entry for entry in done["on_call"]}
    ahead = {entry["id"]: entry for entry in planned["on_call"]}
    assert entries.keys() == ahead.keys() == touched
    for schedule in before["schedules"]:
        if schedule["id"] in touched:
            entry, plan = dict(entries[schedule["id"]]), dict(ahead[schedule["id"]])
            now, later = was[schedule["id"]], then[schedule["id"]]
            _check_gaps(after, schedule, [entry.pop("gaps", []), plan.pop("gaps", [])], on_calls)
            hand_overs = entry.pop("hand_over", None), plan.pop("hand_over", None)
            assert entry == {**_brief(schedule), "now": now, "after": later, "computed": False}
            if plan["after"] is None:  # the schedule of an override that no list shows was not read
                assert f"who will be on call in {schedule['name']}: its times were not read" in planned["not_checked"]
                assert plan == {**_brief(schedule), "now": now, "after": None, "computed": False}
                assert username not in str(schedule["rotations"])
                continue
            assert plan == {**_brief(schedule), "now": now, "after": plan["after"], "computed": True}
            _check_computed(plan["after"], later)
            # Only the real run sees what becomes of people behind a team.
            assert hand_overs[1] in (hand_overs[0], None if now != later else hand_overs[0])


def _check_gaps(after: Item, schedule: Item, told: list[list[Item]], on_calls: OnCalls) -> None:
    """In the middle of each gap nobody who can be called is on call, by the simulation."""
    assert told[0] == told[1]
    blocked = {user["username"] for user in after["users"] if user.get("blocked")}
    for gap in told[0]:
        start, end = (datetime.fromisoformat(gap[name]) for name in ("start", "end"))
        there = on_calls(after, start + (end - start) / 2)[schedule["id"]]
        assert blocked.issuperset(there), f"somebody is on call in {gap}"


def _check_computed(computed: list[str], later: list[str]) -> None:
    """Whoever is behind a team or an escalation is read only: those stand by their names."""
    people = [name for name in computed if "@" in name]
    assert people == later if people == computed else set(people) <= set(later)


def _changed(before: Item, after: Item, changes: list[Item]) -> set[str]:
    """Find the schedules that changed; an override that nobody knew of may go with the account."""
    parts = expected_account.changed(expected_account.units(before), expected_account.units(after))
    gone = {change["before"]["schedule"]["id"] for change in changes if change["kind"] == "override"}
    return gone | {
        schedule["id"]
        for schedule in before["schedules"]
        if any(("rotation", one["id"]) in parts for one in schedule["rotations"])
    }


def _brief(schedule: Item) -> Item:
    return {"id": schedule["id"], "name": schedule["name"]}
