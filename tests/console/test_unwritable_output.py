"""The work is told and the exit code is true, whatever standard output, error and input are."""

import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.opsgenie import Simulation
from tests.support import expected_account
from tests.support.console_runner import lines_of, process_of, redirected

pytestmark = [pytest.mark.sweep, pytest.mark.enable_socket]

HARI, MEERA = "hari@example.com", "meera@example.com"
TEAM = "\u017b\u00f3\u0142w \u2192 \u76e3\u8996"
RECORD = "record.jsonl"
GO = ("--apply", "--yes", "--record", RECORD)
END = f"Sum: 1 done\nRecord: {RECORD}\nTo undo: flask --app console restore {RECORD}\n"
FULL = "the output could not be written: No space left on device\n"
CLOSED = "the output could not be written: Bad file descriptor\n"


@pytest.fixture
def other_scripts(simulation: Simulation) -> Simulation:
    """Give a team a name in other scripts."""
    with simulation.edit() as account:
        account |= json.loads(json.dumps(account).replace('"Platform"', json.dumps(TEAM)))
    return simulation


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("ascii", "???w ? ????"),
        ("latin-1", "?\u00f3?w ? ????"),
        ("cp1252", "?\u00f3?w ? ????"),
        ("utf-8", TEAM),
    ],
)
def test_characters_that_the_output_cannot_show_are_replaced(
    other_scripts: Simulation, address: str, encoding: str, shown: str
) -> None:
    before = other_scripts.snapshot()

    done = redirected(address, "offboard", HARI, *GO, PYTHONIOENCODING=encoding)

    assert (done.returncode, done.stderr) == (0, b"")
    printed = done.stdout.decode(encoding)
    (team,) = [line for line in printed.splitlines() if "(role admin)" in line]
    assert f" {shown}   " in team
    assert printed.endswith(END)
    assert other_scripts.snapshot() == expected_account.left(before, HARI)


@pytest.mark.usefixtures("other_scripts")
def test_table_in_ascii_has_straight_edges(address: str) -> None:
    printed = redirected(address, "offboard", HARI, PYTHONIOENCODING="ascii").stdout.decode("ascii")

    begin, *rest = [line for line in printed.splitlines() if line.startswith(("+", "|"))]
    table = [begin, *rest[: rest.index(begin) + 1]]
    assert {line[0] + line[-1] for line in table} == {"++", "||"}
    assert {len(line) for line in table} == {len(begin)}
    assert "|team            | ???w ? ????  " in printed


