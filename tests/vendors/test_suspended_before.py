"""An account that was suspended before: the person is taken out, and the suspension is nobody's change to undo."""

import pytest

from local.jsm.answers import Reply
from local.jsm.forms import response
from tests.support.service_env import Answer
from tests.support.small_account import account, email
from tests.support.vendors.jsm import JsmEnv
from tests.support.virtual_time import virtual_time

LEA = email("lea")


def off_board(end: str, blocked: list[str]) -> tuple[JsmEnv, Answer]:
    with virtual_time(threads=False):
        env = JsmEnv(account(rotations={"r": ["lea", "rex"]}, blocked=blocked), end=end)
        return env, env.post(username=LEA)


@pytest.mark.parametrize(("end", "blocked"), [("suspend", []), ("remove", ["lea"])])
def test_other_end_is_a_change(end: str, blocked: list[str]) -> None:
    env, answer = off_board(end, blocked)

    assert [change["action"] for change in answer.body["changes"]] == ["remove", end]
    assert "before" not in answer.body["message"]
    assert env.snapshot() == env.left(env.before, LEA)


def test_account_that_one_directory_still_lets_in_is_suspended() -> None:
    """The search shows one row of an account, whichever directories it is in."""
    with virtual_time(threads=False):
        env = JsmEnv(account(rotations={"r": ["lea", "rex"]}), end="suspend")
        row = {"data": [{"accountId": "712020:lea", "email": LEA, "membershipStatus": "suspended"}]}
        env.simulation.faults.add(lambda _: response(Reply(row)), "POST", "/users/search$", None)
        answer = env.post(username=LEA)

    assert [change["action"] for change in answer.body["changes"]] == ["remove", "suspend"]
    assert env.snapshot() == env.left(env.before, LEA)
