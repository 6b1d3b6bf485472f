"""What nobody outside a vendor knows: with either half each kind of request is right, or changes nothing."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from local import jsm, opsgenie
from local.simulator.store import copied
from tests.support import expected_account
from tests.support.expected_account import Item
from tests.support.fault_table import ACCOUNT
from tests.support.switches import alternatives
from tests.support.vendors.env import Env, asked
from tests.support.vendors.jsm import JsmEnv
from tests.support.vendors.jsm_faults import LEA, UMA, leaving
from tests.support.vendors.opsgenie import OpsgenieEnv
from tests.support.vendors.opsgenie_faults import HARI, KOFI
from tests.support.virtual_time import virtual_time

pytestmark = pytest.mark.sweep

KINDS: dict[str, Item] = {
    "end": {},
    "replace": {"replace_with": ""},
    "keep_turns": {"keep_turns": True},
    "keep_user": {"keep_user": True},
    "dry_run": {"dry_run": True},
}
SITE = list(alternatives(jsm.Quirks, {"new_team_lag": [3], "teams_lag": [1, 3, 9], "removal_lag": [0, 9]}))
ACCOUNT_SWITCHES = list(
    alternatives(
        opsgenie.Quirks,
        {
            "kind_words": [{"schedules": "schedule rotations", "teams": "Team"}],
            "owner_refusal": [403],
            "not_a_member": [422, 200],
            "already_a_member": [409],
            "changes_behind": [0, 1],
        },
    )
)
NO_PROOF = ("logs_need", "plan")
NO_ORGANIZATION = [("tenant_context", "errors"), ("tenant_context", "404")]
NO_DIRECTORIES = ("user_management", "original")
"""What is refused, and why it has to be: it is not proved that the token sees all, or a call is not there at all."""


def hold(env: Env, username: str, replacement: str, kind: str, *, refused: bool) -> None:
    """Send a request; it is carried out whole, or refused and nothing is changed."""
    body = {"username": username, **KINDS[kind], **({"replace_with": replacement} if kind == "replace" else {})}
    answer = env.post(**body)
    if refused or kind == "dry_run":
        assert env.snapshot() == env.before
        assert env.simulation.writes == []
    else:
        assert env.snapshot() == asked(env, body), answer.body["message"]
    assert (answer.status == 200) != refused, answer.body["message"]


def rows(table: list[Any]) -> list[Any]:
    """Name the rows of a table; all kinds of requests but the plain end are among the long tests."""
    return [
        pytest.param(*row, id="-".join(map(str, row)), marks=[] if row[-1] == "end" else pytest.mark.long)
        for row in table
    ]


@pytest.mark.parametrize(
    ("name", "value", "end", "kind"),
    rows(
        [
            (*switch, *how)
            for switch in SITE
            for how in (*product(["none", "suspend", "remove"], ["end"]), *product(["suspend"], list(KINDS)[1:]))
        ]
    ),
)
def test_site_with_either_half_is_right_or_refused(name: str, value: Any, end: str, kind: str) -> None:
    start = leaving()
    if name == "forwarding_plan":
        start["forwardingRules"] = []  # where the plan has none, there are none
    if name == "refuses_delay_zero":
        for number, rule in enumerate(start["escalations"][0]["rules"]):
            rule["delay"]["timeAmount"] = 1 + number
    if name == "ends_clear_operations":
        del start["schedules"][1]["overrides"][1]  # one that is over goes too, then
    refused = (name, value) in [NO_PROOF, *NO_ORGANIZATION, NO_DIRECTORIES]
    with virtual_time(threads=False):
        env = JsmEnv(start, end=end, quirks=replace(jsm.Quirks(), **{name: value}))
        hold(env, LEA, UMA, kind, refused=refused)


@pytest.mark.parametrize(
    ("name", "value", "kind"), rows([(*switch, kind) for switch, kind in product(ACCOUNT_SWITCHES, KINDS)])
)
def test_account_with_either_half_is_right(name: str, value: Any, kind: str) -> None:
    start = copied(ACCOUNT)
    if name == "overrides_outlive_users":  # those that are over stay, then
        for schedule in start["schedules"]:
            schedule["overrides"] = [one for one in schedule["overrides"] if not expected_account.is_over(one)]
    with virtual_time(threads=False):
        env = OpsgenieEnv(start)
        env.simulation.quirks = replace(opsgenie.Quirks(), **{name: value})
        hold(env, HARI, KOFI, kind, refused=False)


def test_rule_that_a_site_refuses_as_it_was_read_stops_half_way() -> None:
    """A rule without delay is never given one: it would page somebody later than before."""
    quirks = jsm.Quirks(refuses_delay_zero=True)
    with virtual_time(threads=False):
        env = JsmEnv(leaving(), quirks=quirks)
        body: Item = {"username": LEA, "replace_with": UMA}
        answer = env.post(**body)

        env.check(answer, asked(env, body))
        assert answer.status == 502
        assert "rules.delay: must be a number of minutes, at least 1" in answer.body["message"]
        assert env.post(username=LEA).status == 200
        assert env.snapshot()["users"] == env.left(env.before, LEA)["users"]


def test_organization_key_is_not_needed_where_no_account_is_ended() -> None:
    """Without it nobody asks the organization, whatever it does not serve."""
    with virtual_time(threads=False):
        env = JsmEnv(leaving(), end="none", org_key="", quirks=jsm.Quirks(user_management="original"))
        hold(env, LEA, UMA, "end", refused=False)
