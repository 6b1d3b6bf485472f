"""What is only told, or cannot be the leaver's, stops nothing; it is named in not_checked."""

from typing import Any

import pytest

from local.opsgenie import sample_account
from local.opsgenie.answers import response
from local.opsgenie.faults import READ_FAULTS
from tests.support import expected_account
from tests.support.expected_account import Item
from tests.support.fault_table import HARI
from tests.support.service_env import ServiceEnv
from tests.support.virtual_time import virtual_time

PLAN = {
    "402": "Your plan does not include this feature.",
    "403+plan": "This feature is not supported for your account.",
    "410": "This endpoint is no longer there.",
}
LISTS = {"overrides": "/overrides$", "forwarding rules": "/forwarding-rules$"}


@pytest.mark.parametrize("what", LISTS)
@pytest.mark.parametrize("fault", PLAN)
def test_goes_on_where_the_plan_has_no_such_list(what: str, fault: str) -> None:
    account = sample_account()
    account["forwardingRules"] = []
    for schedule in account["schedules"]:
        schedule["overrides"] = []
    with virtual_time(threads=False):
        service_env = ServiceEnv(account)
        service_env.simulation.faults.add(READ_FAULTS[fault], "GET", LISTS[what], None)
        answer = service_env.post(username=HARI)

    assert answer.status == 200
    assert (
        f"{what}: Opsgenie does not have them for this account ({PLAN[fault].rstrip('.')})"
        in answer.body["not_checked"]
    )
    assert service_env.snapshot() == expected_account.left(service_env.before, HARI)


def without_participants(account: Item) -> str:
    rotation = {**account["schedules"][0]["rotations"][0], "id": "odd", "name": "Odd"}
    del rotation["participants"]
    account["schedules"][0]["rotations"].append(rotation)
    return f"the rotation {account['schedules'][0]['name']} / Odd (odd)"


def without_user(account: Item) -> str:
    dates = {"startDate": "2026-12-01T00:00:00Z", "endDate": "2026-12-02T00:00:00Z"}
    account["schedules"][0]["overrides"].append({"alias": "odd", **dates})
    return f"the override {account['schedules'][0]['name']} / odd"


def without_to_user(account: Item) -> str:
    stranger = {"id": "x", "username": "x@example.com"}
    rule = {**account["forwardingRules"][0], "id": "odd", "alias": "odd", "fromUser": stranger}
    del rule["toUser"]
    account["forwardingRules"].append(rule)
    return "the forwarding rule odd"


@pytest.mark.parametrize("make_odd", [without_participants, without_user, without_to_user])
def test_goes_on_where_an_entry_of_others_cannot_be_read(make_odd: Any) -> None:
    account = sample_account()
    name = make_odd(account)
    with virtual_time(threads=False):
        service_env = ServiceEnv()
        answers = lists_of(account, service_env)
        answer = service_env.post(username=HARI)

    assert answers
    assert answer.status == 200
    assert f"{name}: not of the documented form, and not {HARI}'s" in answer.body["not_checked"]


def lists_of(account: Item, service_env: ServiceEnv) -> list[str]:
    """Answer the lists of an account that the simulation itself would not hold."""
    schedule = account["schedules"][0]
    rules = [rule for rule in account["forwardingRules"] if rule.get("toUser") is None]
    lists = {
        f"/schedules/{schedule['id']}/rotations$": schedule["rotations"],
        f"/schedules/{schedule['id']}/overrides$": schedule["overrides"],
        **({"^/v2/forwarding-rules$": account["forwardingRules"]} if rules else {}),
    }
    for path, data in lists.items():
        service_env.simulation.faults.add(lambda _, data=data: response({"data": data}), "GET", path, None)
    return list(lists)


def test_stops_where_an_entry_that_names_the_leaver_cannot_be_read() -> None:
    account = sample_account()
    rotation = account["schedules"][0]["rotations"][0]
    rotation["participants"] = {"0": rotation["participants"][0], "1": {"username": HARI}}
    with virtual_time(threads=False):
        service_env = ServiceEnv()
        lists_of(account, service_env)
        answer = service_env.post(username=HARI)

    assert (answer.status, answer.body["changes"]) == (502, [])
    assert answer.body["message"] == (
        "Opsgenie did not do as asked: the answer about the rotations of Platform 24x7 is not of the documented form: "
        f"in Primary ({rotation['id']}) participants is not a list. Nothing was changed"
    )
