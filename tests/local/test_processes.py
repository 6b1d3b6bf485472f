"""Child processes of `make run` and others: none is left behind, and its last output is shown."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from local import processes
from local.processes import HOST, STOPPING, LocalError, Processes, free_port
from tests.support.local_stack import ROOT

STUBBORN = """
import signal, socket, sys, time

signal.signal(signal.SIGTERM, signal.SIG_IGN)
with socket.create_server(("127.0.0.1", int(sys.argv[1]))):
    time.sleep(20)
"""
FAILING = """
import socket, sys

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
    server.accept()
print("the database is gone")
sys.exit(3)
"""
MUTE = """
import time

print("still looking for the database", flush=True)
time.sleep(20)
"""
FAMILY = (
    """
import subprocess, sys

subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
"""
    + STUBBORN
)
PARENT = """
import signal, sys
from local import processes

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run under nohup
processes.STOP_SECONDS = 1.5
with processes.Processes() as children:
    children.start("the child", int(sys.argv[1]), ("child", sys.argv[1]), {"PYTHONPATH": sys.argv[2]})
    print("ready", flush=True)
    children.wait()
"""

pytestmark = pytest.mark.enable_socket


@contextmanager
def parent_of(port: int, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a program with a child on a port, whose module is in a folder, and wait until both run."""
    command = [sys.executable, "-c", PARENT, str(port), str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process


@pytest.mark.parametrize("sign", processes.STOPPING, ids=lambda sign: sign.name)
def test_repeated_stop_signal_leaves_no_child(tmp_path: Path, sign: signal.Signals) -> None:
    (tmp_path / "child.py").write_text(STUBBORN)
    port = free_port()
    with parent_of(port, tmp_path) as process:
        for _ in range(2):
            process.send_signal(sign)
            time.sleep(0.3)
        process.wait(10)
        with socket.socket() as probe:
            assert probe.connect_ex((HOST, port)) != 0


def test_killed_parent_leaves_no_children_or_grandchildren(tmp_path: Path) -> None:
    (tmp_path / "child.py").write_text(FAMILY)
    with parent_of(free_port(), tmp_path) as process:
        process.kill()
        # The end of the output means that no child holds it open.
        output, _ = process.communicate(timeout=10)

    assert (output, process.returncode) == ("", -signal.SIGKILL)


def test_exited_child_is_reported_with_its_last_output(tmp_path: Path) -> None:
    (tmp_path / "child.py").write_text(FAILING)
    port = free_port()
    with Processes() as children:
        children.start("the child", port, ("child", str(port)), {"PYTHONPATH": str(tmp_path)}, log=tmp_path / "log")
        with pytest.raises(LocalError) as told:
            children.wait(10)

    assert str(told.value) == "the child ended with status 3:\nthe database is gone"


def test_child_that_does_not_listen_is_reported_with_its_last_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "child.py").write_text(MUTE)
    monkeypatch.setattr(processes, "START_SECONDS", 2.0)
    port = free_port()
    with Processes() as children, pytest.raises(LocalError) as told:
        children.start("the child", port, ("child", str(port)), {"PYTHONPATH": str(tmp_path)}, log=tmp_path / "log")

    assert str(told.value) == f"the child does not listen on port {port} after 2 s:\nstill looking for the database"


def test_nohup_is_respected() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Processes():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", STOPPING)
def test_leaving_restores_the_signal_handlers(number: int) -> None:
    before = signal.getsignal(number)
    with suppress(KeyboardInterrupt), Processes():
        signal.raise_signal(number)

    assert signal.getsignal(number) == before
