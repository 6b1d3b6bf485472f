"""A run does its work even if nobody reads its output: the terminal is closed or `tee` is gone."""

import errno
import io
import os
import queue
import signal
import subprocess
from pathlib import Path

import pytest

from console import streams, terminal
from console.streams import SafeStream
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
    """Off-board people in a separate process; close its reader and send a signal at the first rotation."""
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
def test_signal_with_closed_output_still_finishes_the_person(
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
def test_run_with_a_closed_pipe_finishes_normally(address: str) -> None:
    read, write = os.pipe()
    os.close(read)

    with process_of(address, "offboard", HARI, NORA, *GO, stdout=write, stderr=write) as process:
        os.close(write)
        assert process.wait(60) == 0

    assert [line["outcome"] for line in lines_of(RECORD)] == ["done", "done"]


class Dead(io.StringIO):
    """A stream whose writes all fail with the given error."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def write(self, _: str) -> int:
        raise OSError(self.number, os.strerror(self.number))

    def flush(self) -> None:
        raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize("number", [errno.EPIPE, errno.EIO, errno.ENOSPC, errno.EAGAIN])
def test_output_that_cannot_be_written_is_dropped_and_the_error_kept(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(f"sys.{name}", SafeStream(Dead(number)))

    terminal.print_note("a remark")
    terminal.print_result("a result")
    terminal.out().print("a table")

    assert (failed := streams.failure())
    assert failed.errno == number


def test_output_to_a_stream_that_was_closed_meanwhile_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    stream.close()
    monkeypatch.setattr("sys.stdout", SafeStream(stream))

    terminal.print_result("a result")

    assert (failed := streams.failure())
    assert failed.errno == errno.EBADF


def test_buffered_output_to_a_closed_pipe_is_discarded() -> None:
    """Python flushes it on exit, which would change the exit code."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w", encoding="utf-8") as stream:
        safe = SafeStream(stream)

        safe.write("a result")
        safe.flush()


def test_signal_notice_that_cannot_be_written_is_ignored(
    simulation: Simulation, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may come in the middle of a print, and a failing print would abort the person."""
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
def test_signal_while_printing_the_offboard_result_does_not_hide_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, apply: tuple[str, ...], outcome: str, number: int
) -> None:
    shown = terminal.print_result

    def print_result(text: str) -> None:
        interrupt(number)
        shown(text)

    monkeypatch.setattr(terminal, "print_result", print_result)

    result = run("offboard", HARI, "--json", *apply)

    assert (result.exit_code, [one["outcome"] for one in as_json(result)["people"]]) == (0, [outcome])


def test_signal_while_printing_the_restore_result_does_not_hide_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("offboard", HARI, *GO)
    shown = terminal.print_result

    def print_result(text: str) -> None:
        interrupt()
        shown(text)

    monkeypatch.setattr(terminal, "print_result", print_result)

    result = run("restore", RECORD, "--apply", "--yes", "--json")

    assert (result.exit_code, as_json(result)["people"][0]["outcome"]) == (0, "done")


def test_signal_at_the_prompt_ends_the_run(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is under way there: the previous handler applies."""

    def asked(*_: object, **__: object) -> bool:
        interrupt()
        return True

    monkeypatch.setattr(terminal, "can_ask", lambda: True)
    monkeypatch.setattr("click.confirm", asked)

    result = run("offboard", HARI, "--apply")

    assert (result.exit_code, result.stderr.splitlines()[-1]) == (130, "interrupted")
    assert not Path("records").exists()
