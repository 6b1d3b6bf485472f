"""Nobody reads any more, since the terminal is closed or `tee` is gone: a run does all the same what it would have."""

import errno
import io
import os
import queue
import signal
import subprocess
from pathlib import Path
from typing import IO, cast

import pytest

from console import terminal
from local.opsgenie import Simulation
from tests.support import expected_account
from tests.support.console_runner import Run, as_json, interrupt, lines_of, process_of

HARI, KOFI, NORA = "hari@example.com", "kofi@example.com", "nora@example.com"
MANY = (HARI, NORA, KOFI, "imani.njoroge@example.com", "aiko.tanaka@example.com")
RECORD = "record.jsonl"
GO = ("--apply", "--yes", "--record", RECORD)


def signalled(
    simulation: Simulation, address: str, names: tuple[str, ...], ends: tuple[int, int], number: int, both: bool
) -> int:
    """Off-board people in a process of its own; close what reads it and send a signal at the first rotation."""
    read, write = ends
    running: queue.Queue[subprocess.Popen[bytes]] = queue.Queue()
    entered: queue.Queue[None] = queue.Queue()

    def close() -> None:
        process = running.get(timeout=20)
        os.close(read)
        process.send_signal(number)
        with pytest.raises(queue.Empty):
            entered.get(timeout=0.3)  # the process takes the signal

    simulation.before("PATCH", "/rotations/", close)
    stdout = write if both else subprocess.DEVNULL
    with process_of(address, "offboard", *names, *GO, stdout=stdout, stderr=write) as process:
        os.close(write)
        running.put(process)
        return process.wait(60)


@pytest.mark.sweep
@pytest.mark.enable_socket
@pytest.mark.parametrize("both", [False, True], ids=["stderr", "stdout and stderr"])
@pytest.mark.parametrize("names", [(HARI, NORA), MANY], ids=["two", "many, with a bar"])
@pytest.mark.parametrize("end", ["pipe", "terminal"])
def test_a_signal_where_nobody_reads_finishes_the_person(
    simulation: Simulation, address: str, names: tuple[str, ...], both: bool, end: str
) -> None:
    before = simulation.snapshot()
    try:
        ends = os.pipe() if end == "pipe" else os.openpty()
    except OSError as error:
        pytest.skip(f"this machine has no pseudo-terminals ({error.strerror}); a bare chroot has no /dev/pts")
    number = signal.SIGINT if end == "pipe" else signal.SIGHUP

    assert signalled(simulation, address, names, ends, number, both) == 130

    assert [line["outcome"] for line in lines_of(RECORD)] == ["done"]
    assert simulation.snapshot() == expected_account.left(before, HARI)


@pytest.mark.sweep
@pytest.mark.enable_socket
def test_a_run_whose_reader_goes_ends_as_it_would_have(address: str) -> None:
    read, write = os.pipe()
    os.close(read)

    with process_of(address, "offboard", HARI, NORA, *GO, stdout=write, stderr=write) as process:
        os.close(write)
        assert process.wait(60) == 0

    assert [line["outcome"] for line in lines_of(RECORD)] == ["done", "done"]


class Dead(io.StringIO):
    """A stream that takes nothing, for the reason that it is given."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def write(self, _: str) -> int:
        raise OSError(self.number, os.strerror(self.number))

    def flush(self) -> None:
        raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize("number", [errno.EPIPE, errno.EIO])
def test_what_nobody_reads_is_dropped(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(f"sys.{name}", Dead(number))

    terminal.print_note("a remark")
    terminal.print_result("a result")
    terminal.out().print("a table")
    terminal.stderr().flush()


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", Dead(errno.ENOSPC))

    with pytest.raises(OSError, match="No space left"):
        terminal.print_result("a result")


def test_what_is_left_to_write_goes_nowhere() -> None:
    """Python writes it at its end, which would change the exit code."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w", encoding="utf-8") as stream:
        safe = cast(IO[str], terminal.ClosedPipeSafeStream(stream))

        safe.write("a result")
        safe.flush()


def test_a_signal_is_told_by_nothing_but_one_write(
    simulation: Simulation, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may come in the middle of another print, and a print that fails would break the person off."""
    monkeypatch.setattr(terminal, "print_note", lambda *_: 1 // 0)
    real = os.write

    def write(file: int, data: bytes) -> int:
        if file == 2:
            raise OSError(errno.EIO, "Input/output error")
        return real(file, data)

    monkeypatch.setattr(os, "write", write)
    simulation.before("PATCH", None, interrupt)

    result = run("offboard", HARI, NORA, *GO)

    assert result.exit_code == 130
    assert [line["outcome"] for line in lines_of(RECORD)] == ["done"]


@pytest.mark.parametrize(("apply", "outcome"), [((), "planned"), (GO, "done")], ids=["a look", "done"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_while_the_result_is_shown_does_not_hide_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, apply: tuple[str, ...], outcome: str, number: int
) -> None:
    shown = terminal.print_result

    def print_result(text: str) -> None:
        interrupt(number)
        shown(text)

    monkeypatch.setattr(terminal, "print_result", print_result)

    result = run("offboard", HARI, "--json", *apply)

    assert (result.exit_code, [one["outcome"] for one in as_json(result)["people"]]) == (0, [outcome])


def test_a_signal_while_it_is_shown_what_is_back_does_not_hide_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("offboard", HARI, *GO)
    shown = terminal.print_result

    def print_result(text: str) -> None:
        interrupt()
        shown(text)

    monkeypatch.setattr(terminal, "print_result", print_result)

    result = run("restore", RECORD, "--apply", "--json")

    assert (result.exit_code, as_json(result)["people"][0]["outcome"]) == (0, "done")


def test_a_signal_at_the_question_ends_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is under way there: it does what it did before the run."""

    def asked(*_: object, **__: object) -> bool:
        interrupt()
        return True

    monkeypatch.setattr(terminal, "can_ask", lambda: True)
    monkeypatch.setattr("click.confirm", asked)

    result = run("offboard", HARI, "--apply")

    assert (result.exit_code, result.stderr) == (130, "interrupted\n")
    assert not Path("records").exists()
