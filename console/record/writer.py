"""Records: what a run changed, in JSON lines, so that it can be restored on another day.

Each person changed has two lines or more: the plan, written before the first change and again when it changes, and
the result. A killed run leaves the last plan.
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
from console.record.place import Place
from service.model import Change, Person, Request
from service.serialization import as_json, as_time, change_json

VERSION = 1

UNDER_WAY = "under way"
"""The outcome in a line that is written before a change."""


@dataclass(frozen=True)
class PersonLine:
    """One person's plan or result; `follows_plan` if it replaces an earlier line with a plan."""

    request: Request
    outcome: str
    message: str
    person: Person | None = None
    replacement: Person | None = None
    changes: tuple[Change, ...] = ()
    unconfirmed: tuple[Change, ...] = ()
    follows_plan: bool = False


class RecordError(Exception):
    """A record's line cannot be written; `line` has it, or is empty for a plan: no change was made then."""

    def __init__(self, message: str, line: str) -> None:
        super().__init__(message)
        self.line = line


class Record:
    """A file that only its owner may read, synced to disk line by line."""

    def __init__(self, path: Path, place: Place) -> None:
        """Open the file before anything is changed; raises SetupError where it cannot be used."""
        self.path = path
        self._place = place
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

    def content(self) -> bytes:
        """Return what is in the file."""
        return os.pread(self._file, os.fstat(self._file).st_size, 0)

    def write(self, line: PersonLine, now: datetime) -> None:
        """Append a line and sync it to disk; raises RecordError on failure."""
        text = json.dumps(_as_json(line, self._place, now), ensure_ascii=True)
        data = self._begin + text.encode() + b"\n"
        try:
            while data:
                data = data[os.write(self._file, data) :]
            os.fsync(self._file)
        except OSError as error:
            self._begin = b"\n"  # the next line must not run into what there is of this one
            lost = "" if line.outcome == UNDER_WAY else text
            raise RecordError(f"the record {self.path} cannot be written: {error.strerror}", lost) from error
        self._begin = b""


def default_path(now: datetime) -> Path:
    """Return an unused path under ./records/."""
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    names: Iterable[str] = (f"{stamp}{suffix}.jsonl" for suffix in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(path for name in names if not (path := Path("records") / name).exists())


def _as_json(line: PersonLine, place: Place, now: datetime) -> dict[str, Any]:
    unconfirmed = {"unconfirmed": [change_json(change) for change in line.unconfirmed]} if line.unconfirmed else {}
    return {
        "version": VERSION,
        "time": as_time(now),
        "product": place.product,
        "site": place.site,
        "request": {name: value for name, value in asdict(line.request).items() if name != "dry_run"},
        "follows_plan": line.follows_plan,
        "outcome": line.outcome,
        "message": line.message,
        "person": as_json(line.person),
        "replacement": as_json(line.replacement),
        "changes": [change_json(change) for change in line.changes],
        **unconfirmed,
    }
