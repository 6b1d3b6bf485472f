"""Overrides in schedules that hold the leaver in no other way, which no list of Opsgenie's shows by person."""

from typing import Any

import pytest

from local.opsgenie import Quirks, sample_account
from local.opsgenie.faults import READ_FAULTS
from tests.support import expected_account
from tests.support.expected_account import Item
from tests.support.fault_table import ALL_FAULTS, HARI
from tests.support.service_env import ServiceEnv
from tests.support.virtual_time import virtual_time

NORA = "nora@example.com"
BODIES: dict[str, Item] = {"delete": {}, "keep_user": {"keep_user": True}}
UNCHECKED = "overrides in schedules that hold the person in no other way: "


def account(username: str, **override: str) -> Item:
    """Return the sample account with an override for the person in the schedule `Support desk`."""
    found = sample_account()
    one = expected_account.user_of(found, username)
    dates = {"startDate": "2026-12-24T00:00:00Z", "endDate": "2026-12-26T00:00:00Z", **override}
    schedule = next(schedule for schedule in found["schedules"] if schedule["name"] == "Support desk")
    schedule["overrides"].append(
        {"alias": "holidays", "user": {"type": "user", "id": one["id"], "username": username}, **dates}
    )
    return found


def overrides_of(answer: Any) -> list[str]:
    return [change["id"] for change in answer.body["changes"] if change["kind"] == "override"]


@pytest.mark.parametrize("username", [HARI, NORA])
@pytest.mark.parametrize("kind", BODIES)
def test_hidden_override_is_planned_deleted_and_reported(username: str, kind: str) -> None:
    body = {"username": username, **BODIES[kind]}
    with virtual_time(threads=False):
        service_env = ServiceEnv(account(username))
        planned = service_env.post(**body, dry_run=True)
        assert service_env.simulation.writes == []
        answer = service_env.post(**body)

    assert (planned.status, answer.status) == (200, 200)
    assert "holidays" in overrides_of(planned)
    assert sorted(overrides_of(planned)) == sorted(overrides_of(answer))
    keep = "keep_user" in body
    assert service_env.snapshot() == expected_account.left(service_env.before, username, keep=keep)


def test_hidden_override_is_deleted_before_the_account() -> None:
    with virtual_time(threads=False):
        service_env = ServiceEnv(account(HARI))
        service_env.post(username=HARI)
        ends = [call for call in service_env.simulation.writes if call.status == 200]

    assert ends[-1].path.startswith("/v2/users/")
    assert any(call.path.endswith("/overrides/holidays") for call in ends)


@pytest.mark.parametrize("unread", [False, True])
def test_hidden_override_goes_where_an_account_in_use_is_deleted_at_once(unread: bool) -> None:
    with virtual_time(threads=False):
        service_env = ServiceEnv(account(HARI))
        service_env.simulation.quirks = Quirks(deletes_in_use=True, overrides_outlive_users=True)
        if unread:
            service_env.simulation.faults.order("503", "GET", "/v2/schedules$", times=None)
        answer = service_env.post(username=HARI)
        schedules = service_env.snapshot()["schedules"]

    left = [one["alias"] for schedule in schedules for one in schedule["overrides"] if one["user"]["username"] == HARI]
    assert (answer.status, answer.body["deleted"]) == (200, True)
    assert ("holidays" in left) == unread
    assert ("holidays" in overrides_of(answer)) != unread
    assert any(note.startswith(UNCHECKED) for note in answer.body["not_checked"]) == unread


def test_hidden_override_that_is_over_stays() -> None:
    over = account(HARI, startDate="2026-11-01T00:00:00Z", endDate="2026-11-02T00:00:00Z")
    with virtual_time(threads=False):
        service_env = ServiceEnv(over)
        answer = service_env.post(username=HARI, keep_user=True)
        paths = [call.path for call in service_env.simulation.calls]

    assert answer.status == 200
    assert "holidays" not in overrides_of(answer)
    assert [path for path in paths if path.endswith(".ics")]
    assert len([path for path in paths if path.endswith("/overrides")]) == 3, "the schedules of hari's only"


@pytest.mark.parametrize("fault", READ_FAULTS)
def test_goes_on_and_says_so_where_the_calendar_cannot_be_read(fault: str) -> None:
    with virtual_time(threads=False):
        service_env = ServiceEnv(account(HARI))
        service_env.simulation.faults.order(fault, "GET", r"\.ics$", times=None)
        answer = service_env.post(username=HARI)

    assert answer.status == 200
    assert [note for note in answer.body["not_checked"] if note.startswith(UNCHECKED)]


def test_calendar_that_is_refused_or_hangs_does_not_use_up_the_time() -> None:
    with virtual_time(threads=False):
        service_env = ServiceEnv(account(HARI))
        service_env.simulation.faults.order("503", "GET", r"\.ics$", times=None)
        answer = service_env.post(username=HARI)

    assert answer.status == 200
    assert answer.seconds < 5


@pytest.mark.parametrize("ics", ["stale", "refused", "empty", "direct only"])
@pytest.mark.parametrize("kind", BODIES)
def test_calendar_of_any_kind_leaves_nobody_else_touched(ics: Any, kind: str) -> None:
    body = {"username": HARI, **BODIES[kind]}
    with virtual_time(threads=False):
        service_env = ServiceEnv(account(HARI))
        service_env.simulation.quirks = Quirks(ics=ics)
        answer = service_env.post(**body)
        after = service_env.snapshot()

    assert answer.status == 200
    final = expected_account.left(service_env.before, HARI, keep="keep_user" in body)
    left = expected_account.changed(expected_account.units(after), expected_account.units(final))
    assert left <= {key for key in left if key[0] == "override" and key[1].endswith("/holidays")}
    if ics == "stale":  # shows too much: all schedules were looked through
        assert "holidays" in overrides_of(answer)
    if ics == "refused":
        assert any(note.startswith(UNCHECKED) for note in answer.body["not_checked"])


@pytest.mark.parametrize("fault", ["403", "503", "hang"])
def test_one_schedule_that_cannot_be_read_hides_no_override_of_the_others(fault: str) -> None:
    start = account(HARI)
    other = next(one for one in start["schedules"] if one["name"] == "Payroll")
    with virtual_time(threads=True):
        service_env = ServiceEnv(start)
        path = f"/schedules/{other['id']}/overrides$"
        service_env.simulation.faults.add(ALL_FAULTS[fault], "GET", path, None)
        answer = service_env.post(username=HARI)

    assert answer.status == 200
    assert "holidays" in overrides_of(answer)
    assert [note for note in answer.body["not_checked"] if note.startswith("overrides of Payroll: ")]


def test_who_is_on_call_after_a_hidden_override_goes_is_read() -> None:
    running = account(NORA, startDate="2026-11-01T00:00:00Z", endDate="2036-11-02T00:00:00Z")
    with virtual_time(threads=False):
        service_env = ServiceEnv(running)
        answer = service_env.post(username=NORA)

    (on_call,) = answer.body["on_call"]
    assert (on_call["name"], on_call["computed"]) == ("Support desk", False)
    assert NORA in on_call["now"]
    assert NORA not in on_call["after"]
