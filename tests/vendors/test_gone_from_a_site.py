"""A schedule or a team of the leaver's is deleted while a request runs, on a site that is scanned."""

from collections.abc import Iterator

import pytest

from tests.support.site_env import SiteEnv
from tests.support.virtual_time import virtual_time

HARI = "hari@example.com"
PLATFORM, TEAM = "9b9b25a1-217a-5fdc-8882-7318122fa48a", "b80ff839-d30e-527a-852e-106c64d5c7a3"


@pytest.fixture(autouse=True)
def time_is_virtual() -> Iterator[None]:
    """Let nothing take real time."""
    with virtual_time(threads=False):
        yield


def test_override_of_a_schedule_that_is_deleted_meanwhile_is_gone() -> None:
    env = SiteEnv(end="suspend")

    def delete_schedule() -> None:
        with env.simulation.edit() as site:
            site["schedules"] = [one for one in site["schedules"] if one["id"] != PLATFORM]
            site["escalations"] = [one for one in site["escalations"] if one["teamId"] != TEAM]

    env.simulation.before("DELETE", f"/schedules/{PLATFORM}/overrides/", delete_schedule)
    answer = env.post(username=HARI)

    assert (answer.status, answer.body["message"]) == (
        200,
        "hari@example.com was taken out of 2 rotations, 2 forwarding rules and 2 teams and suspended",
    )


def test_team_that_is_deleted_after_its_members_were_read_holds_nobody() -> None:
    env = SiteEnv()

    def delete_team() -> None:
        with env.simulation.edit() as site:
            for kind in ("teams", "schedules", "escalations"):
                site[kind] = [one for one in site[kind] if one["teamId"] != TEAM]

    env.simulation.before("GET", f"/teams/{TEAM}$", delete_team)
    answer = env.post(username=HARI)

    assert answer.status == 200
    assert ("team", TEAM) not in {(change["kind"], change["id"]) for change in answer.body["changes"]}
    assert env.post(username=HARI).body["message"] == "hari@example.com is in nothing that holds a user"
