"""The folder of one run, and the cleanup after killed runs."""

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "opsgenie-offboarding-"
LOCK = "in-use"


@contextmanager
def run_folder(say: Callable[[str], None]) -> Iterator[Path]:
    """Make a folder that lasts as long as the context, and remove those that killed runs left."""
    for left in _left_behind():
        say(f"removed {left}, left behind by a run that was killed")
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        folder = Path(name)
        new = folder / f"{LOCK}.new"
        with new.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # A rename: the lock is already held when it appears.
            new.rename(folder / LOCK)
            yield folder


def _left_behind() -> Iterator[Path]:
    """Remove this user's folders whose lock nobody holds: a lock ends with its process."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            found = folder.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
                with (folder / LOCK).open("rb+") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder)
                    yield folder
