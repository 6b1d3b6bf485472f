"""Concurrent edits: the service converges or reports, and loses no edit that it could have seen."""

from unittest import mock

import pytest

from service import offboarding
from service.opsgenie import client as opsgenie
from tests.support import expected_account
from tests.support.concurrent_edits import NORA, PRIMARY, PRIMARY_PATH, add, rotation, user
from tests.support.expected_account import Item
from tests.support.fault_table import HARI
from tests.support.service_env import Answer, ServiceEnv
from tests.support.small_account import account, email
from tests.support.virtual_time import virtual_time


def with_nora(account: Item) -> Item:
    account = expected_account.left(account, HARI)
    rotation(account)["participants"].append(user(account, NORA))
    return account


RACES = {
    "before the survey": ("GET", "/users/[^/]*/schedules$"),
    "between survey and refused delete": ("DELETE", "/users/"),
    "right before it is read again": ("GET", PRIMARY_PATH),
}


@pytest.mark.parametrize("moment", RACES)
def test_concurrent_edit_is_kept(service_env: ServiceEnv, moment: str) -> None:
    service_env.simulation.before(*RACES[moment], add(service_env, NORA))

    answer = service_env.post(username=HARI)

    assert answer.status == 200
    assert service_env.snapshot() == with_nora(service_env.before)


@pytest.mark.parametrize("fault", ["500", "drop", "lost", "hang", "429"])
def test_edit_between_a_failed_write_and_its_retry_is_kept(service_env: ServiceEnv, fault: str) -> None:
    """The first read comes before the write, the second before its retry."""
    service_env.simulation.hang_seconds = 0
    service_env.simulation.faults.order(fault, "PATCH", PRIMARY_PATH)
    service_env.simulation.before("GET", PRIMARY_PATH, add(service_env, NORA), skip=1)

    answer = service_env.post(username=HARI)

    assert answer.status == 200
    assert service_env.snapshot() == with_nora(service_env.before)


def test_edit_during_slow_calls_is_kept(service_env: ServiceEnv) -> None:
    """Slow answers make a read stale: it is repeated before the write."""
    service_env.line.latency = 1.5
    service_env.simulation.before("GET", PRIMARY_PATH, add(service_env, NORA), skip=1)

    assert service_env.post(username=HARI).status == 200
    assert service_env.snapshot() == with_nora(service_env.before)


def test_edit_is_lost_without_the_fresh_read(service_env: ServiceEnv) -> None:
    service_env.simulation.before(*RACES["between survey and refused delete"], add(service_env, NORA))

    with mock.patch.object(opsgenie.Opsgenie, "read", lambda _, entry: entry):
        service_env.post(username=HARI)

    assert service_env.snapshot() != with_nora(service_env.before)


def test_edit_between_the_last_read_and_the_write_is_lost(service_env: ServiceEnv) -> None:
    """Opsgenie has no conditional writes: an edit after the last read is overwritten."""
    service_env.simulation.before("PATCH", PRIMARY_PATH, add(service_env, NORA))

    assert service_env.post(username=HARI).status == 200
    assert service_env.snapshot() == expected_account.left(service_env.before, HARI)


def test_leaver_readded_after_the_detach_is_taken_out_again(service_env: ServiceEnv) -> None:
    service_env.simulation.before(
        "DELETE", "/v2/users/", add(service_env, HARI, "cf92612f-24d0-59da-97bd-13607e79bc0b"), skip=1
    )

    answer = service_env.post(username=HARI)

    assert answer.status == 200
    assert answer.body["message"].startswith("hari@example.com was taken out of 4 rotations, 1 escalation,")
    assert [change["kind"] for change in answer.body["changes"]].count("rotation") == 5, "each write is told"
    assert service_env.snapshot() == expected_account.left(service_env.before, HARI)


def test_kept_user_readded_is_taken_out_again(service_env: ServiceEnv) -> None:
    service_env.simulation.before("GET", "/users/[^/]*/schedules$", add(service_env, HARI), skip=1)

    assert service_env.post(username=HARI, keep_user=True).status == 200
    assert service_env.snapshot() == expected_account.left(service_env.before, HARI, keep=True)


def put_back_each_time(service_env: ServiceEnv) -> Answer:
    service_env.simulation.before("DELETE", "/v2/users/", add(service_env, HARI), times=99)
    return service_env.post(username=HARI)


def test_leaver_readded_every_time_gets_502(service_env: ServiceEnv) -> None:
    answer = put_back_each_time(service_env)

    assert answer.status == 502
    assert "still refuses to delete the user: User cannot be modified" in answer.body["message"]
    assert ("rotation", PRIMARY) in {expected_account.key_of(change) for change in answer.body["changes"]}
    service_env.simulation.hooks.clear()
    assert service_env.post(username=HARI).status == 200
    assert service_env.snapshot() == expected_account.left(service_env.before, HARI)


def test_kept_user_readded_every_time_gets_502(service_env: ServiceEnv) -> None:
    service_env.simulation.before("GET", "/users/[^/]*/schedules$", add(service_env, HARI), times=99, skip=1)

    answer = service_env.post(username=HARI, keep_user=True)

    assert (answer.status, answer.body["message"]) == (
        502,
        "somebody else puts the person back each time. What was changed is in changes",
    )
    service_env.simulation.hooks.clear()
    assert service_env.post(username=HARI, keep_user=True).status == 200
    assert service_env.snapshot() == expected_account.left(service_env.before, HARI, keep=True)


def test_readded_leaver_fails_without_further_rounds(service_env: ServiceEnv) -> None:
    service_env.simulation.before("DELETE", "/v2/users/", add(service_env, HARI), skip=1)

    with mock.patch.object(offboarding, "ROUNDS", 1):
        assert service_env.post(username=HARI).status != 200


def test_team_is_looked_at_again_after_a_write_that_had_to_wait() -> None:
    """Meanwhile the other member has left: the rotation would lead to nobody."""
    start = account(rotations={"r": ["lea", "team t"]}, teams={"t": ["rex"]})
    with virtual_time(threads=False):
        service_env = ServiceEnv(start)

        def leave() -> None:
            with service_env.simulation.edit() as edited:
                edited["teams"][0]["members"].clear()

        service_env.simulation.faults.order("429+retry-after", "PATCH", "/rotations/")
        service_env.simulation.before("GET", "/rotations/", leave, skip=1)
        answer = service_env.post(username=email("lea"))
        rotations = service_env.snapshot()["schedules"][0]["rotations"]

    assert (answer.status, [one["kind"] for one in answer.body["blockers"]]) == (409, ["rotation"])
    assert [one["type"] for one in rotations[0]["participants"]] == ["user", "team"]
