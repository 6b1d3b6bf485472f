"""Hold a process to a share of one processor, as Lambda does by the function's memory.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
"""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PERIOD = 0.1
"""Seconds in which the share is used up, as the kernel's own quota has it: what is left of them is waited for."""

MOUNTS = Path("/proc/self/mounts")


@contextmanager
def held(pid: int, share: float) -> Iterator[str]:
    """Hold a child to a share of one processor while it lives; yields by what, or that it is not held.

    The child must not be waited for before the end: its process id could be another's then.
    """
    group = _joined(pid, share)
    if group:
        try:
            yield "held by a cgroup's quota"
        finally:
            _leave(group)
    elif share < 1:
        over = threading.Event()
        pausing = threading.Thread(target=_pause, args=(pid, share, over))
        pausing.start()
        try:
            yield "held by stopping the process in each tenth of a second"
        finally:
            over.set()
            pausing.join()
    else:
        yield "not held"


def _joined(pid: int, share: float) -> Path | None:
    """Put a process into a new cgroup with a quota; returns it, None where none can be made."""
    name, microseconds = f"bench-{pid}", round(PERIOD * 1e6)
    quota = round(share * microseconds)
    v2, v1 = {"cpu.max": f"{quota} {microseconds}"}, {"cpu.cfs_period_us": microseconds, "cpu.cfs_quota_us": quota}
    for root, version in _roots():
        group = root / name
        with suppress(OSError):
            group.mkdir()
            try:
                for file, text in (v2 if version == 2 else v1).items():
                    (group / file).write_text(str(text))
                (group / "cgroup.procs").write_text(str(pid))
            except OSError:
                group.rmdir()
                raise
            return group
    return None


def _roots() -> Iterator[tuple[Path, int]]:
    """Yield where cgroups with a quota may be made, and of which version they are.

    https://docs.kernel.org/admin-guide/cgroup-v2.html and https://docs.kernel.org/scheduler/sched-bwc.html
    """
    with suppress(OSError):
        for line in MOUNTS.read_text().splitlines():
            _, folder, kind, options, *_ = line.split()
            if kind == "cgroup2":
                yield Path(folder), 2
            elif kind == "cgroup" and "cpu" in options.split(","):
                yield Path(folder), 1


def _leave(group: Path) -> None:
    """Remove a cgroup; one whose last process is just ending is busy for a moment."""
    for last_try in (*[False] * 100, True):
        try:
            for pid in (group / "cgroup.procs").read_text().split():
                (group.parent / "cgroup.procs").write_text(pid)
            group.rmdir()
            return
        except OSError:
            if last_try:
                raise
            time.sleep(0.01)


def _pause(pid: int, share: float, over: threading.Event) -> None:
    """Let a process run for its share of each period only; what it ran too long is made up for."""
    while not over.is_set():
        began = time.monotonic()
        over.wait(share * PERIOD)
        os.kill(pid, signal.SIGSTOP)
        over.wait((time.monotonic() - began) * (1 / share - 1))
        os.kill(pid, signal.SIGCONT)
