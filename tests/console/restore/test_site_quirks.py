"""Restoring on a site is right for either half of what is not known of it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from local.jsm import Quirks
from tests.support.console_env import GO, SiteConsoleEnv
from tests.support.switches import alternatives
from tests.support.virtual_time import virtual_time
from tests.vendors.test_jsm_offboarding import site_of_hari

SWITCHES = list(alternatives(Quirks, {"new_team_lag": [3], "teams_lag": [1, 3, 9], "removal_lag": [0, 9]}))
HARI = "hari@example.com"
RESTORE = ("restore", "record.jsonl", "--apply", "--yes")
ROUNDS = {"teams_lag": 10}
"""How often it has to be run: a member who was removed is listed for a while."""


@pytest.fixture(autouse=True)
def time_is_virtual() -> Iterator[None]:
    """Let nothing take real time."""
    with virtual_time(threads=False):
        yield


@pytest.mark.parametrize(("name", "value"), SWITCHES, ids=str)
def test_restore_is_right_for_either_half_of_what_is_not_known(name: str, value: Any) -> None:
    site = site_of_hari()
    if name == "forwarding_plan":
        site["forwardingRules"] = []
    for schedule in site["schedules"]:
        schedule["overrides"] = [one for one in schedule["overrides"] if one["endDate"] > "2026-11-25"]
    env = SiteConsoleEnv(site, quirks=replace(Quirks(), **{name: value}))
    before = env.normal()
    if env.run("offboard", HARI, *GO).exit_code:
        assert env.normal() == before
        return

    for _ in range(ROUNDS.get(name, 1)):
        result = env.run(*RESTORE)

    assert result.exit_code == 0, result.output
    assert env.normal() == before
