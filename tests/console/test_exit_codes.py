"""How the commands end: exit codes, interrupts at odd moments, and options that need each other."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest

import console.terminal
from local.opsgenie import Simulation
from tests.support import expected_account
from tests.support.console_runner import Run, interrupt

HARI, MEERA, NORA = "hari@example.com", "meera@example.com", "nora@example.com"
RECORD = "record.jsonl"
GO = ("--apply", "--yes", "--record", RECORD)


@contextmanager
def ignored(number: int) -> Iterator[None]:
    before = signal.signal(number, signal.SIG_IGN)
    try:
        yield
        assert signal.getsignal(number) == signal.SIG_IGN
    finally:
        signal.signal(number, before)


def test_interrupt_at_the_prompt_exits_130(simulation: Simulation, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_off(*_: object, **__: object) -> bool:
        raise click.Abort

    monkeypatch.setattr(console.terminal, "can_ask", lambda: True)
    monkeypatch.setattr("click.confirm", broken_off)

    result = run("offboard", HARI, "--apply")

    assert (result.exit_code, simulation.writes) == (130, [])
    assert result.stderr.endswith("interrupted\n")


def test_interrupt_during_the_last_dry_run_skips_the_prompt(
    simulation: Simulation, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console.terminal, "can_ask", lambda: True)
    simulation.before("GET", "/users/", interrupt)

    result = run("offboard", HARI, "--apply", stdin="y\n")

    assert (result.exit_code, simulation.writes) == (130, [])
    assert result.stdout.endswith("Sum: 1 planned\ninterrupted\n")


def test_interrupted_report_exits_130_and_writes_no_file(simulation: Simulation, run: Run) -> None:
    simulation.before("GET", "/users$", interrupt)

    result = run("report", "--html", "report.html")

    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "interrupted\n")
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("command", ["offboard", "restore"])
def test_interrupt_during_the_last_person_exits_0(simulation: Simulation, run: Run, command: str) -> None:
    before = simulation.snapshot()
    if command == "restore":
        run("offboard", NORA, *GO)
    simulation.before("POST" if command == "restore" else "PATCH", None, interrupt)

    result = run("restore", RECORD, "--apply", "--yes") if command == "restore" else run("offboard", HARI, *GO)

    assert result.exit_code == 0, result.output
    assert "interrupted" not in result.stdout
    if command == "offboard":
        assert simulation.snapshot() == expected_account.left(before, HARI)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_ignored_signal_does_not_stop_a_run(simulation: Simulation, run: Run, number: int) -> None:
    """`nohup` ignores a closed terminal, and a script's shell ignores Ctrl-C for its background jobs."""
    simulation.before("PATCH", None, lambda: interrupt(number))

    with ignored(number):
        result = run("offboard", HARI, NORA, *GO)

    assert (result.exit_code, result.stderr) == (0, "")
    assert "Sum: 2 done" in result.stdout


def test_unusable_record_exits_2_before_calling_opsgenie(simulation: Simulation, run: Run) -> None:
    Path("a-link").symlink_to("elsewhere")
    os.mkfifo("a-pipe", 0o600)
    Path("a-file").touch(0o600)
    Path("open").touch(0o644)

    for name in ("a-link", "a-pipe", "a-file/record", "open", ""):
        result = run("offboard", HARI, "--apply", "--yes", "--record", name)
        assert (result.exit_code, result.stdout) == (2, ""), name

    assert simulation.calls == []


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        (("--record", RECORD), "--record is for --apply: without it there is nothing to record"),
        (("--yes",), "--yes answers what --apply asks: without it nothing is changed"),
    ],
)
def test_record_and_yes_options_require_apply(
    simulation: Simulation, run: Run, option: tuple[str, ...], sentence: str
) -> None:
    result = run("offboard", HARI, *option)

    assert (result.exit_code, simulation.calls) == (2, [])
    assert sentence in result.stderr
