"""Who is on call before and after in whole answers, and what a failure to read it does: nothing."""

from datetime import datetime
from typing import Any, Literal

import pytest

import service.offboarding
import service.opsgenie.calls
from local.opsgenie import Quirks
from local.opsgenie.answers import response
from service.opsgenie.client import Opsgenie
from tests.support import expected_on_call
from tests.support.expected_account import Item, left
from tests.support.fault_table import ALL_FAULTS, HARI
from tests.support.service_env import Answer, ServiceEnv
from tests.support.small_account import account, email
from tests.support.vendors.env import Vendor
from tests.support.virtual_time import virtual_time

LEA, REX, UMA = email("lea"), email("rex"), email("uma")
(NOT_CHECKED,) = Opsgenie.capabilities.not_checked
INTEGRATIONS = "integrations and policies: Opsgenie names them only where it refuses to delete the user"


def schedule(now: list[str], after: list[str], hand_over: str = "", *gaps: tuple[str, str]) -> Item:
    """Make an entry of `on_call`, as a dry run has it; gaps begin and end at nine in the morning, or are whole."""
    entry: Item = {"id": "s-r", "name": "s-r", "now": now, "after": after, "computed": True}
    spans = [{"start": at_nine(start), "end": at_nine(end)} for start, end in gaps]
    return {**entry, **({"hand_over": hand_over} if hand_over else {}), **({"gaps": spans} if gaps else {})}


def at_nine(day: str) -> str:
    return day if "T" in day else f"2026-{day}T09:00:00Z"


def off_board(start: Item, username: str = LEA, **body: Any) -> tuple[Answer, Answer, ServiceEnv]:
    """Send the request as a dry run, then for real, and hold both against the account."""
    with virtual_time(threads=False):
        service_env = ServiceEnv(start)
        planned = service_env.post(username=username, dry_run=True, **body)
        done = service_env.post(username=username, **body)
        expected_on_call.check(service_env.before, service_env.snapshot(), username, planned.body, done.body)
        return planned, done, service_env


BEHIND: dict[str, Item] = {
    "a team": {"rotations": {"r": ["team t", "lea"]}, "teams": {"t": ["rex", "uma"]}},
    "an escalation": {"rotations": {"r": ["escalation e", "lea"]}, "escalations": {"e": ["rex", "uma"]}},
    "a team behind an escalation": {
        "rotations": {"r": ["escalation e", "lea"]},
        "escalations": {"e": ["team t"]},
        "teams": {"t": ["rex", "uma"]},
    },
    "a schedule behind an escalation": {
        "rotations": {"r": ["escalation e", "lea"], "q": ["rex", "team t"]},
        "escalations": {"e": ["uma", "schedule s-q"]},
        "teams": {"t": ["rex"]},
    },
}


@pytest.mark.parametrize("what", BEHIND)
def test_who_is_on_call_behind_something_is_told_by_name(vendor: Vendor, what: str) -> None:
    with virtual_time(threads=False):
        env = vendor.open(account(**BEHIND[what]))
        planned = env.post(username=LEA, dry_run=True)
        done = env.post(username=LEA)

    (entry,) = planned.body["on_call"]
    assert sorted(entry["now"]) == [REX, UMA]
    expected_on_call.check(env.before, env.snapshot(), LEA, planned.body, done.body, env.on_calls)


def second_turn(*participants: str) -> Item:
    """Make an account whose weekly rotation is in its second turn."""
    start = account(rotations={"r": participants})
    start["schedules"][0]["rotations"][0]["startDate"] = "2026-11-12T09:00:00Z"
    return start


def test_on_call_goes_to_the_third_of_three_when_the_first_leaves_in_the_second_turn() -> None:
    planned, done, _ = off_board(second_turn("lea", "rex", "uma"))

    expected = schedule([REX], [UMA], "2026-11-26T09:00:00Z")
    assert planned.body["on_call"] == [expected]
    assert done.body["on_call"] == [{**expected, "computed": False}]


