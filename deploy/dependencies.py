"""Install the service's dependencies for Lambda into a folder, without the files it does not need."""

import shutil
from pathlib import Path

from deploy import bytecode, installed, lambda_runtime, pip_install
from deploy.errors import PackageError
from deploy.lock import Pin

# RECORD lists files that are deleted here; the next three say how pip got a package. Licences stay.
DROPPED_FILES = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "py.typed"}


def install(pins: list[Pin], target: Path, lock: Path) -> None:
    """Install, check and compile the packages of a lock in a new folder; raise PackageError."""
    chosen = target.with_name("requirements.txt")  # for Lambda: pip would evaluate markers for this machine
    chosen.write_text("".join(f"{pin}\n" for pin in pins), encoding="utf-8")
    options = [*lambda_runtime.pip_options(), f"--target={target}"]
    try:
        pip_install.install(chosen, *options, name=str(lock), target="Lambda's platform")
    except pip_install.InstallError as error:
        raise PackageError(f"package: {error}") from error
    installed.check(target, pins, lock)
    _tidy(target)
    bytecode.compile_tree(target, f"what {lock} names")


def _tidy(target: Path) -> None:
    for folder in [target / "bin", *target.rglob("tests"), *target.rglob("__pycache__")]:
        shutil.rmtree(folder, ignore_errors=True)
    for file in target.rglob("*"):
        if file.name in DROPPED_FILES or file.suffix == ".pyi":
            file.unlink()
