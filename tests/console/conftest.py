"""What the tests of the operator's commands share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.opsgenie import Simulation
from tests.console.runner import Run, runner, terminal


@pytest.fixture(autouse=True)
def _in_a_terminal_and_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    with terminal():
        yield


@pytest.fixture
def run(simulation: Simulation) -> Run:
    """Run a command line in front of the simulated Opsgenie."""
    return runner(simulation)
