"""Compile what ships, so that a cold import takes half the time."""

import subprocess
import sys
from pathlib import Path

from deploy.errors import PackageError


def compile_tree(tree: Path, name: str) -> None:
    """Compile to .pyc files that Python loads without checking the source; errors call the tree `name`.

    Runs isolated and without site in its own process, so that neither the environment nor strings shared in a process
    change the bytes. https://docs.python.org/3/reference/import.html#cached-bytecode-invalidation
    """
    as_in_lambda = ["-s", str(tree), "-p", "/var/task"]
    options = ["-q", "--invalidation-mode=unchecked-hash", *as_in_lambda, str(tree)]
    done = subprocess.run(  # noqa: S603 - this Python, without a shell
        [sys.executable, "-I", "-S", "-m", "compileall", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="backslashreplace",
        check=False,
    )
    if done.returncode:
        lines = "\n  ".join(done.stdout.replace(f"{tree}/", "").strip().splitlines()[-4:])
        raise PackageError(f"package: {name} cannot be compiled:\n  {lines}")
