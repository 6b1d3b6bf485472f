"""Fixtures of the package's tests: a made-up project, and a folder of wheels instead of the package index."""

import os
from pathlib import Path

import pytest

from tests.support.made_up_project import write_project, write_wheel


@pytest.fixture
def wheels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of wheels used as the package index."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_CONFIG_FILE": os.devnull}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return folder


@pytest.fixture
def project(tmp_path: Path, wheels: Path) -> Path:
    """A project that can be packed."""
    return write_project(tmp_path / "project", write_wheel(wheels))
