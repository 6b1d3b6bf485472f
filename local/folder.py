"""The folder of one run, and what is left of those that were killed."""

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
    """Make a folder that lasts as long as the context, and remove those whose program was killed."""
    for left in _left_behind():
        say(f"removed {left}, left behind by a run that was killed")
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        folder = Path(name)
        new = folder / f"{LOCK}.new"
        with new.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Under its name a lock is held from the first moment on.
            new.rename(folder / LOCK)
            yield folder


def _left_behind() -> Iterator[Path]:
    """Remove the folders of this user's whose lock nobody holds: a lock ends with its process."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            found = folder.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
                with (folder / LOCK).open("rb+") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder)
                    yield folder
