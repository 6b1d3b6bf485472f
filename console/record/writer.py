"""Records: what a run changed, in JSON lines, so that it can be put back on another day.

Who is changed has two or more: what is planned, written before the first change and again where the plan changes, and
what was done. A run that is killed leaves the last plan.
"""

import json
import os
import stat
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from console.context import SetupError
from service.model import Change, Person, Request
from service.serialization import as_json, as_time, change_json

VERSION = 1

UNDER_WAY = "under way"
"""The outcome in a line that is written before a change."""


@dataclass(frozen=True)
class PersonLine:
    """What is to become of one person, or did; `follows_plan` where it replaces a line before with an earlier plan."""

    request: Request
    outcome: str
    message: str
    person: Person | None = None
    replacement: Person | None = None
    changes: tuple[Change, ...] = ()
    unconfirmed: tuple[Change, ...] = ()
    follows_plan: bool = False


class RecordError(Exception):
    """A line of a record cannot be written; `line` has it, empty where it is a plan, which no change was made from."""

    def __init__(self, message: str, line: str) -> None:
        super().__init__(message)
        self.line = line


class Record:
    """A file that only its owner may read, written to the disk line by line."""

    def __init__(self, path: Path) -> None:
        """Open the file before anything is changed; raises SetupError where it cannot be used."""
        self.path = path
        try:
            if path.parent != Path():
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
            self._file = os.open(path, flags, 0o600)
        except OSError as error:
            raise SetupError(f"the record {path} cannot be written: {error.strerror}") from error
        status = os.fstat(self._file)
        if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o077:
            os.close(self._file)
            what = "others may read it: chmod 600 it first" if stat.S_ISREG(status.st_mode) else "it is no plain file"
            raise SetupError(f"the record {path} cannot be used: {what}")
        # A line that a crash cut off must not run into the next one.
        self._begin = b"" if status.st_size == 0 or os.pread(self._file, 1, status.st_size - 1) == b"\n" else b"\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def write(self, line: PersonLine, now: datetime) -> None:
        """Add a line, and return when it is on the disk; raises RecordError where it cannot be."""
        text = json.dumps(_as_json(line, now), ensure_ascii=True)
        data = self._begin + text.encode() + b"\n"
        try:
            while data:
                data = data[os.write(self._file, data) :]
            os.fsync(self._file)
        except OSError as error:
            self._begin = b"\n"  # whatever there is of this line, the next one must not run into it
            lost = "" if line.outcome == UNDER_WAY else text
            raise RecordError(f"the record {self.path} cannot be written: {error.strerror}", lost) from error
        self._begin = b""


def default_path(now: datetime) -> Path:
    """Return a name under ./records/ that no file has yet."""
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    names: Iterable[str] = (f"{stamp}{suffix}.jsonl" for suffix in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(path for name in names if not (path := Path("records") / name).exists())


def _as_json(line: PersonLine, now: datetime) -> dict[str, Any]:
    unconfirmed = {"unconfirmed": [change_json(change) for change in line.unconfirmed]} if line.unconfirmed else {}
    return {
        "version": VERSION,
        "time": as_time(now),
        "request": {name: value for name, value in asdict(line.request).items() if name != "dry_run"},
        "follows_plan": line.follows_plan,
        "outcome": line.outcome,
        "message": line.message,
        "person": as_json(line.person),
        "replacement": as_json(line.replacement),
        "changes": [change_json(change) for change in line.changes],
        **unconfirmed,
    }
