"""The end of an account that several directories of the organization hold."""

from collections.abc import Iterator
from copy import deepcopy

import pytest

from tests.support.expected_account import Item
from tests.support.site_env import SAMPLE, SiteEnv
from tests.support.virtual_time import virtual_time

HARI = "hari@example.com"
SECOND = "88888888-6666-5555-4444-333333333333"
ENDS = {"suspend": ("POST", "suspended"), "remove": ("DELETE", "removed")}


@pytest.fixture(autouse=True)
def time_is_virtual() -> Iterator[None]:
    """Let nothing take real time."""
    with virtual_time(threads=False):
        yield


def person(site: Item) -> Item:
    found: Item = next(one for one in site["people"] if one["email"] == HARI)
    return found


def env_of(end: str) -> SiteEnv:
    """Return a site of whose teams and the like hari is in none, but in two directories."""
    site = deepcopy(SAMPLE)
    site["directories"].append({"directoryId": SECOND, "name": "Second"})
    person(site)["directories"].append(SECOND)
    env = SiteEnv(site, end=end)
    env.post(username=HARI, keep_user=True)
    return env


@pytest.mark.parametrize("end", ENDS)
def test_account_is_ended_in_each_of_its_directories(end: str) -> None:
    method, past = ENDS[end]
    env = env_of(end)

    answer = env.post(username=HARI)

    assert (answer.status, answer.body["message"]) == (200, f"{HARI} was {past}")
    calls = [call for call in env.simulation.writes if "/directories/" in call.path]
    assert [(call.method, SECOND in call.path) for call in calls] == [(method, False), (method, True)]


@pytest.mark.parametrize("end", ENDS)
def test_refusal_in_the_second_directory_leaves_the_end_unconfirmed(end: str) -> None:
    env = env_of(end)
    env.simulation.faults.order("403", ENDS[end][0], f"/directories/{SECOND}/")

    def as_if_each_had_a_status_of_its_own() -> None:
        with env.simulation.edit() as site:
            person(site)["membershipStatus"] = "active"

    env.simulation.before("GET", "/directories/[^/]*/users/", as_if_each_had_a_status_of_its_own)
    answer = env.post(username=HARI)

    assert (answer.status, answer.body["changes"]) == (502, [])
    assert [change["kind"] for change in answer.body["unconfirmed"]] == ["user"]
    assert "Nothing was changed" not in answer.body["message"]


@pytest.mark.parametrize("end", ENDS)
def test_directory_that_no_longer_has_the_account_does_not_keep_the_next_from_ending_it(end: str) -> None:
    method, past = ENDS[end]
    env = env_of(end)

    def left_the_first() -> None:
        with env.simulation.edit() as site:
            person(site)["directories"].remove(SAMPLE["directories"][0]["directoryId"])

    env.simulation.before(method, "/directories/7", left_the_first)
    answer = env.post(username=HARI)

    assert (answer.status, answer.body["message"]) == (200, f"{HARI} was {past}")
    assert [change["action"] for change in answer.body["changes"]] == [end]
    assert [SECOND in call.path for call in env.simulation.writes if call.status == 204 and "/d" in call.path] == [True]