@pytest.mark.usefixtures("other_scripts")
def test_json_in_ascii_is_whole(address: str) -> None:
    done = redirected(address, "offboard", HARI, "--json", PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (0, b"")
    (person,) = json.loads(done.stdout.decode("ascii"))["people"]
    assert TEAM in [change["name"] for change in person["changes"]]


def test_page_in_latin_1_is_still_the_utf_8_that_it_says(simulation: Simulation, address: str) -> None:
    with simulation.edit() as account:
        account["schedules"][0]["name"] = TEAM

    done = redirected(address, "report", "--html", "-", PYTHONIOENCODING="latin-1")

    assert (done.returncode, done.stderr) == (0, b"")
    assert TEAM.encode("ascii", "xmlcharrefreplace").decode() in done.stdout.decode("ascii")


@pytest.mark.parametrize(
    ("to", "code", "told"),
    [
        (">/dev/full", 3, END + FULL),
        (">&-", 3, END + CLOSED),
        (">&- <&-", 3, END + CLOSED),
        (">/dev/full 2>/dev/full", 3, ""),
        (">&- 2>&- <&-", 3, ""),
        ("<&-", 0, ""),
        ("2>/dev/full", 0, ""),
        ("2>&-", 0, ""),
    ],
)
@pytest.mark.parametrize("shown", [(), ("--json",)], ids=["tables", "json"])
def test_work_is_done_and_told_where_a_stream_is_not_usable(
    simulation: Simulation, address: str, to: str, code: int, told: str, shown: tuple[str, ...]
) -> None:
    before = simulation.snapshot()

    done = redirected(address, "offboard", HARI, *GO, *shown, to=to)

    assert (done.returncode, done.stderr.decode()) == (code, told)
    assert not code or done.stdout == b""
    assert [line["outcome"] for line in lines_of(RECORD)] == ["done"]
    assert simulation.snapshot() == expected_account.left(before, HARI)


def test_exit_code_of_the_work_wins_over_that_of_the_output(address: str) -> None:
    done = redirected(address, "offboard", MEERA, "ghost@example.com", *GO, to=">/dev/full")

    assert (done.returncode, done.stderr.decode()) == (
        1,
        "Sum: 1 refused, 1 not found\nRefused: meera@example.com\nNot found: ghost@example.com\n"
        f"Record: {RECORD}\n{FULL}",
    )


def test_what_is_restored_is_told_where_the_disk_is_full(address: str) -> None:
    redirected(address, "offboard", HARI, *GO)

    done = redirected(address, "restore", RECORD, "--apply", "--yes", to=">/dev/full")

    assert (done.returncode, done.stderr.decode()) == (3, f"Sum: 11 done\n{FULL}")


@pytest.mark.parametrize(
    "words", [("report",), ("report", "--json"), ("offboard", "--help"), ("offboard", "--template")]
)
def test_output_that_is_all_there_is_to_do_exits_3_where_it_cannot_be_written(
    address: str, words: tuple[str, ...]
) -> None:
    done = redirected(address, *words, to=">/dev/full")

    assert (done.returncode, done.stderr.decode()) == (3, FULL)


def test_wrong_command_line_exits_2_where_that_cannot_be_said(address: str) -> None:
    assert redirected(address, "offboard", "nobody", to="2>/dev/full").returncode == 2


def test_error_and_json_do_not_go_round_an_output_in_ascii(address: str) -> None:
    """click writes UTF-8 past a stream that says it is ASCII."""
    wrong = redirected(address, "offboard", "--at-most", "\u017b", PYTHONIOENCODING="ascii")
    full = redirected(address, "report", "--json", to=">/dev/full", PYTHONIOENCODING="ascii")

    told = wrong.stderr.decode("ascii").splitlines()[-1]
    assert (wrong.returncode, told.startswith("Error: Invalid value for '--at-most': '?' is not")) == (2, True)
    assert (full.returncode, full.stderr.decode()) == (3, FULL)


def test_list_on_a_closed_standard_input_is_an_empty_list(address: str) -> None:
    done = redirected(address, "offboard", "--from-csv", "-", *GO, to="<&-")

    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[-1].startswith("Error: standard input ")


def test_reader_who_leaves_early_is_told_the_end(address: str) -> None:
    read, write = os.pipe()
    os.close(read)

    with process_of(address, "offboard", HARI, *GO, stdout=write, stderr=subprocess.PIPE) as process:
        os.close(write)
        told = process.communicate(timeout=60)[1].decode()

    assert (process.returncode, told, lines_of(RECORD)[-1]["outcome"]) == (0, END, "done")


@pytest.fixture
def closed_stderr(simulation: Simulation, address: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command with closed standard error, and interrupt it at its first change."""
    running: queue.Queue[subprocess.Popen[bytes]] = queue.Queue()
    entered = threading.Event()

    def signalled() -> None:
        running.get(timeout=20).send_signal(signal.SIGINT)
        entered.wait(0.3)  # the process takes the signal

    simulation.before("PATCH", "/rotations/", signalled)
    script = Path("run.sh")
    script.write_text('exec "$@" 2>&-')
    with process_of(address, "offboard", HARI, MEERA, *GO, before=("/bin/sh", "run.sh")) as process:
        running.put(process)
        yield process


def test_notice_of_a_signal_does_not_get_into_the_record(closed_stderr: subprocess.Popen[bytes]) -> None:
    """A file that is opened where standard error was closed would get its number."""
    assert closed_stderr.wait(60) == 130

    assert [json.loads(line)["outcome"] for line in Path(RECORD).read_text().splitlines()] == ["under way", "done"]
