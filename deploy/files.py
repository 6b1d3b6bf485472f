"""Read files that others may have put there, with a clear error for anything else."""

import stat
from pathlib import Path

from deploy.errors import PackageError


def read(path: Path) -> bytes:
    """Read a file, following links; raise PackageError for anything but a file, and OSError."""
    if path.is_symlink() and not path.exists():
        raise PackageError(f"package: {path} is a link to nothing; delete it or let it lead to a file")
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):  # reading a pipe could block for ever
        kind = "a folder" if stat.S_ISDIR(mode) else "a pipe, a socket or a device"
        raise PackageError(f"package: {path} is {kind}, and should be a file; rename it or move it elsewhere")
    return path.read_bytes()


def read_text(path: Path) -> str:
    """Read a UTF-8 file, with any line endings and in any locale."""
    try:
        return read(path).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise PackageError(f"package: {path} is not in UTF-8 (byte {error.start}); save it as UTF-8") from error
