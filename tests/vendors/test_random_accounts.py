"""Random accounts: only the leaver's entries go, and a run does what it planned."""

from typing import Any
from unittest import mock

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from local.opsgenie import sample_account
from service import coverage, model, on_call, reach, rules
from service.model import Participant
from service.reach import Leaver
from tests.support import expected_account, expected_on_call, small_account
from tests.support.expected_account import Item
from tests.support.expected_reach import lost, must_be_refused
from tests.support.fault_table import BODIES
from tests.support.random_accounts import LEAVER, accounts, bodies, choices, covered_schedule
from tests.support.service_env import ServiceEnv
from tests.support.vendors.env import Vendor, asked
from tests.support.vendors.jsm import JSM
from tests.support.vendors.opsgenie import OPSGENIE
from tests.support.virtual_time import virtual_time

pytestmark = pytest.mark.sweep

SEARCH = settings(max_examples=200, phases=[Phase.generate], report_multiple_bugs=False)
"""Looks for an example that fails, and does not make it smaller."""


def blocked(account: Item, username: str | None) -> bool:
    return any(user["username"] == username and user.get("blocked") for user in account["users"])


def carried_out(account: Item, planned: list[Item], made: list[Item]) -> list[Item]:
    """Return the plan without overrides beneath others: once the person is out of the rest, they give no turn."""
    covered = [schedule["id"] for schedule in account["schedules"] if len(schedule["overrides"]) > 1]

    def is_covered(change: Item) -> bool:
        return change["kind"] == "override" and change["before"]["schedule"]["id"] in covered

    return [change for change in planned if change in made or not is_covered(change)]


def hold(vendor: Vendor, account: Item, body: Item, choice: int) -> None:
    """Off-board twice after a dry run, by one of the vendor's ends, and compare whole accounts each time."""
    end = list(vendor.repeats)[choice % len(vendor.repeats)]
    with virtual_time(threads=False):
        env = vendor.open(account, end=end)
        final = asked(env, body)
        planned = env.post(**body, dry_run=True)
        assert (env.snapshot(), env.simulation.writes) == (env.before, [])
        answer = env.post(**body)
        after = env.snapshot()
        env.check(answer, final)
        refused = must_be_refused(env.before, final) or blocked(account, body.get("replace_with"))
        assert answer.status == planned.status == (409 if refused else 200)
        assert not lost(env.before, after)
        if answer.status == 409:
            assert planned.body["blockers"] == answer.body["blockers"]
            return
        assert carried_out(env.before, planned.body["changes"], answer.body["changes"]) == answer.body["changes"]
        expected_on_call.check(env.before, after, body["username"], planned.body, answer.body, env.on_calls)
        assert vendor.not_checked in answer.body["not_checked"]
        again = env.post(**body)
        assert again.status == (200 if body.get("keep_user") else vendor.repeats[end])
        assert again.body.get("changes", []) == []
        assert env.snapshot() == after == final


def hold_many(vendor: Vendor, count: int) -> None:
    """Hold random accounts; those of a site take longer, as each is read whole several times."""
    check = given(st.just(vendor), accounts(), bodies, choices)(hold)
    settings(max_examples=count)(check)()


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("vendor", "count"), [(OPSGENIE, 50), (JSM, 15)], ids=["opsgenie", "jsm"])
def test_random_account_is_offboarded_as_planned(vendor: Vendor, count: int) -> None:
    hold_many(vendor, count)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("vendor", "count"), [(OPSGENIE, 600), (JSM, 100)], ids=["opsgenie", "jsm"])
def test_many_random_accounts_are_offboarded_as_planned(vendor: Vendor, count: int) -> None:
    hold_many(vendor, count)


def test_override_beneath_another_one_is_named_where_it_stays() -> None:
    """A calendar shows no turn of it: looking through every schedule each time would take a call for each."""
    start = small_account.account(rotations={"r": ["lea", "rex"]})
    start["schedules"].append(covered_schedule())
    with virtual_time(threads=False):
        service_env = ServiceEnv(start)
        answer = service_env.post(username=LEAVER, keep_user=True)
        after = service_env.snapshot()

    assert (answer.status, [change["kind"] for change in answer.body["changes"]]) == (200, ["rotation"])
    assert any("overrides in other schedules that give no turn" in sentence for sentence in answer.body["not_checked"])
    assert [one["alias"] for one in after["schedules"][1]["overrides"]] == ["on top", "beneath"]


