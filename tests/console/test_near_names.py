"""The commands stop for a misspelt PROTECTED_USERS, and print a note about another name that is not read."""

import pytest

from local.opsgenie import Simulation
from tests.support.console_runner import Run, runner_of

HARI = "hari@example.com"
COMMANDS = [("offboard", HARI), ("report",)]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_misspelt_protected_users_exit_2_before_anything_is_read(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("ACCESS_TOKEN", "k")
    monkeypatch.setenv("PROTECTED_USER", HARI)

    result = runner_of(None, None)(*words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: PROTECTED_USER protects nobody: the setting is called PROTECTED_USERS\n"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_name_that_other_tools_have_for_the_key_is_told(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("OPSGENIE_API_KEY", "k")

    result = runner_of(None, None)(*words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "note: OPSGENIE_API_KEY is not read: the setting is called ACCESS_TOKEN\n"
        "Error: ACCESS_TOKEN is not set: it takes the key of an Opsgenie API integration\n"
    )


@pytest.mark.parametrize(
    ("header", "near"),
    [("replace_wth", "replace_with"), ("Replaced with", "replace_with"), ("keep turn", "keep_turns")],
)
def test_column_that_looks_like_a_misspelt_one_of_ours_stops_the_list(
    simulation: Simulation, run: Run, header: str, near: str
) -> None:
    result = run("offboard", "--from-csv", "-", stdin=f"username,{header}\n{HARI},kofi@example.com\n")

    assert (result.exit_code, simulation.calls) == (2, [])
    assert result.stderr.endswith(
        f"Error: standard input line 1: the column {header} is not read: did you mean {near}?\n"
    )


def test_columns_that_are_only_a_little_like_ours_are_noted(run: Run) -> None:
    result = run("offboard", "--from-csv", "-", stdin=f"username,Replacement,Turns\n{HARI},,\n")

    assert result.stderr == "note: standard input line 1: not read: the columns Replacement, Turns\n"
