"""Off-boarding and restoring random accounts gives back what was there."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.jsm.migration import migrated
from local.jsm.people import person as person_of
from local.opsgenie import Simulation
from tests.support.console_env import SiteConsoleEnv
from tests.support.console_runner import Run, normal, runner
from tests.support.simulation_client import of_type, ref, user
from tests.support.site_env import OWNER
from tests.support.virtual_time import virtual_time

pytestmark = pytest.mark.sweep

NAMES = ("ann", "bob", "cid", "dee")
TIMES = {"startDate": "2026-12-01T00:00:00Z", "endDate": "2027-01-01T00:00:00Z"}
ROTATION = {"startDate": "2026-01-05T08:00:00Z", "type": "daily", "length": 1}
RULE = {"condition": "if-not-acked", "notifyType": "default"}

person = st.sampled_from(NAMES)
participant = st.one_of(
    person.map(lambda name: of_type("user", name)), st.just({"type": "none"}), st.just(of_type("team", "team0"))
)


def rotations() -> st.SearchStrategy[list[dict[str, Any]]]:
    lists = st.lists(st.lists(participant, min_size=1, max_size=5), max_size=2)
    return lists.map(lambda found: [{**ROTATION, "name": "R", "participants": entries} for entries in found])


def rule(recipient: dict[str, Any], delay: int) -> dict[str, Any]:
    return {**RULE, "recipient": recipient, "delay": {"timeAmount": delay, "timeUnit": "minutes"}}


@st.composite
def accounts(draw: st.DrawFn) -> dict[str, Any]:
    members = st.lists(st.tuples(person, st.sampled_from(["user", "admin"])), unique_by=lambda pair: pair[0])
    schedules = draw(st.lists(st.tuples(rotations(), st.lists(person, max_size=2)), max_size=3))
    recipients = st.one_of(person.map(lambda name: of_type("user", name)), st.just(of_type("team", "team0")))
    ladders = draw(
        st.lists(st.lists(st.builds(rule, recipients, st.integers(0, 9)), min_size=1, max_size=4), max_size=2)
    )
    pairs = draw(st.lists(st.tuples(person, person).filter(lambda pair: pair[0] != pair[1]), max_size=2))
    return {
        "users": [{**user(name), "locale": "en_US", "timeZone": "Etc/UTC"} for name in NAMES],
        "teams": [
            {"id": f"team{n}", "name": f"team{n}", "members": [{"user": ref(who), "role": role} for who, role in found]}
            for n, found in enumerate([draw(members), draw(members)])
        ],
        "schedules": [
            {
                "id": f"s{n}",
                "name": f"S{n}",
                "timezone": "Etc/UTC",
                "enabled": True,
                "rotations": [{**rotation, "id": f"r{n}-{k}"} for k, rotation in enumerate(found)],
                "overrides": [
                    {"alias": f"o{n}-{k}", "user": of_type("user", who), **TIMES} for k, who in enumerate(covers)
                ],
            }
            for n, (found, covers) in enumerate(schedules)
        ],
        "escalations": [{"id": f"e{n}", "name": f"E{n}", "rules": ladder} for n, ladder in enumerate(ladders)],
        "forwardingRules": [
            {"id": f"f{n}", "alias": f"f{n}", "fromUser": ref(one), "toUser": ref(other), **TIMES}
            for n, (one, other) in enumerate(pairs)
        ],
    }


def rows(leavers: list[str], ways: list[str]) -> str:
    """Return a list of two leavers, each of whom goes in one of the ways."""
    stand_in = next(name for name in NAMES if name not in leavers)
    cells = {"keep_turns": ",yes", "replace_with": f"{stand_in}@example.com,", "": ","}
    lines = [f"{name}@example.com,{cells[way]}" for name, way in zip(leavers, ways, strict=True)]
    return "\n".join(["username,replace_with,keep_turns", *lines])


def off_board_and_restore(run: Run, listed: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        record = str(Path(folder) / "record.jsonl")
        run("offboard", "--from-csv", "-", "--apply", "--yes", "--record", record, stdin=listed)
        result = run("restore", record, "--apply", "--yes")

    assert result.exit_code == 0 or "has no changes" in result.stderr, result.output


two = st.permutations(NAMES).map(lambda names: names[:2])
ways = st.lists(st.sampled_from(["keep_turns", "replace_with", ""]), min_size=2, max_size=2)


@settings(max_examples=20)
@given(account=accounts(), leavers=two, how=ways)
def test_restore_returns_random_accounts_to_their_original_state(
    account: dict[str, Any], leavers: list[str], how: list[str]
) -> None:
    for schedule in account["schedules"]:
        covers = schedule["overrides"] if schedule["rotations"] else []
        # Where nobody is on call, or another override is at the same time, one shows nowhere by person.
        schedule["overrides"] = [one for one in covers if one["user"] == covers[0]["user"]]
    simulation = Simulation(account)
    before = normal(simulation.snapshot())

    off_board_and_restore(runner(simulation), rows(leavers, how))

    assert normal(simulation.snapshot()) == before


@settings(max_examples=20)
@given(account=accounts(), leavers=two, how=ways)
def test_restore_returns_random_sites_to_their_original_state(
    account: dict[str, Any], leavers: list[str], how: list[str]
) -> None:
    for escalation in account["escalations"]:
        escalation["ownerTeam"] = {"id": "team1", "name": "team1"}
    site = migrated(account)
    owner = person_of("712020:owner", OWNER, "Off-boarding", operationsRole="product-admin")
    site["people"].append(owner)
    site["groups"][0]["members"].append(owner["accountId"])
    env = SiteConsoleEnv(site)
    before = env.normal()

    with virtual_time(threads=False):
        off_board_and_restore(env.run, rows(leavers, how))

    assert env.normal() == before
