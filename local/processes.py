"""Child processes on loopback ports, and none of them left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

from local.environ import for_children

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
START_SECONDS = 20.0
STOP_SECONDS = 5.0
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends this program: Ctrl-C, `kill`, and a terminal that is closed."""


class LocalError(Exception):
    """The system cannot run on this machine as it stands; the text is for the person at the terminal."""


class Processes:
    """The children of this program; leaving the context ends them, and so do Ctrl-C, SIGTERM, SIGHUP and its death."""

    def __init__(self) -> None:
        self._handlers: dict[signal.Signals, Any] = {}
        self._children: list[tuple[str, subprocess.Popen[bytes], Path | None]] = []

    def __enter__(self) -> Self:
        nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        signs = [sign for sign in STOPPING if not (nohup and sign is signal.SIGHUP)]
        self._handlers = {sign: signal.signal(sign, _interrupt) for sign in signs}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A second signal must not cut this short.
        with _deaf():
            for _, child, _ in self._children:
                _signal_group(child, signal.SIGTERM)
            for _, child, _ in self._children:
                with suppress(subprocess.TimeoutExpired):
                    child.wait(STOP_SECONDS)
                # What a child started is in its group, and may take longer to end than the child.
                _signal_group(child, signal.SIGKILL)
                child.communicate()
        for sign, handler in self._handlers.items():
            signal.signal(sign, handler)

    def start(
        self, name: str, port: int, module: Sequence[str], env: Mapping[str, str], log: Path | None = None
    ) -> None:
        """Run a Python module as a child and wait until it listens on its port; raises LocalError.

        Its output goes to the terminal, or to `log`. It gets only what any program needs of this environment.
        """
        require_free(port, name)
        with log.open("wb") if log else nullcontext() as output:
            child = subprocess.Popen(  # noqa: S603 -- our own
                [sys.executable, "-m", "local.child", *module],
                cwd=ROOT,
                env={**for_children(), **env},
                stdin=subprocess.PIPE,  # how the child sees that this program is gone
                stdout=output,
                stderr=output,
                # A group of its own: Ctrl-C reaches this program alone, which then ends the children in order.
                start_new_session=True,
            )
        self._children.append((name, child, log))
        end = time.monotonic() + START_SECONDS
        while not _listens(port):
            if child.poll() is not None:
                raise LocalError(f"{name} ended at once with status {child.returncode}{_last_words(log)}")
            if time.monotonic() > end:
                raise LocalError(f"{name} does not listen on port {port} after {START_SECONDS:.0f} s{_last_words(log)}")
            time.sleep(0.05)

    def wait(self, seconds: float = float("inf")) -> None:
        """Wait, and raise LocalError if a child ends, which none should do by itself."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for name, child, log in self._children:
                if child.poll() is not None:
                    raise LocalError(f"{name} ended with status {child.returncode}{_last_words(log)}")
            time.sleep(0.2)


def require_free(port: int, name: str) -> None:
    """Raise LocalError where something listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise LocalError(f"port {port}, where {name} should listen, cannot be used ({error.strerror})") from error


def flask_run(app: str, port: int) -> tuple[str, ...]:
    """Return the module and arguments that serve a Flask app."""
    return ("flask", "--app", app, "run", "--host", HOST, "--port", str(port))


def free_port() -> int:
    """Return a port that nothing listens on right now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _last_words(log: Path | None) -> str:
    if log is None:
        return "; its words are above"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
    return ":\n" + "\n".join(lines) if lines else ", without a word"


def _signal_group(child: subprocess.Popen[bytes], sign: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, sign)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _interrupt(sign: int, _frame: FrameType | None) -> None:
    # A shell sends SIGHUP right after the kernel did, before leaving the context could ignore it.
    signal.signal(sign, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def _deaf() -> Iterator[None]:
    old = {sign: signal.signal(sign, signal.SIG_IGN) for sign in STOPPING}
    try:
        yield
    finally:
        for sign, handler in old.items():
            signal.signal(sign, handler)
