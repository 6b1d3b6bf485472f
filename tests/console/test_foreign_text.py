"""What comes from outside is cleaned of control characters wherever it is printed, and what is ours is not."""

from collections.abc import Callable
from typing import Any

import pytest

from local.opsgenie import Simulation
from local.opsgenie.answers import response
from tests.support.console_runner import Run, runner
from tests.support.service_env import NOW
from tests.support.small_account import account

HARI, MEERA = "hari@example.com", "meera@example.com"
RECORD = "record.jsonl"
GO = ("--apply", "--yes", "--record", RECORD)
EVIL = "\x1b[2J\r\n\x9b\u202e\u2028"
CLEAN = "\N{REPLACEMENT CHARACTER}"
NAMES = ("name", "fullName")
COMMANDS = [
    ("offboard", HARI, MEERA, "ghost@example.com"),
    ("offboard", HARI, MEERA, *GO),
    ("report",),
]


def with_each_name(simulation: Simulation, change: Callable[[str], str]) -> None:
    def walk(value: Any) -> None:
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(item)
        if isinstance(value, dict):
            value.update({name: change(value[name]) for name in NAMES if isinstance(value.get(name), str)})

    with simulation.edit() as account:
        for kind in ("schedules", "escalations", "teams", "users"):
            walk(account[kind])


def controls(text: str) -> set[str]:
    return {char for char in text if not char.isprintable() and char != "\n"}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_names_of_the_account_are_cleaned_in_every_output(
    simulation: Simulation, run: Run, words: tuple[str, ...]
) -> None:
    with_each_name(simulation, lambda name: f"{name}{EVIL}")

    shown = run(*words)
    restored = run("restore", RECORD) if "--apply" in words else shown

    for result in (shown, restored):
        assert (controls(result.stdout), controls(result.stderr)) == (set(), set())
        assert CLEAN in result.stdout


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_what_is_ours_is_printed_as_it_is(run: Run, words: tuple[str, ...]) -> None:
    shown = run(*words)
    restored = run("restore", RECORD) if "--apply" in words else shown

    assert CLEAN not in shown.output + restored.output


def test_report_without_findings_says_none_and_nothing_odd() -> None:
    simulation = Simulation(account(), now=lambda: NOW)

    result = runner(simulation)("report")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "People who can no longer be called\nnone\n\nPeople who would not hear an alert\nnone\n\n"
        "Rotations with one person\nnone\n\n"
        "Escalations with one recipient\nnone\n\nThe next four weeks\nnone\n\n"
    )


@pytest.mark.parametrize(
    ("words", "path"),
    [(("report",), "^/v2/users$"), (("offboard", HARI), "/v2/"), (("offboard", HARI, "--json"), "/v2/")],
    ids=" ".join,
)
def test_words_of_the_server_are_cleaned(simulation: Simulation, run: Run, words: tuple[str, ...], path: str) -> None:
    simulation.faults.add(lambda _: response({"message": f"no{EVIL}"}, 403), "GET", path, None)

    result = run(*words)

    assert result.exit_code == 1
    assert "refused the key (no" in result.output
    assert (controls(result.stdout), controls(result.stderr)) == (set(), set())


def test_traceback_that_quotes_foreign_text_is_cleaned(simulation: Simulation, run: Run) -> None:
    def fail() -> None:
        raise LookupError(f"key{EVIL}")

    simulation.before("GET", "/users/", fail)

    result = run("offboard", HARI)

    assert "LookupError: key" in result.stderr
    assert (controls(result.stdout), controls(result.stderr)) == (set(), set())


@pytest.mark.parametrize(
    "words",
    [("offboard", "--from-csv", f"{EVIL}.csv"), ("report", "--html", f"{EVIL}/a")],
)
def test_wrong_words_on_the_command_line_are_cleaned(run: Run, words: tuple[str, ...]) -> None:
    result = run(*words)

    assert (result.exit_code, controls(result.stderr)) == (2, set())
    assert CLEAN in result.stderr
