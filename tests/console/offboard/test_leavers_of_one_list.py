"""Several leavers in one list: what the ones before take away counts for those after them, in a dry run too."""

from typing import Any

import pytest

from local.opsgenie import Simulation
from tests.support.console_runner import as_json, runner
from tests.support.service_env import NOW
from tests.support.small_account import account, email

LEA, REX, UMA = email("lea"), email("rex"), email("uma")


def outcomes(parts: dict[str, Any], *words: str) -> tuple[list[str], list[str], Simulation]:
    """Plan a list, then carry it out; return what was planned for each person, what became of them, and the account."""
    simulation = Simulation(account(**parts), now=lambda: NOW)
    run = runner(simulation)
    planned = as_json(run("offboard", *words, "--json"))
    assert simulation.writes == []
    done = as_json(run("offboard", *words, "--json", "--apply", "--yes"))
    return [one["outcome"] for one in planned["people"]], [one["outcome"] for one in done["people"]], simulation


@pytest.mark.parametrize(
    "parts",
    [
        {"rotations": {"r": ["team t", "uma"]}, "teams": {"t": ["lea", "rex"]}},
        {"rotations": {"r": ["lea", "rex", "none"]}},
        {"escalations": {"e": ["rex", "lea"]}},
    ],
    ids=["the last of a team", "the last of a rotation", "the last of an escalation"],
)
def test_refuses_the_second_of_two_who_are_together_the_last(parts: dict[str, Any]) -> None:
    planned, done, simulation = outcomes(parts, LEA, REX)

    assert (planned, done) == (["planned", "refused"], ["done", "refused"])
    assert [user["username"] for user in simulation.snapshot()["users"]] == [REX, UMA]


def test_says_who_of_the_list_leaves_before() -> None:
    simulation = Simulation(account(rotations={"r": ["lea", "rex"]}), now=lambda: NOW)

    people = as_json(runner(simulation)("offboard", LEA, REX, "--json"))["people"]

    assert people[1]["blockers"] == [
        {
            "kind": "rotation",
            "name": "s-r / r",
            "reason": "without rex@example.com nobody who can be called is left in this rotation: "
            "lea@example.com leaves in the same run",
            "remedy": "add another participant, delete the rotation, or give --replace-with",
        }
    ]


def test_the_replacement_of_somebody_before_is_left_for_those_after() -> None:
    planned, done, _ = outcomes({"rotations": {"r": ["lea", "rex"]}}, LEA, REX, "--replace-with", UMA)

    assert (planned, done) == (["planned", "planned"], ["done", "done"])


def answers(parts: dict[str, Any], *words: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return for each person what was planned and what was told after it was done."""
    run = runner(Simulation(account(**parts), now=lambda: NOW))
    planned, done = (as_json(run("offboard", *words, "--json", *more))["people"] for more in ((), ("--apply", "--yes")))
    return list(zip(planned, done, strict=True))


@pytest.mark.parametrize("words", [(), ("--keep-turns",)], ids=["turns move", "turns are kept"])
def test_plan_of_those_after_shows_what_those_before_leave(words: tuple[str, ...]) -> None:
    parts = {"rotations": {"r": ["lea", "uma", "rex"]}, "escalations": {"e": ["rex", "lea", "uma"]}}

    for planned, done in answers(parts, LEA, REX, *words):
        assert planned["changes"] == done["changes"]
        assert [one["after"] for one in planned["on_call"]] == [one["after"] for one in done["on_call"]]
        assert [one.get("gaps") for one in planned["on_call"]] == [one.get("gaps") for one in done["on_call"]]


def test_plan_of_those_after_counts_the_replacement_of_those_before() -> None:
    (_, _), (planned, done) = answers({"rotations": {"r": ["lea", "rex"]}}, LEA, REX, "--replace-with", UMA)

    assert planned["changes"] == done["changes"]
    assert planned["on_call"][0]["after"] == done["on_call"][0]["after"] == [UMA]


def test_plan_of_those_after_knows_no_forwarding_rule_to_those_before() -> None:
    start = account(rotations={"r": ["lea", "uma"]})
    uma, rex = ({"id": name, "username": email(name)} for name in ("uma", "rex"))
    dates = {"startDate": "2026-11-20T00:00:00Z", "endDate": "2026-12-20T00:00:00Z"}
    start["forwardingRules"] = [{"id": "f", "alias": "f", "fromUser": uma, "toUser": rex, **dates}]

    _, lea = as_json(runner(Simulation(start, now=lambda: NOW))("offboard", REX, LEA, "--json"))["people"]

    assert [one["after"] for one in lea["on_call"]] == [[UMA]]


def test_somebody_who_is_refused_still_counts() -> None:
    parts = {"rotations": {"r": ["lea", "rex"], "s": ["lea"]}}

    planned, done, _ = outcomes(parts, LEA, REX)

    assert (planned, done) == (["refused", "planned"], ["refused", "done"])
