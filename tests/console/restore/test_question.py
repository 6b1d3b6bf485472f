"""`restore --apply` asks, since it sends invitations."""

import pytest

import console.terminal
from local.opsgenie import Simulation
from tests.support.console_runner import Run, interrupt

HARI, KOFI, NORA = (f"{name}@example.com" for name in ("hari", "kofi", "nora"))
RECORD = "record.jsonl"
GO = ("--apply", "--yes", "--record", RECORD)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console.terminal, "can_ask", lambda: True)


@pytest.mark.usefixtures("asked")
def test_restore_shows_the_plan_names_who_gets_a_mail_and_asks(simulation: Simulation, run: Run) -> None:
    run("offboard", HARI, NORA, *GO)
    run("offboard", KOFI, "--keep-user", *GO)
    after, writes = simulation.snapshot(), len(simulation.writes)

    result = run("restore", RECORD, "--apply", stdin="n\n")

    assert result.exit_code == 1
    assert "planned   invited as User" in result.stdout
    assert "Add --apply" not in result.stdout
    assert result.stderr.splitlines() == [
        "an invitation is mailed to nora@example.com, hari@example.com",
        "Restore 3 people now? [y/N]: n",
        "Aborted!",
    ]
    assert (simulation.snapshot(), len(simulation.writes)) == (after, writes)


@pytest.mark.usefixtures("asked")
def test_answering_yes_restores(run: Run) -> None:
    run("offboard", NORA, *GO)

    result = run("restore", RECORD, "--apply", stdin="y\n")

    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "Sum: 1 done")


@pytest.mark.usefixtures("asked")
def test_restore_does_not_ask_where_there_is_nothing_to_do(run: Run) -> None:
    run("offboard", NORA, *GO)
    run("restore", RECORD, "--apply", "--yes")

    result = run("restore", RECORD, "--apply")

    assert (result.exit_code, result.stderr, result.stdout.splitlines()[-1]) == (0, "", "Sum: 1 there already")


@pytest.mark.usefixtures("asked")
def test_interrupt_while_the_restore_is_planned_skips_the_question(simulation: Simulation, run: Run) -> None:
    run("offboard", NORA, *GO)
    writes = len(simulation.writes)
    simulation.before("GET", "/users/", interrupt)

    result = run("restore", RECORD, "--apply", stdin="y\n")

    assert (result.exit_code, len(simulation.writes)) == (130, writes)
    assert result.stdout.endswith("Sum: 1 planned\ninterrupted\n")


@pytest.mark.usefixtures("asked")
def test_interrupt_at_the_question_of_restore_exits_130(
    simulation: Simulation, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("offboard", NORA, *GO)
    writes = len(simulation.writes)

    def asked(*_: object, **__: object) -> bool:
        interrupt()
        return True

    monkeypatch.setattr("click.confirm", asked)

    result = run("restore", RECORD, "--apply")

    assert (result.exit_code, result.stderr.splitlines()[-1], len(simulation.writes)) == (130, "interrupted", writes)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--apply",), "--apply asks before it changes anything, and here nobody can answer: add --yes"),
        (("--apply", "--json"), "--apply asks before it changes anything, and here nobody can answer: add --yes"),
        (("--yes",), "--yes answers what --apply asks: without it nothing is changed"),
    ],
)
def test_restore_needs_an_answer_for_apply_and_takes_none_without(
    simulation: Simulation, run: Run, words: tuple[str, ...], sentence: str
) -> None:
    run("offboard", NORA, *GO)
    calls = len(simulation.calls)

    result = run("restore", RECORD, *words)

    assert (result.exit_code, len(simulation.calls)) == (2, calls)
    assert result.stderr.endswith(f"Error: {sentence}\n")
