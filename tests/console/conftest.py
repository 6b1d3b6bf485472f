"""Fixtures for the operator's commands."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from local.opsgenie import Simulation, create_app
from tests.support.console_env import ENVS, ConsoleEnv
from tests.support.console_runner import Run, runner, terminal
from tests.support.virtual_time import virtual_time


@pytest.fixture(autouse=True)
def _in_a_terminal_and_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    with terminal():
        yield


@pytest.fixture
def run(simulation: Simulation) -> Run:
    """Run a command line against the simulated Opsgenie."""
    return runner(simulation)


@pytest.fixture(params=ENVS)
def console_env(request: pytest.FixtureRequest) -> Iterator[ConsoleEnv]:
    """The commands in front of each simulated product, in virtual time."""
    with virtual_time(threads=False):
        yield ENVS[request.param]()


@pytest.fixture
def address(simulation: Simulation) -> Iterator[str]:
    """Serve the test's own simulated Opsgenie on loopback."""
    server = make_server("127.0.0.1", 0, create_app(simulation), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
