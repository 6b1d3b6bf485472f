"""The Python files of this project that ship."""

import os
from pathlib import Path

from deploy import files
from deploy.errors import PackageError


def read(folder: Path) -> dict[str, bytes]:
    """Read each Python file in and below a folder, by its name in the zip, which begins with the folder's.

    Links to files and folders are followed, as `import` does. Names that begin with a dot (editors' locks, a Mac's `._`
    files) cannot be imported, so they are left out. Raise PackageError for a .py name that is not a file.
    """
    found = _read(folder, ())
    if not found:
        raise PackageError(f"package: {folder} has no Python file")
    return dict(sorted((portable(path, folder.parent), data) for path, data in found.items()))


def _read(folder: Path, above: tuple[Path, ...]) -> dict[Path, bytes]:
    real = folder.resolve()
    if real in above:
        raise PackageError(f"package: {folder} is a link to a folder that it is in; delete it")
    found: dict[Path, bytes] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name == "__pycache__":
            continue
        if path.suffix == ".py":
            found[path] = files.read(path)
        elif path.is_dir():
            found |= _read(path, (*above, real))
    return found


def portable(path: Path, base: Path) -> str:
    """Return a path relative to a folder, as in the zip: the same in every locale; raise PackageError."""
    try:
        return os.fsencode(path.relative_to(base).as_posix()).decode()
    except UnicodeDecodeError as error:
        raise PackageError(f"package: the name of {str(path)!a} is not in UTF-8; rename it") from error
