"""Restoring on either product: it gives back what was there, and to repeat it does no harm."""

import pytest

from tests.support.console_env import GO, ConsoleEnv
from tests.support.console_runner import as_json, statuses

HARI, KOFI, NORA = "hari@example.com", "kofi@example.com", "nora@example.com"
AIKO, ANDERS = "aiko.tanaka@example.com", "anders.lindqvist@example.com"
RESTORE = ("restore", "record.jsonl", "--apply", "--yes")


@pytest.mark.parametrize(
    "words",
    [
        (HARI,),
        (HARI, KOFI, AIKO, NORA),
        (HARI, "--replace-with", KOFI),
        (HARI, AIKO, "--keep-user"),
        (HARI, NORA, "--keep-user", "--replace-with", KOFI),
        (HARI, AIKO, ANDERS, "--keep-turns"),
    ],
)
def test_restoring_undoes_an_off_boarding(console_env: ConsoleEnv, words: tuple[str, ...]) -> None:
    before = console_env.normal()

    assert console_env.run("offboard", *words, *GO).exit_code == 0
    assert console_env.normal() != before
    result = console_env.run(*RESTORE)

    assert result.exit_code == 0, result.output
    assert console_env.normal() == before


def test_restore_without_apply_plans_everything_and_writes_nothing(console_env: ConsoleEnv) -> None:
    console_env.run("offboard", HARI, KOFI, *GO)
    after, writes = console_env.snapshot(), len(console_env.simulation.writes)

    result = console_env.run("restore", "record.jsonl", "--json")

    assert (result.exit_code, statuses(as_json(result))) == (0, {"planned"})
    assert (console_env.snapshot(), len(console_env.simulation.writes)) == (after, writes)


def test_restoring_again_changes_nothing(console_env: ConsoleEnv) -> None:
    console_env.run("offboard", HARI, KOFI, *GO)
    console_env.run(*RESTORE)
    restored, writes = console_env.snapshot(), len(console_env.simulation.writes)

    result = console_env.run(*RESTORE, "--json")

    assert (result.exit_code, statuses(as_json(result))) == (0, {"there already"})
    assert (console_env.snapshot(), len(console_env.simulation.writes)) == (restored, writes)


@pytest.mark.parametrize("first", [HARI, AIKO, ANDERS])
def test_people_who_left_a_rotation_in_each_way_are_restored_in_any_order(console_env: ConsoleEnv, first: str) -> None:
    before = console_env.normal()
    rows = f"username,replace_with,keep_turns\n{HARI},,yes\n{AIKO},{NORA},\n{ANDERS},,\n"
    assert console_env.run("offboard", "--from-csv", "-", *GO, stdin=rows).exit_code == 0

    console_env.run(*RESTORE, "--only", first)
    result = console_env.run(*RESTORE)

    assert result.exit_code == 0, result.stdout
    assert console_env.normal() == before


def test_person_offboarded_again_after_a_restore_is_restored_again(console_env: ConsoleEnv) -> None:
    before = console_env.normal()
    for _ in range(2):
        assert console_env.run("offboard", HARI, *GO).exit_code == 0
        result = console_env.run(*RESTORE)

    assert result.exit_code == 0, result.stdout
    assert console_env.normal() == before