def test_nobody_else_is_on_call_where_no_one_keeps_the_turns() -> None:
    planned, done, _ = off_board(second_turn("lea", "rex", "uma"), keep_turns=True)

    expected = schedule([REX], [REX], "", ("12-03", "12-10"))
    assert planned.body["on_call"] == [expected]
    assert done.body["on_call"] == [{**expected, "computed": False}]


def test_no_one_is_on_call_in_the_turn_that_is_kept() -> None:
    planned, _, _ = off_board(second_turn("rex", "lea"), keep_turns=True)

    gaps = [("2026-11-25T09:15:00Z", "11-26"), ("12-03", "12-10"), ("12-17", "12-24")]
    assert planned.body["on_call"] == [schedule([LEA], [], "2026-11-26T09:00:00Z", *gaps)]


def test_gap_that_was_there_before_is_not_told() -> None:
    planned, _, _ = off_board(second_turn("none", "lea", "rex", "none"), keep_turns=True)

    assert planned.body["on_call"] == [
        schedule([LEA], [], "2026-11-26T09:00:00Z", ("2026-11-25T09:15:00Z", "11-26"), ("12-17", "12-24"))
    ]


@pytest.mark.parametrize("blocked", ["direct", "never", "always"])
def test_turn_that_falls_to_somebody_blocked_is_a_gap(blocked: Literal["direct", "never", "always"]) -> None:
    """Whether Opsgenie counts blocked people as on call is not documented; called they are not."""
    start = covered()
    start["users"][1]["blocked"] = True
    with virtual_time(threads=False):
        service_env = ServiceEnv(start)
        service_env.simulation.quirks = Quirks(blocked_on_call=blocked)
        planned = service_env.post(username=LEA, dry_run=True)
        done = service_env.post(username=LEA)

    for answer in (planned, done):
        (entry,) = answer.body["on_call"]
        assert entry["gaps"] == [{"start": "2026-11-25T09:15:00Z", "end": "2026-12-20T00:00:00Z"}]
        assert f"who is on call in s-r after the change: {REX} is blocked" in answer.body["not_checked"]


def test_gaps_after_a_round_of_many_weeks_are_told() -> None:
    start = second_turn("rex", "uma", "rex", "uma", "rex", "uma", "lea")
    planned, _, _ = off_board(start, keep_turns=True)

    assert planned.body["on_call"] == [schedule([UMA], [UMA], "", ("12-24", "12-31"))]


