"""How many people one run may take: 25, and a tenth of the account's users, unless --at-most says more."""

from typing import Any

import pytest

from local.opsgenie import Simulation
from local.opsgenie.answers import response
from tests.support.console_runner import Run, as_json, runner
from tests.support.service_env import NOW
from tests.support.small_account import account

GO = ("--apply", "--yes", "--json")
UNKNOWN = "the answer about the number of users is not of the documented form: "


def ghosts(count: int) -> list[str]:
    """Return addresses of people who have no account."""
    return [f"ghost{n}@example.com" for n in range(count)]


def listed(run: Run, count: int, *words: str) -> Any:
    """Run a list of people who have no account."""
    return run("offboard", "--from-csv", "-", *words, stdin="\n".join(["username", *ghosts(count)]))


def counts(simulation: Simulation) -> int:
    """Return how often the account's users were counted."""
    return sum((call.path, call.query) == ("/v2/users", "limit=1") for call in simulation.calls)


def small() -> Simulation:
    """Return an account of three users."""
    return Simulation(account(), now=lambda: NOW)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "26 people are more than the 25 that one run takes: if all of them leave, add --at-most 26"),
        (("--at-most", "25"), "26 people are more than --at-most 25"),
        (("--at-most", "0"), "Invalid value for '--at-most': 0 is not in the range x>=1."),
    ],
)
def test_apply_refuses_more_than_25_people(
    simulation: Simulation, run: Run, words: tuple[str, ...], sentence: str
) -> None:
    named = run("offboard", *ghosts(26), *GO, *words)
    result = listed(run, 26, *GO, *words)

    for one in (named, result):
        assert (one.exit_code, one.stdout, simulation.calls) == (2, "", [])
        assert one.stderr.split("\nError: ", 1)[1].strip() == sentence


def test_at_most_lets_so_many_go_without_counting_the_users(simulation: Simulation, run: Run) -> None:
    result = listed(run, 26, *GO, "--at-most", "26")

    assert {person["outcome"] for person in as_json(result)["people"]} == {"not found"}
    assert (len(as_json(result)["people"]), counts(simulation), "note" in result.stderr) == (26, 0, False)


def test_people_are_counted_once_each(run: Run) -> None:
    result = run("offboard", *ghosts(12), *ghosts(12), *ghosts(12), *GO)

    assert (result.exit_code, len(as_json(result)["people"])) == (1, 12)


def test_apply_refuses_more_than_a_tenth_of_the_users(simulation: Simulation, run: Run) -> None:
    result = listed(run, 13, *GO)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.split("\nError: ", 1)[1] == (
        "13 people are more than a tenth of the account's 121 users: if all of them leave, add --at-most 13\n"
    )
    assert [(call.path, call.query) for call in simulation.calls] == [("/v2/users", "limit=1")]
    assert len(as_json(listed(run, 12, *GO))["people"]) == 12
    assert counts(simulation) == 2


def test_up_to_five_people_leave_an_account_of_any_size_without_counting() -> None:
    simulation = small()

    result = listed(runner(simulation), 5, *GO)

    assert (len(as_json(result)["people"]), counts(simulation)) == (5, 0)
    assert listed(runner(simulation), 6, *GO).stderr.split("\nError: ", 1)[1] == (
        "6 people are more than a tenth of the account's 3 users: if all of them leave, add --at-most 6\n"
    )


def test_without_apply_any_number_is_shown(simulation: Simulation, run: Run) -> None:
    result = listed(run, 26, "--json")

    assert (len(as_json(result)["people"]), counts(simulation), "note" in result.stderr) == (26, 0, False)
    over = listed(run, 26, "--json", "--at-most", "20")
    assert over.stderr.endswith("Error: 26 people are more than --at-most 20\n")


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("403", "API Key is not granted with write access"),
        ("null", f"{UNKNOWN}there is no totalCount"),
    ],
)
def test_users_that_cannot_be_counted_are_told_and_25_holds(fault: str, why: str) -> None:
    simulation = small()
    simulation.faults.order(fault, "GET", "/v2/users$")

    result = listed(runner(simulation), 25, *GO)

    assert len(as_json(result)["people"]) == 25
    assert result.stderr.startswith(
        f"note: the account's users could not be counted ({why}); up to 25 people are taken\n"
    )


@pytest.mark.parametrize("count", ["3", True, -1, 3.5])
def test_count_of_another_form_is_not_trusted(count: Any) -> None:
    simulation = small()
    simulation.faults.known = {"odd": lambda _: response({"data": [], "totalCount": count})}
    simulation.faults.order("odd", "GET", "/v2/users$")

    result = listed(runner(simulation), 6, *GO)

    assert f"note: the account's users could not be counted ({UNKNOWN}totalCount is not a count)" in result.stderr


def test_key_in_the_reason_is_masked() -> None:
    simulation = small()
    simulation.faults.known = {"echo": lambda _: response({"message": "local-key may not"}, 403)}
    simulation.faults.order("echo", "GET", "/v2/users$")

    result = listed(runner(simulation), 6, *GO)

    assert result.stderr.startswith(
        "note: the account's users could not be counted ([the key] may not); up to 25 people are taken\n"
    )
