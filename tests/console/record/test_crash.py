"""Killed runs: restore undoes them from the record, however far they got."""

import json
import queue
import signal
import subprocess
import time
from pathlib import Path

import pytest

from local.opsgenie import Call, Simulation
from tests.support.console_runner import normal, process_of, runner, without_what_is_over

pytestmark = [pytest.mark.sweep, pytest.mark.enable_socket]

HARI = "hari@example.com"
RECORD = "record.jsonl"
COMMAND = ("offboard", HARI, "--apply", "--yes", "--record", RECORD)


def kill(simulation: Simulation, address: str, method: str, path: str, skip: int) -> None:
    """Run the command in its own process, and kill it in the middle of one of its calls."""
    running: queue.Queue[subprocess.Popen[bytes]] = queue.Queue()
    simulation.before(method, path, lambda: running.get(timeout=10).kill(), skip=skip)
    with process_of(address, *COMMAND, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        running.put(process)
        assert process.wait(30) == -signal.SIGKILL
    # Calls that were sent before the kill are still processed.
    seen: list[Call] = []
    while seen != simulation.calls or any(call.status is None for call in seen):
        seen = simulation.calls
        time.sleep(0.2)


@pytest.mark.parametrize(
    ("method", "path", "skip"),
    [
        pytest.param("DELETE", "/v2/users/", 0, id="while it asks"),
        pytest.param("PATCH", "/rotations/", 0, id="at a rotation"),
        pytest.param("DELETE", "/members/", 0, id="at a team"),
        pytest.param("DELETE", "/v2/users/", 1, id="at the account"),
    ],
)
def test_restore_undoes_a_killed_run_from_its_record(
    simulation: Simulation, address: str, method: str, path: str, skip: int
) -> None:
    before = without_what_is_over(simulation)
    kill(simulation, address, method, path, skip)
    (line,) = Path(RECORD).read_text().splitlines()
    assert (json.loads(line)["outcome"], len(json.loads(line)["unconfirmed"])) == ("under way", 11)

    result = runner(simulation, url=address)("restore", RECORD, "--apply", "--yes")

    assert result.exit_code == 0, result.output
    assert normal(simulation.snapshot()) == before


@pytest.mark.parametrize(("words", "outcome"), [((), "1 done"), (("--replace-with", HARI), "1 refused")])
def test_restore_undoes_a_killed_run_followed_by_another_run(
    simulation: Simulation, address: str, words: tuple[str, ...], outcome: str
) -> None:
    before = without_what_is_over(simulation)
    kill(simulation, address, "PATCH", "/rotations/", 3)
    assert f"Sum: {outcome}" in runner(simulation, url=address)(*COMMAND, *words).stdout

    result = runner(simulation, url=address)("restore", RECORD, "--apply", "--yes")

    assert result.exit_code == 0, result.output
    assert normal(simulation.snapshot()) == before