def all_but_last(participants: Any, leavers: Any) -> Any:
    kept = WITHOUT(participants, leavers)
    return kept[:-1] if len(kept) > 3 else kept


def at_the_end(participants: Any, leavers: Any) -> Any:
    kept, replacement = WITHOUT(participants, [Leaver(leavers[0].person)]), leavers[0].replacement
    return (*kept, reach.as_participant(replacement)) if replacement else kept


def once(participants: Any, leavers: Any) -> Any:
    """Take the person out of the first place only."""
    participants = tuple(participants)
    places = [number for number, entry in enumerate(participants) if entry.is_person(leavers[0].person)]
    if not places:
        return participants
    first = places[0]
    changed = WITHOUT(participants[first : first + 1], leavers)
    return (*participants[:first], *changed, *participants[first + 1 :])


def closed(participants: Any, leaver: Any) -> Any:
    return WITHOUT(participants, [Leaver(leaver.person)])


def gap_at_the_end(participants: Any, leaver: Any) -> Any:
    kept = closed(participants, leaver)
    return (*kept, *[Participant("none")] * (len(participants) - len(kept)))


def direct_users(self: Any, kept: Any, leavers: Any, _: Any) -> bool:
    return any(self._callable(one, leavers) for one in kept if one.type == "user")


WITHOUT = reach.without
NAMES = on_call._names
BROKEN: dict[str, tuple[Any, str, Any]] = {
    "one too many": (rules, "without", all_but_last),
    "last place": (rules, "without", at_the_end),
    "only once": (rules, "without", once),
    "gaps are closed": (rules, "with_gaps", closed),
    "gaps in the last places": (rules, "with_gaps", gap_at_the_end),
    "nested ones are not read": (reach.Reach, "_somebody", direct_users),
    "who is on call is computed with the leaver": (on_call, "_changed", lambda before, _: before),
    "forwarding rules do not count": (on_call, "_names", lambda participants, _: NAMES(participants, ())),
    "overrides do not count": (coverage, "_is_for", lambda *_: False),
}


@pytest.mark.parametrize("name", BROKEN)
def test_random_accounts_catch_each_deliberate_bug(name: str) -> None:
    owner, attribute, broken = BROKEN[name]
    check = SEARCH(given(st.just(OPSGENIE), accounts(), bodies, st.just(0))(hold))

    with mock.patch.object(owner, attribute, broken), pytest.raises((AssertionError, BaseExceptionGroup)):
        check()


def keep_reach(account: Item, body: Item) -> None:
    """Off-board where one thing would be lost, and look only whether it was: with more, several rules refuse it."""
    if len(lost(account, expected_account.left_as_asked(account, body))) != 1:
        return
    with virtual_time(threads=False):
        service_env = ServiceEnv(account)
        service_env.post(**body)
        gone = lost(service_env.before, service_env.snapshot())
        assert not gone, f"nobody is reached any more: {gone}"


UNREACHED: dict[str, tuple[Any, str, Any]] = {
    "everything leads to somebody": (reach.Reach, "somebody", lambda *_: True),
    "blocked people count": (reach.Reach, "is_blocked", lambda *_: False),
    "teams count without a look": (reach.Reach, "colleague", lambda *_: True),
    "uses of a team do not count": (reach.Reach, "leads_to", lambda *_: False),
    "an escalation to admins or users notifies the whole team": (model, "NOTIFIED_ROLES", {}),
}


@pytest.mark.parametrize("name", UNREACHED)
def test_lost_reach_is_seen_when_a_rule_is_broken(name: str) -> None:
    check = settings(SEARCH, max_examples=1000)(given(accounts(), bodies)(keep_reach))

    with (
        mock.patch.object(*UNREACHED[name]),
        pytest.raises(AssertionError, match="nobody is reached any more"),
    ):
        check()


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_same_override_alias_in_several_schedules_is_handled(vendor: Vendor, body: Item) -> None:
    """An alias is unique within its schedule only."""
    account = sample_account()
    for other in account["schedules"][1:3]:
        other["overrides"] = [{**account["schedules"][0]["overrides"][0], "rotations": []}]

    hold(vendor, account, body, choice=0)
