"""Build the zip that Lambda runs: the same inputs give the same bytes, in any folder, on any day, with any umask.

`python -m deploy.package` prints the zip's path, size and SHA-256.
"""

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from deploy import bytecode, dependencies, files, lock, sources
from deploy.errors import PackageError
from deploy.lambda_runtime import ARCHITECTURE, runtime

__all__ = ["ARCHITECTURE", "ROOT", "Package", "PackageError", "build", "runtime"]

ROOT = Path(__file__).resolve().parent.parent
# The modules that build: changing one may change the zip.
BUILDERS = ["bytecode", "dependencies", "errors", "files", "installed", "lambda_runtime", "lock", "package"]
BUILDERS += ["pip_install", "sources"]
KEPT = {"function-*.zip": 5, ".stage-*": 2, ".tmp-*": 4}  # in build/, the last used ones


@dataclass(frozen=True)
class Package:
    """A zip on disk: its size in bytes, its SHA-256 in hexadecimal."""

    path: Path
    size: int
    sha256: str


def build(root: Path = ROOT) -> Package:
    """Build `root/service` and its locked dependencies into `root/build/function-<hash of all inputs>.zip`.

    With nothing changed the zip is only read, since `pulumi up` runs the program twice. Raise PackageError.
    """
    folder = root / "build"
    try:
        code = sources.read(root / "service")
        pins, fixed = _locked(root / "service/requirements.in", root / "service/requirements.txt")
        out = folder / f"function-{_digest(fixed, code, zlib.ZLIB_RUNTIME_VERSION)}.zip"
        if not out.exists():
            folder.mkdir(exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".tmp-", dir=folder) as scratch:
                stage = _stage(folder / f".stage-{fixed}", Path(scratch), pins)
                _write(out, Path(scratch), [stage, _compiled(code, Path(scratch, "code"))])
        data = out.read_bytes()
    except OSError as error:
        raise PackageError(f"package: {error.filename or folder}: {error.strerror or error}") from error
    with contextlib.suppress(OSError):  # a zip may be readable in a folder that is not writable
        os.utime(out)
        _forget(folder)
    return Package(out, len(data), hashlib.sha256(data).hexdigest())


def _locked(wanted: Path, path: Path) -> tuple[list[lock.Pin], str]:
    """Return the lock's pins, and the hash of everything their installation depends on."""
    text = files.read_text(path)
    pins = lock.pins(text, path)
    lock.check(files.read_text(wanted), pins, wanted, path)
    builders = [files.read_text(Path(__file__).with_name(f"{name}.py")) for name in BUILDERS]
    return pins, _digest(builders, text, runtime(), sys.version)


def _digest(*inputs: object) -> str:
    return hashlib.sha256(repr(inputs).encode()).hexdigest()[:16]


def _stage(stage: Path, scratch: Path, pins: list[lock.Pin]) -> Path:
    """Install and compile the dependencies, once for each lock."""
    if not stage.exists():
        dependencies.install(pins, scratch / "stage", Path("service/requirements.txt"))
        try:
            (scratch / "stage").rename(stage)
        except OSError:
            if not stage.exists():  # else another build was faster, with the same result
                raise
    os.utime(stage)
    return stage


def _compiled(code: dict[str, bytes], target: Path) -> Path:
    """Write and compile what ships of this project."""
    for name, data in code.items():
        file = target / os.fsdecode(name.encode())
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    bytecode.compile_tree(target, "what is in service/")
    return target


def _write(out: Path, scratch: Path, trees: Iterable[Path]) -> None:
    """Zip the files of all trees in a fixed order, with one date and one mode."""
    members = {sources.portable(file, tree): file for tree in trees for file in tree.rglob("*") if file.is_file()}
    with zipfile.ZipFile(scratch / "zip", "w") as archive:
        for name, file in sorted(members.items()):
            info = zipfile.ZipInfo(name)  # dated 1980, the first year that a zip knows
            info.create_system, info.external_attr = 3, 0o100644 << 16  # Unix; everyone may read, as Lambda needs it
            archive.writestr(info, file.read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=9)
    (scratch / "zip").replace(out)  # atomic: no other build may read half of it


def _forget(folder: Path) -> None:
    """Delete what earlier builds and aborted ones left behind."""
    for pattern, kept in KEPT.items():
        with contextlib.suppress(FileNotFoundError):  # another build does the same
            for old in sorted(folder.glob(pattern), key=lambda path: path.stat().st_mtime)[:-kept]:
                shutil.rmtree(old) if old.is_dir() else old.unlink()


if __name__ == "__main__":
    try:
        print("{0.path}  {0.size:,} bytes  sha256 {0.sha256}".format(build()))
    except PackageError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