@pytest.mark.parametrize("year", [2020, 2030])
def test_clock_of_this_machine_does_not_matter(monkeypatch: pytest.MonkeyPatch, year: int) -> None:
    class Elsewhen(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Elsewhen":
            return cls(year, 1, 1, tzinfo=tz)

    expected = [answer.body["on_call"] for answer in off_board(covered(), keep_user=True)[:2]]
    for module in (service.offboarding, service.opsgenie.calls):
        monkeypatch.setattr(module, "datetime", Elsewhen)
    planned, done, service_env = off_board(covered(), keep_user=True)

    assert [planned.body["on_call"], done.body["on_call"]] == expected
    assert service_env.snapshot()["schedules"][0]["overrides"] == []


def test_override_that_filled_a_gap_leaves_it() -> None:
    start = covered()
    start["schedules"][0]["rotations"][0]["participants"].append({"type": "none"})
    planned, _, _ = off_board(start)

    (entry,) = planned.body["on_call"]
    assert entry["gaps"] == [
        {"start": "2026-11-30T09:00:00Z", "end": "2026-12-07T09:00:00Z"},
        {"start": "2026-12-14T09:00:00Z", "end": "2026-12-20T00:00:00Z"},
    ]


def test_most_gaps_are_twenty() -> None:
    start = second_turn("lea", "rex")
    start["schedules"][0]["rotations"][0]["type"] = "hourly"
    planned, _, _ = off_board(start, keep_turns=True)

    (entry,) = planned.body["on_call"]
    assert len(entry["gaps"]) == 20
    assert "when nobody is on call in s-r: 317 more times than are listed" in planned.body["not_checked"]


def covered(**more: Any) -> Item:
    """Make an account in which lea is only in an override of rex's rotation."""
    start = account(rotations={"r": ["rex"]})
    user = {"type": "user", "id": "lea", "username": LEA}
    dates = {"startDate": "2026-11-20T00:00:00Z", "endDate": "2026-12-20T00:00:00Z"}
    start["schedules"][0]["overrides"] = [{"alias": "o", "user": user, **dates, **more}]
    return start


def forwarded() -> Item:
    """Make an account in which rex forwards to lea."""
    start = account(rotations={"r": ["rex", "uma"]})
    rex, lea = ({"id": name, "username": email(name)} for name in ("rex", "lea"))
    dates = {"startDate": "2026-11-20T00:00:00Z", "endDate": "2026-12-20T00:00:00Z"}
    start["forwardingRules"] = [{"id": "f", "alias": "f", "fromUser": rex, "toUser": lea, **dates}]
    return start


@pytest.mark.parametrize(
    ("start", "now", "computed", "after"),
    [
        (covered(), [LEA], [REX], [REX]),
        (account(rotations={"r": ["team t"]}, teams={"t": ["lea", "rex"]}), [LEA, REX], ["t"], [REX]),
        (
            account(rotations={"r": ["escalation e"]}, escalations={"e": ["lea", "uma"]}),
            [LEA, UMA],
            ["e"],
            [UMA],
        ),
        (forwarded(), [LEA], [REX], [REX]),
    ],
    ids=["override", "team", "escalation", "forwarding rule"],
)
@pytest.mark.parametrize("body", [{}, {"keep_user": True}], ids=["delete", "keep_user"])
def test_leaver_is_on_call_by_whatever(
    start: Item, now: list[str], computed: list[str], after: list[str], body: Item
) -> None:
    planned, done, service_env = off_board(start, **body)

    found = [{name: entry[name] for name in ("now", "after", "computed")} for entry in planned.body["on_call"]]
    assert found == [{"now": now, "after": computed, "computed": True}]
    assert [entry["after"] for entry in done.body["on_call"]] == [after]
    assert done.body["not_checked"][0] == NOT_CHECKED
    assert service_env.snapshot() == left(service_env.before, LEA, keep="keep_user" in body)


REFUSALS = {
    "400": response({"message": "Bad"}, 400),
    "402": response({"message": "not in your plan"}, 402),
    "403": response({"message": "no access", "code": 40302}, 403),
    "404": response({"message": "no such thing"}, 404),
    "422": response({"message": "not processable"}, 422),
    "null": response({"data": None}, 200),
    "another form": response({"data": [{"onCallParticipants": []}]}, 200),
}
ODD = "the answer about who is on call is not of the documented form"
WHY = {
    "400": "Bad",
    "402": "not in your plan",
    "403": "no access",
    "404": "no such thing",
    "422": "not processable",
    "null": f"{ODD}: it is not a list",
    "another form": f"{ODD}: in an entry without a name there is no _parent",
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refused_on_calls_stop_nothing_and_are_named(refusal: str) -> None:
    """What is computed is still told: the times of the rotations are read."""
    with virtual_time(threads=False):
        service_env = ServiceEnv(second_turn("lea", "rex", "uma"))
        service_env.simulation.faults.add(lambda _: REFUSALS[refusal], "GET", "on-calls$", None)
        planned = service_env.post(username=LEA, dry_run=True)
        done = service_env.post(username=LEA)

    entry = {**schedule([], [UMA], "2026-11-26T09:00:00Z"), "now": None}
    notes = [f"who is on call {when}: {WHY[refusal]}" for when in ("now", "after the change")]
    assert (planned.status, planned.body["on_call"]) == (200, [entry])
    assert planned.body["not_checked"] == [NOT_CHECKED, INTEGRATIONS, notes[0]]
    assert (done.status, done.body["on_call"], done.body["not_checked"]) == (200, [entry], [NOT_CHECKED, *notes])
    assert service_env.snapshot() == left(service_env.before, LEA)


@pytest.mark.parametrize("fault", ["429", "429+retry-after", "503", "hang", "drop", "cut", "truncated", "huge"])
def test_on_calls_that_never_answer_take_little_of_the_time(fault: str) -> None:
    """Three seconds at most before the changes, and three while the account is deleted."""
    with virtual_time(threads=True):
        service_env = ServiceEnv()
        service_env.simulation.faults.add(ALL_FAULTS[fault], "GET", "on-calls$", None)
        answer = service_env.post(username=HARI)

    assert answer.status == 200
    assert answer.seconds <= 7 * service_env.line.latency + 2 * 3.01
    tries = [call for call in service_env.simulation.calls if call.path.endswith("on-calls")]
    assert len(tries) <= 2 * 5
    assert [entry["computed"] for entry in answer.body["on_call"]] == [True] * 3


def test_unread_time_zones_leave_what_is_read_after_the_changes() -> None:
    with virtual_time(threads=False):
        service_env = ServiceEnv(second_turn("lea", "rex", "uma"))
        service_env.simulation.faults.order("403", "GET", "^/v2/schedules$", times=None)
        planned = service_env.post(username=LEA, dry_run=True)
        done = service_env.post(username=LEA)

    entry = {"id": "s-r", "name": "s-r", "now": [REX], "computed": False}
    assert planned.body["on_call"] == [{**entry, "after": None}]
    assert planned.body["not_checked"][-1] == "who will be on call in s-r: its times were not read"
    assert done.body["on_call"] == [{**entry, "after": [UMA]}]
    assert done.body["not_checked"][-1] == "the next hand-over in s-r: its times were not read"


def test_ids_without_usernames_are_not_told_as_names() -> None:
    with virtual_time(threads=False):
        service_env = ServiceEnv(second_turn("lea", "rex", "uma"))
        service_env.simulation.quirks = Quirks(usernames_beside_ids=False)
        planned = service_env.post(username=LEA, dry_run=True)
        done = service_env.post(username=LEA)

    assert [(entry["now"], entry["after"]) for entry in planned.body["on_call"]] == [([REX], None)]
    assert planned.body["not_checked"][-1] == "who will be on call in s-r: somebody in it is named by an id only"
    assert [(entry["now"], entry["after"]) for entry in done.body["on_call"]] == [([REX], [UMA])]


@pytest.mark.parametrize("blocked_on_call", ["direct", "never", "always"])
def test_blocked_people_make_no_difference(blocked_on_call: Literal["direct", "never", "always"]) -> None:
    start = second_turn("lea", "rex", "uma")
    start["users"][1]["blocked"] = True
    with virtual_time(threads=False):
        service_env = ServiceEnv(start)
        service_env.simulation.quirks = Quirks(blocked_on_call=blocked_on_call)
        planned = service_env.post(username=LEA, dry_run=True)

    assert [entry["after"] for entry in planned.body["on_call"]] == [[UMA]]
    assert planned.body["not_checked"] == [NOT_CHECKED, INTEGRATIONS]


def test_turns_that_follow_the_clocks_are_told_right_or_not_at_all() -> None:
    """Turns end at 9:30 by the clock, in summer at 8:30 UTC: at 9:15 UTC in winter 24 hours more are not over yet."""
    start = second_turn("lea", "rex", "uma")
    start["schedules"][0].update(timezone="Europe/London")
    start["schedules"][0]["rotations"][0].update(type="daily", startDate="2026-06-01T08:30:00Z")
    with virtual_time(threads=False):
        service_env = ServiceEnv(start)
        service_env.simulation.quirks = Quirks(turns_follow_clock=True)
        planned = service_env.post(username=LEA, dry_run=True)
        done = service_env.post(username=LEA)

    told = [(entry["now"], entry["after"]) for entry in (*planned.body["on_call"], *done.body["on_call"])]
    assert told == [([UMA], None), ([UMA], [REX])]
    assert planned.body["not_checked"][-1] == (
        "who will be on call in s-r: its rotations and overrides do not give who is on call now"
    )
