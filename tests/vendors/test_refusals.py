"""Blockers on the sample account: all are named at once, and nothing is changed."""

from typing import Any

import pytest

from local.opsgenie import Simulation
from tests.conftest import Post
from tests.support import expected_account
from tests.support.fault_table import HARI, KOFI


@pytest.mark.parametrize(
    ("body", "blockers"),
    [
        (
            {"username": "meera@example.com"},
            [("rotation", "Payroll / Month end", "meera@example.com is the only participant of this rotation")],
        ),
        (
            {"username": "tomas@example.com"},
            [("escalation", "Ledger close", "tomas@example.com is the only recipient left in this escalation")],
        ),
        (
            {"username": "olivia@example.com"},
            [("owner", "olivia@example.com", "an account owner is not off-boarded")],
        ),
        (
            {"username": "ines@example.com"},
            [
                (
                    "integrations",
                    "integrations",
                    "User cannot be modified. Please remove it from integrations: "
                    "[Payments API : action[Create Alert]]",
                )
            ],
        ),
        (
            {"username": HARI, "replace_with": "nobody@example.com"},
            [("replacement", "nobody@example.com", "the replacement does not exist")],
        ),
        (
            {"username": HARI, "replace_with": "bela@example.com"},
            [("replacement", "bela@example.com", "the replacement is blocked")],
        ),
        (
            {"username": HARI, "replace_with": "HARI@example.com"},
            [("replacement", "hari@example.com", "the replacement is the leaver")],
        ),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(
    simulation: Simulation, post: Post, body: dict[str, Any], blockers: list[tuple[str, ...]]
) -> None:
    before = simulation.snapshot()

    answer = post(**body)

    assert answer.status_code == 409
    assert [(entry["kind"], entry["name"], entry["reason"]) for entry in answer.json["blockers"]] == blockers
    assert all(entry["remedy"] for entry in answer.json["blockers"])
    assert answer.json["message"].startswith("nothing was changed: ")
    assert simulation.snapshot() == before


def test_every_blocker_is_named_at_once(simulation: Simulation, post: Post) -> None:
    with simulation.edit() as account:
        meera = expected_account.user_of(account, "meera@example.com")
        meera["role"] = {"id": "Owner", "name": "Owner"}
        account["escalations"][0]["rules"] = [
            {**rule, "recipient": {"type": "user", "id": meera["id"], "username": meera["username"]}}
            for rule in account["escalations"][0]["rules"]
        ]
    before = simulation.snapshot()

    answer = post(username="meera@example.com")

    assert [entry["kind"] for entry in answer.json["blockers"]] == ["owner", "rotation", "escalation"]
    assert simulation.writes == []
    assert simulation.snapshot() == before


def test_integration_blocks_before_anything_is_changed(simulation: Simulation, post: Post) -> None:
    with simulation.edit() as account:
        hari = expected_account.user_of(account, HARI)
        account["integrations"][0]["responders"] = [{"type": "user", "id": hari["id"], "username": HARI}]
    before = simulation.snapshot()

    answer = post(username=HARI)

    assert answer.status_code == 409
    assert [entry["kind"] for entry in answer.json["blockers"]] == ["integrations"]
    assert [call.method for call in simulation.writes] == ["DELETE"]
    assert simulation.snapshot() == before


@pytest.mark.parametrize("username", ["meera@example.com", "tomas@example.com"])
def test_only_participant_can_leave_with_a_replacement(simulation: Simulation, post: Post, username: str) -> None:
    before = simulation.snapshot()

    answer = post(username=username, replace_with=KOFI)

    assert answer.status_code == 200
    assert simulation.snapshot() == expected_account.left(before, username, by=KOFI)
