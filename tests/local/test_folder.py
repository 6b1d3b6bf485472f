"""A run's folder: removed by the next run if its own was killed, and not before."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.folder import LOCK, PREFIX, run_folder
from tests.support.local_stack import ROOT

HOLDER = """
import sys
from local.folder import run_folder

with run_folder(print) as folder:
    (folder / "s3").mkdir()
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of temporary folders, here and in child processes."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@contextmanager
def holder() -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Start a program that has a folder."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        yield process, Path(process.stdout.readline().strip())


def next_run() -> list[str]:
    """Return what the next run says."""
    said: list[str] = []
    with run_folder(said.append):
        pass
    return said


def test_finished_run_leaves_no_folder(temporary: Path) -> None:
    assert next_run() == []
    assert list(temporary.iterdir()) == []


def test_next_run_removes_the_folder_of_a_killed_run() -> None:
    with holder() as (process, folder):
        process.kill()
        process.wait()
        assert folder.is_dir()

        said = next_run()

    assert said == [f"removed {folder}, left behind by a run that was killed"]
    assert not folder.exists()


def test_folder_of_a_live_run_is_kept() -> None:
    with holder() as (_, folder):
        assert next_run() == []
        assert folder.is_dir()


def made(folder: Path) -> Path:
    folder.mkdir()
    (folder / LOCK).touch()
    return folder


def test_folders_that_may_be_somebody_elses_are_left_alone(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = made(temporary / "elsewhere")
    (temporary / f"{PREFIX}link").symlink_to(elsewhere)
    (temporary / f"{PREFIX}file").touch()
    (temporary / f"{PREFIX}without-a-lock").mkdir()
    before = sorted(temporary.rglob("*"))

    assert next_run() == []

    theirs = made(temporary / f"{PREFIX}theirs")
    user = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: user + 1)
    assert next_run() == []
    assert sorted(temporary.rglob("*")) == sorted([*before, theirs, theirs / LOCK])
