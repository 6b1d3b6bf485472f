"""The leaver, the replacement or everybody else goes while a request runs."""

from functools import partial

import pytest

from local.opsgenie.faults import FAULTS
from tests.support import expected_account
from tests.support.concurrent_edits import NORA, PRIMARY, PRIMARY_PATH, add, rotation, user
from tests.support.fault_table import ACCOUNT, BODIES, HARI, KOFI
from tests.support.service_env import ServiceEnv
from tests.support.virtual_time import virtual_time

PLATFORM = "b80ff839-d30e-527a-852e-106c64d5c7a3"


def end(service_env: ServiceEnv) -> None:
    """Remove the leaver as this program does."""
    with service_env.simulation.edit() as account:
        account.update(expected_account.left(account, HARI))


def alone(service_env: ServiceEnv) -> None:
    with service_env.simulation.edit() as account:
        rotation(account)["participants"] = [user(account, HARI), {"type": "none"}]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/schedules/[^/]*/rotations$"), ("DELETE", "/v2/users/"), ("GET", PRIMARY_PATH)],
)
def test_leaver_left_alone_in_a_rotation_mid_request_is_blocked(
    service_env: ServiceEnv, method: str, path: str
) -> None:
    """Seen by the survey, or by the last look before the first write, it changes nothing."""
    service_env.simulation.before(method, path, lambda: alone(service_env))

    answer = service_env.post(username=HARI)

    assert answer.status == 409
    assert [blocker["kind"] for blocker in answer.body["blockers"]] == ["rotation"]
    assert rotation(service_env.snapshot())["participants"][0] == user(service_env.before, HARI)
    changed = expected_account.changed(
        expected_account.units(service_env.before), expected_account.units(service_env.snapshot())
    )
    assert changed == {("rotation", PRIMARY)}


def test_write_is_not_retried_once_the_leaver_is_alone_in_the_rotation(service_env: ServiceEnv) -> None:
    """A failed write is not retried once the rules block it; all other changes are reported."""
    service_env.simulation.faults.order("503", "PATCH", PRIMARY_PATH)
    service_env.simulation.before("GET", PRIMARY_PATH, partial(alone, service_env), skip=1)

    answer = service_env.post(username=HARI)

    assert answer.status == 502
    assert answer.body["message"].startswith(
        "stopped half-way, since by now this is in the way: Platform 24x7 / Primary"
    )
    assert [(blocker["kind"], blocker["name"]) for blocker in answer.body["blockers"]] == [
        ("rotation", "Platform 24x7 / Primary")
    ]
    changed = expected_account.changed(
        expected_account.units(service_env.before), expected_account.units(service_env.snapshot())
    )
    assert changed - {("rotation", PRIMARY)} == {expected_account.key_of(change) for change in answer.body["changes"]}
    assert rotation(service_env.snapshot())["participants"] == [user(service_env.before, HARI), {"type": "none"}]


def test_replacement_deleted_mid_request_gets_502(service_env: ServiceEnv) -> None:
    def kofi_goes() -> None:
        with service_env.simulation.edit() as account:
            account.update(expected_account.left(account, KOFI))

    service_env.simulation.before("PATCH", None, kofi_goes)
    answer = service_env.post(username=HARI, replace_with=KOFI)

    assert answer.status == 502
    assert expected_account.left(service_env.snapshot(), HARI) == expected_account.left(
        expected_account.left(service_env.before, KOFI), HARI
    )
    assert service_env.post(username=HARI, replace_with=NORA).status == 200
    assert service_env.snapshot() == expected_account.left(
        expected_account.left(service_env.before, KOFI), HARI, by=NORA
    )


@pytest.mark.sweep
@pytest.mark.parametrize("kind", ["delete", "keep_user"])
def test_leaver_deleted_before_any_call_gets_200_or_404(kind: str) -> None:
    """Somebody else finishes the job before each call."""
    with virtual_time(threads=False):
        for number in range(len(points(kind))):
            service_env = ServiceEnv(ACCOUNT)
            service_env.simulation.before(None, None, partial(end, service_env), skip=number)
            answer = service_env.post(**BODIES[kind])
            assert answer.status in (200, 404), f"before call {number}: {answer}"
            assert service_env.snapshot() == expected_account.left(service_env.before, HARI)


def test_kept_leaver_deleted_before_the_second_survey_gets_200(service_env: ServiceEnv) -> None:
    """The second survey finds no such user: the job is done."""
    service_env.simulation.before("GET", "/users/[^/]*/teams$", partial(end, service_env), skip=1)

    answer = service_env.post(username=HARI, keep_user=True)

    assert (answer.status, answer.body["deleted"]) == (200, False)
    assert len(answer.body["changes"]) == 10
    assert service_env.snapshot() == expected_account.left(service_env.before, HARI)


def test_leaver_readded_then_deleted_by_someone_else_gets_200(service_env: ServiceEnv) -> None:
    """The second delete is refused, and the next survey finds no such user."""
    service_env.simulation.before(
        "DELETE", "/v2/users/", add(service_env, HARI, "cf92612f-24d0-59da-97bd-13607e79bc0b"), skip=1
    )
    service_env.simulation.before("GET", "/users/[^/]*/teams$", partial(end, service_env), skip=1)

    answer = service_env.post(username=HARI)

    assert (answer.status, answer.body["deleted"]) == (200, True)
    assert "user" not in {change["kind"] for change in answer.body["changes"]}, "somebody else deleted the account"
    assert service_env.snapshot() == expected_account.left(service_env.before, HARI)


def test_membership_404_is_not_reported_when_the_check_fails(service_env: ServiceEnv) -> None:
    """If the check fails, the answer does not report it as removed."""
    service_env.simulation.faults.order("404", "DELETE", "/members/")
    service_env.simulation.faults.add(FAULTS["503"], "GET", f"/teams/{PLATFORM}$", None, 1)

    answer = service_env.post(username=HARI)

    assert (answer.status, "unconfirmed" in answer.body) == (503, False)
    assert ("team", PLATFORM) not in {expected_account.key_of(change) for change in answer.body["changes"]}
    service_env.simulation.faults.clear()
    assert service_env.post(username=HARI).status == 200
    assert service_env.snapshot() == expected_account.left(service_env.before, HARI)
