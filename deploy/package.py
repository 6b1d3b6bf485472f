"""Build the zip that Lambda runs: the same inputs give the same bytes, in any folder, on any day, with any umask.

`python -m deploy.package` prints the zip's path, size and SHA-256.
"""

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
ARCHITECTURE, MACHINE = "arm64", "aarch64"  # one thing in Lambda's word and in that of the wheels
# Python that Lambda offers -> minor number of its glibc: Amazon Linux 2 has 2.26, Amazon Linux 2023 has 2.34.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
GLIBC = {"3.11": 26, "3.12": 34, "3.13": 34, "3.14": 34}
# RECORD lists files that are not here any more, the next three tell how pip came by a package. Licences stay.
DROPPED_FILES = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "py.typed"}
KEPT = {"function-*.zip": 5, ".stage-*": 2, ".tmp-*": 4}  # in build/, the last used ones

PIP_ERRORS = {  # what pip prints -> what it means here; the first that is found counts
    "DO NOT MATCH THE HASHES": "a file is not the one that service/requirements.txt was made from",
    "In --require-hashes mode": "service/requirements.txt is out of date; run `make lock`",
    "Retrying|Max retries|Connection|timed out": "the package index cannot be reached",
    "No matching distribution": "a dependency has no wheel for Lambda's platform; choose another version of it",
}


class PackageError(Exception):
    """The package cannot be built; the message says why, and what to do."""


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
    lock, sources = root / "service/requirements.txt", sorted((root / "service").rglob("*.py"))
    _check_lock(root / "service/requirements.in", lock)
    fixed = _digest([], root, Path(__file__).read_text(), _text(lock), runtime(), sys.version)
    out = root / "build" / f"function-{_digest(sources, root, fixed, zlib.ZLIB_RUNTIME_VERSION)}.zip"
    try:
        out.parent.mkdir(exist_ok=True)
        if not out.exists():
            with tempfile.TemporaryDirectory(prefix=".tmp-", dir=out.parent) as scratch:
                stage = _stage(out.parent / f".stage-{fixed}", Path(scratch), lock)
                _write(out, Path(scratch), [stage, _code(sources, root, Path(scratch, "code"))])
        os.utime(out)
        _forget(out.parent)
        data = out.read_bytes()
    except OSError as error:
        raise PackageError(f"package: {error.filename or out.parent}: {error.strerror}") from error
    return Package(out, len(data), hashlib.sha256(data).hexdigest())


def runtime() -> str:
    """Name Lambda's runtime for the running Python, so that what is tested is what ships."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if version not in GLIBC:
        raise PackageError(f"package: Lambda has no Python {version}; make .venv with one of {', '.join(GLIBC)}")
    return f"python{version}"


def _check_lock(wanted: Path, lock: Path) -> None:
    """Hold each line of requirements.in against the version that the lock gives it."""
    pins = re.findall(r"^([\w.-]+)==([^\s;]+)", _text(lock), re.MULTILINE)
    locked = {canonicalize_name(name): version for name, version in pins}
    for line in filter(None, (line.split("#")[0].strip() for line in _text(wanted).splitlines())):
        requirement = Requirement(line)
        version = locked.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            raise PackageError(f"package: {lock} is out of date for `{line}`; run `make lock`")


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise PackageError(f"package: {path}: {error.strerror}") from error


def _digest(files: Iterable[Path], base: Path, *words: str) -> str:
    digest = hashlib.sha256(repr(words).encode())
    for file in files:
        digest.update(repr((file.relative_to(base).as_posix(), file.read_bytes())).encode())
    return digest.hexdigest()[:16]


def _stage(stage: Path, scratch: Path, lock: Path) -> Path:
    """Install and compile the dependencies, once for each lock."""
    if not stage.exists():
        _install(lock, scratch / "stage")
        _compile(scratch / "stage")
        try:
            (scratch / "stage").rename(stage)
        except OSError:
            if not stage.exists():  # else another build was faster, with the same result
                raise
    os.utime(stage)
    return stage


def _install(lock: Path, target: Path) -> None:
    if importlib.util.find_spec("pip") is None:
        raise PackageError(f"package: {sys.executable} has no pip; run `{sys.executable} -m ensurepip`")
    version = runtime().removeprefix("python")
    # pip takes each platform literally: a newer one does not stand for the older ones.
    tags = [f"manylinux_2_{minor}_{MACHINE}" for minor in range(GLIBC[version], 16, -1)] + [f"manylinux2014_{MACHINE}"]
    # Only of a retry does pip say that it could not connect.
    options = ["--only-binary=:all:", "--require-hashes", "--no-compile", "--implementation=cp", "--retries=3"]
    options += [f"--python-version={version}", *(f"--platform={tag}" for tag in tags)]
    options += ["--quiet", "--no-input", "--disable-pip-version-check", f"--target={target}"]
    _run("-m", "pip", "install", *options, f"--requirement={lock}")
    for folder in [target / "bin", *target.rglob("tests"), *target.rglob("__pycache__")]:
        shutil.rmtree(folder, ignore_errors=True)
    for file in target.rglob("*"):
        if file.name in DROPPED_FILES or file.suffix == ".pyi":
            file.unlink()


def _code(sources: Iterable[Path], root: Path, target: Path) -> Path:
    """Copy and compile what ships of this project: Python files, and nothing else that lies beside them."""
    for source in sources:
        copy = target / source.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(source.read_bytes())
    _compile(target)
    return target


def _compile(tree: Path) -> None:
    """Compile to .pyc files that Python loads without a look at the source: a cold import takes half the time.

    In a process of its own and without site: the strings that a process shares already show in the bytes.
    https://docs.python.org/3/reference/import.html#cached-bytecode-invalidation
    """
    as_in_lambda = ["-s", str(tree), "-p", "/var/task"]
    _run("-S", "-m", "compileall", "-q", "--invalidation-mode=unchecked-hash", *as_in_lambda, str(tree))


def _run(*arguments: str) -> None:
    command = [sys.executable, "-I", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # noqa: S603 - this Python
    if done.returncode:
        known = (meaning for said, meaning in PIP_ERRORS.items() if re.search(said, done.stdout))
        lines = "\n  ".join(done.stdout.strip().splitlines()[-4:])
        raise PackageError(f"package: {next(known, f'{arguments[-1]} cannot be used')}:\n  {lines}")


def _write(out: Path, scratch: Path, trees: Iterable[Path]) -> None:
    """Zip the files of all trees in a fixed order, with one date and one mode."""
    members = {file.relative_to(tree).as_posix(): file for tree in trees for file in tree.rglob("*") if file.is_file()}
    with zipfile.ZipFile(scratch / "zip", "w") as archive:
        for name, file in sorted(members.items()):
            info = zipfile.ZipInfo(name)  # dated 1980, the first year that a zip knows
            info.create_system, info.external_attr = 3, 0o100644 << 16  # Unix; everyone may read, as Lambda needs it
            archive.writestr(info, file.read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=9)
    (scratch / "zip").replace(out)  # at once, so that no other build reads half of it


def _forget(folder: Path) -> None:
    """Delete what earlier builds, and those that were broken off, left behind."""
    for pattern, kept in KEPT.items():
        with contextlib.suppress(FileNotFoundError):  # another build does the same
            for old in sorted(folder.glob(pattern), key=lambda path: path.stat().st_mtime)[:-kept]:
                shutil.rmtree(old) if old.is_dir() else old.unlink()


if __name__ == "__main__":
    try:
        print("{0.path}  {0.size:,} bytes  sha256 {0.sha256}".format(build()))
    except PackageError as error:
        sys.exit(str(error))
