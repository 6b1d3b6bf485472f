"""Write a page atomically, readable by its owner only."""

import os
import tempfile
from pathlib import Path

import click

from console import streams

STANDARD_OUTPUT = Path("-")


def check(_context: click.Context, _parameter: click.Parameter, path: Path | None) -> Path | None:
    """Reject a path that cannot be written, before anything is read."""
    if path is None or path == STANDARD_OUTPUT:
        return path
    folder = _real(path).parent
    if path.is_dir():
        raise click.BadParameter(f"{path} is a directory")
    if path.exists() and not path.is_file():
        raise click.BadParameter(f"{path} is no plain file; - is standard output")
    if not folder.is_dir():
        raise click.BadParameter(f"there is no folder {path.parent}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise click.BadParameter(f"the folder {path.parent} cannot be written to")
    return path


def write(path: Path, text: str) -> None:
    """Write a page; raises ClickException on failure, and keeps the previous file."""
    try:
        file, name = tempfile.mkstemp(prefix=".report-", dir=_real(path).parent)
        try:
            with os.fdopen(file, "w", encoding="utf-8") as page:
                page.write(text)
                page.flush()
                os.fsync(page.fileno())
            Path(name).replace(_real(path))
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error


def for_stdout(text: str) -> str:
    """Return a page that is right in any encoding: it says of itself that it is UTF-8."""
    return text if streams.shows_unicode() else text.encode("ascii", "xmlcharrefreplace").decode()


def _real(path: Path) -> Path:
    """Resolve a link: the page replaces its target, not the link."""
    return Path(os.path.realpath(path))
