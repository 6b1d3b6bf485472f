"""The leaver, the replacement or everybody else goes while a request runs."""

from collections.abc import Iterator
from functools import partial

import pytest

from local.opsgenie.faults import FAULTS
from tests.support import expected_account
from tests.support.concurrent_edits import NORA, PRIMARY, PRIMARY_PATH, add, rotation, user
from tests.support.fault_table import HARI, KOFI
from tests.support.vendors import jsm_faults, opsgenie_faults
from tests.support.vendors.env import Env, Moment, Vendor, at
from tests.support.vendors.faults import FaultRoom
from tests.support.vendors.opsgenie import OpsgenieEnv
from tests.support.virtual_time import virtual_time

SECONDARY = "cf92612f-24d0-59da-97bd-13607e79bc0b"
PLATFORM = "b80ff839-d30e-527a-852e-106c64d5c7a3"


@pytest.fixture
def opsgenie_env() -> Iterator[OpsgenieEnv]:
    """The sample account at Opsgenie, in virtual time: what follows is about its own calls."""
    with virtual_time(threads=False):
        yield OpsgenieEnv()


def end(env: Env, username: str = HARI) -> None:
    """Remove the leaver as this program does."""
    with env.edit() as account:
        account.update(env.left(account, username))


def alone(env: Env) -> None:
    with env.edit() as account:
        rotation(account)["participants"] = [user(account, HARI), {"type": "none"}]


@pytest.mark.parametrize("moment", ["first_look", "after_first_look", "read again"])
def test_leaver_left_alone_in_a_rotation_mid_request_is_blocked(vendor: Vendor, env: Env, moment: str) -> None:
    """Seen by the survey, or by the last look before the first write, it changes nothing."""
    at(env, getattr(vendor, moment, Moment("GET", PRIMARY_PATH)), lambda: alone(env))

    answer = env.post(username=HARI)

    assert answer.status == 409
    assert [blocker["kind"] for blocker in answer.body["blockers"]] == ["rotation"]
    assert rotation(env.snapshot())["participants"][0] == user(env.before, HARI)
    changed = expected_account.changed(expected_account.units(env.before), expected_account.units(env.snapshot()))
    assert changed == {("rotation", PRIMARY)}


def test_write_is_not_retried_once_the_leaver_is_alone_in_the_rotation(env: Env) -> None:
    """A failed write is not retried once the rules block it; all other changes are reported."""
    env.simulation.faults.order("503", "PATCH", PRIMARY_PATH)
    env.simulation.before("GET", PRIMARY_PATH, partial(alone, env), skip=1)

    answer = env.post(username=HARI)

    assert answer.status == 502
    assert answer.body["message"].startswith(
        "stopped half-way, since by now this is in the way: Platform 24x7 / Primary"
    )
    assert [(blocker["kind"], blocker["name"]) for blocker in answer.body["blockers"]] == [
        ("rotation", "Platform 24x7 / Primary")
    ]
    changed = expected_account.changed(expected_account.units(env.before), expected_account.units(env.snapshot()))
    assert changed - {("rotation", PRIMARY)} == {expected_account.key_of(change) for change in answer.body["changes"]}
    assert rotation(env.snapshot())["participants"] == [user(env.before, HARI), {"type": "none"}]


def test_replacement_deleted_mid_request_gets_502(opsgenie_env: OpsgenieEnv) -> None:
    def kofi_goes() -> None:
        with opsgenie_env.edit() as account:
            account.update(opsgenie_env.left(account, KOFI))

    opsgenie_env.simulation.before("PATCH", None, kofi_goes)
    answer = opsgenie_env.post(username=HARI, replace_with=KOFI)

    without_kofi = opsgenie_env.left(opsgenie_env.before, KOFI)
    assert answer.status == 502
    assert opsgenie_env.left(opsgenie_env.snapshot(), HARI) == opsgenie_env.left(without_kofi, HARI)
    assert opsgenie_env.post(username=HARI, replace_with=NORA).status == 200
    assert opsgenie_env.snapshot() == opsgenie_env.left(without_kofi, HARI, by=NORA)


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("room", "kind"),
    [
        pytest.param(room, kind, id=f"{room.name}-{kind}")
        for room in (opsgenie_faults.ROOM, jsm_faults.ROOM)
        for kind in ("delete", "suspend", "keep_user")
        if kind in room.kinds
    ],
)
def test_leaver_deleted_before_any_call_gets_200_or_404(room: FaultRoom, kind: str) -> None:
    """Somebody else finishes the job before each call."""
    with virtual_time(threads=False):
        for number in range(len(room.points(kind))):
            env = room.open(kind)
            env.simulation.before(None, None, partial(end, env, room.kinds[kind]["username"]), skip=number)
            answer = env.post(**room.kinds[kind])
            assert answer.status in (200, 404), f"before call {number}: {answer}"
            assert env.snapshot() == env.left(env.before, room.kinds[kind]["username"])


def test_kept_leaver_deleted_before_the_second_survey_gets_200(vendor: Vendor, env: Env) -> None:
    """The second survey finds no such user: the job is done."""
    at(env, vendor.second_look, partial(end, env))

    answer = env.post(username=HARI, keep_user=True)

    assert (answer.status, answer.body["deleted"]) == (200, False)
    assert len(answer.body["changes"]) == 10
    assert env.snapshot() == env.left(env.before, HARI)


def test_leaver_readded_then_deleted_by_someone_else_gets_200(opsgenie_env: OpsgenieEnv) -> None:
    """The second delete is refused, and the next survey finds no such user."""
    opsgenie_env.simulation.before(
        "DELETE", "/v2/users/", add(opsgenie_env, HARI, "cf92612f-24d0-59da-97bd-13607e79bc0b"), skip=1
    )
    opsgenie_env.simulation.before("GET", "/users/[^/]*/teams$", partial(end, opsgenie_env), skip=1)

    answer = opsgenie_env.post(username=HARI)

    assert (answer.status, answer.body["deleted"]) == (200, True)
    assert "user" not in {change["kind"] for change in answer.body["changes"]}, "somebody else deleted the account"
    assert opsgenie_env.snapshot() == opsgenie_env.left(opsgenie_env.before, HARI)


def test_membership_404_is_not_reported_when_the_check_fails(opsgenie_env: OpsgenieEnv) -> None:
    """If the check fails, the answer does not report it as removed."""
    opsgenie_env.simulation.faults.order("404", "DELETE", "/members/")
    opsgenie_env.simulation.faults.add(FAULTS["503"], "GET", f"/teams/{PLATFORM}$", None, 1)

    answer = opsgenie_env.post(username=HARI)

    assert (answer.status, "unconfirmed" in answer.body) == (503, False)
    assert ("team", PLATFORM) not in {expected_account.key_of(change) for change in answer.body["changes"]}
    opsgenie_env.simulation.faults.clear()
    assert opsgenie_env.post(username=HARI).status == 200
    assert opsgenie_env.snapshot() == opsgenie_env.left(opsgenie_env.before, HARI)
