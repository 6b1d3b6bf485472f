"""Concurrent edits: the service converges or reports, and loses no edit that it could have seen."""

from unittest import mock

import pytest

from service import offboarding
from tests.support import expected_account
from tests.support.concurrent_edits import NORA, PRIMARY, PRIMARY_PATH, add, rotation, user
from tests.support.expected_account import Item
from tests.support.fault_table import HARI
from tests.support.small_account import account, email
from tests.support.vendors.env import Env, Moment, Vendor, at
from tests.support.virtual_time import virtual_time

READ_AGAIN = Moment("GET", PRIMARY_PATH)


def with_nora(env: Env) -> Item:
    account = env.left(env.before, HARI)
    rotation(account)["participants"].append(user(account, NORA))
    return account


@pytest.mark.parametrize("moment", ["first_look", "after_first_look", "read again"])
def test_concurrent_edit_is_kept(vendor: Vendor, env: Env, moment: str) -> None:
    at(env, getattr(vendor, moment, READ_AGAIN), add(env, NORA))

    answer = env.post(username=HARI)

    assert answer.status == 200
    assert env.snapshot() == with_nora(env)


@pytest.mark.parametrize("fault", ["500", "drop", "lost", "hang", "429"])
def test_edit_between_a_failed_write_and_its_retry_is_kept(env: Env, fault: str) -> None:
    """The first read comes before the write, the second before its retry."""
    env.simulation.hang_seconds = 0
    env.simulation.faults.order(fault, "PATCH", PRIMARY_PATH)
    env.simulation.before("GET", PRIMARY_PATH, add(env, NORA), skip=1)

    answer = env.post(username=HARI)

    assert answer.status == 200
    assert env.snapshot() == with_nora(env)


def test_edit_during_slow_calls_is_kept(env: Env) -> None:
    """Slow answers make a read stale: it is repeated before the write."""
    env.line.latency = 1.5
    env.simulation.before("GET", PRIMARY_PATH, add(env, NORA), skip=1)

    assert env.post(username=HARI).status == 200
    assert env.snapshot() == with_nora(env)


def test_edit_is_lost_without_the_fresh_read(vendor: Vendor, env: Env) -> None:
    at(env, vendor.after_first_look, add(env, NORA))

    with mock.patch.object(vendor.client, "read", lambda _, entry: entry):
        env.post(username=HARI)

    assert env.snapshot() != with_nora(env)


def test_edit_between_the_last_read_and_the_write_is_lost(env: Env) -> None:
    """There are no conditional writes: an edit after the last read is overwritten."""
    env.simulation.before("PATCH", PRIMARY_PATH, add(env, NORA))

    assert env.post(username=HARI).status == 200
    assert env.snapshot() == env.left(env.before, HARI)


def test_leaver_readded_after_the_detach_is_taken_out_again(vendor: Vendor, env: Env) -> None:
    at(env, vendor.before_end, add(env, HARI, "cf92612f-24d0-59da-97bd-13607e79bc0b"))

    answer = env.post(username=HARI)

    assert answer.status == 200
    assert answer.body["message"].startswith("hari@example.com was taken out of 4 rotations, 1 escalation,")
    assert [change["kind"] for change in answer.body["changes"]].count("rotation") == 5, "each write is told"
    assert env.snapshot() == env.left(env.before, HARI)


def test_kept_user_readded_is_taken_out_again(vendor: Vendor, env: Env) -> None:
    at(env, vendor.second_look, add(env, HARI))

    assert env.post(username=HARI, keep_user=True).status == 200
    assert env.snapshot() == env.left(env.before, HARI, keep=True)


def test_leaver_readded_every_time_gets_502(vendor: Vendor, env: Env) -> None:
    at(env, vendor.before_end, add(env, HARI), times=99)

    answer = env.post(username=HARI)

    assert answer.status == 502
    assert vendor.put_back in answer.body["message"]
    assert ("rotation", PRIMARY) in {expected_account.key_of(change) for change in answer.body["changes"]}
    env.simulation.hooks.clear()
    assert env.post(username=HARI).status == 200
    assert env.snapshot() == env.left(env.before, HARI)


def test_kept_user_readded_every_time_gets_502(vendor: Vendor, env: Env) -> None:
    at(env, vendor.second_look, add(env, HARI), times=99)

    answer = env.post(username=HARI, keep_user=True)

    assert (answer.status, answer.body["message"]) == (
        502,
        "somebody else puts the person back each time. What was changed is in changes",
    )
    env.simulation.hooks.clear()
    assert env.post(username=HARI, keep_user=True).status == 200
    assert env.snapshot() == env.left(env.before, HARI, keep=True)


def test_readded_leaver_fails_without_further_rounds(vendor: Vendor, env: Env) -> None:
    at(env, vendor.before_end, add(env, HARI))

    with mock.patch.object(offboarding, "ROUNDS", 1):
        assert env.post(username=HARI).status != 200


def test_team_is_looked_at_again_after_a_write_that_had_to_wait(vendor: Vendor) -> None:
    """Meanwhile the other member has left: the rotation would lead to nobody."""
    start = account(rotations={"r": ["lea", "team t"]}, teams={"t": ["rex"]})
    with virtual_time(threads=False):
        env = vendor.open(start)

        def leave() -> None:
            with env.edit() as edited:
                edited["teams"][0]["members"].clear()

        env.simulation.faults.order(vendor.throttled, "PATCH", "/rotations/")
        env.simulation.before("GET", "/rotations/", leave, skip=1)
        answer = env.post(username=email("lea"))
        rotations = env.snapshot()["schedules"][0]["rotations"]

    assert (answer.status, [one["kind"] for one in answer.body["blockers"]]) == (409, ["rotation"])
    assert [one["type"] for one in rotations[0]["participants"]] == ["user", "team"]
