"""`python -m local run`: both servers answer, the printed lines work, and nothing is left behind."""

import json
import os
import shlex
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from local.processes import free_port
from local.sessions import direct
from tests.support.hostile_environment import HOSTILE
from tests.support.local_stack import LOCAL, ROOT, wait_until_free

PATIENCE = 30.0

pytestmark = pytest.mark.enable_socket


@contextmanager
def local_run(port: int, simulation_port: int, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Start it, and end it within PATIENCE seconds, so that no read blocks for ever."""
    ports = ["--port", str(port), "--simulation-port", str(simulation_port)]
    with subprocess.Popen(
        [*LOCAL, "run", *ports, *options],
        cwd=ROOT,
        env={**os.environ, **HOSTILE},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        timer = threading.Timer(PATIENCE, process.terminate)
        timer.start()
        try:
            yield process
        finally:
            timer.cancel()
            process.terminate()


def printed(process: subprocess.Popen[str]) -> dict[str, list[str]]:
    """Read the output until both run; return the curl lines by their titles."""
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if line.startswith("Ctrl-C stops both."):
            break
    comments = [number for number, line in enumerate(lines) if line.startswith("# ")]
    return {lines[number].removeprefix("# "): shlex.split(lines[number + 1]) for number in comments}


def post(curl: list[str]) -> tuple[int, str]:
    """Send what a printed curl line sends."""
    program, header, key, method, url, data, body = curl
    assert (program, header, key, method, data) == ("curl", "-H", "x-api-key:xxx", "-XPOST", "-d")
    with direct() as session:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = session.post(url, data=body, headers=headers, timeout=10)
    return answer.status_code, answer.json()["message"]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_printed_curl_lines_work_and_a_signal_stops_both_servers(stop: signal.Signals) -> None:
    port, simulation_port = free_port(), free_port()
    with local_run(port, simulation_port) as process:
        curls = printed(process)
        answers = {what: post(curl) for what, curl in curls.items()}
        with direct() as session:
            calls = session.get(f"http://127.0.0.1:{simulation_port}/_simulation/calls", timeout=10).json()
        process.send_signal(stop)
        # The end of the output means that no child holds it open.
        rest, _ = process.communicate(timeout=10)

    assert {what: status for what, (status, _) in answers.items()} == {
        "a dry run": 200,
        "a delete": 200,
        "a replacement": 200,
        "a refusal": 409,
    }
    assert answers["a delete"][1] == answers["a dry run"][1].replace("would be", "was")
    assert json.loads(curls["a delete"][-1]) == {"username": "hari@example.com"}
    assert {call["status"] for call in calls if call["method"] == "PATCH"} == {200}
    assert rest.endswith("stopped\n")
    assert "Traceback" not in rest
    assert process.returncode == 0
    for number in (port, simulation_port):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", number)) != 0


def test_printed_curl_lines_work_on_a_site() -> None:
    port, simulation_port = free_port(), free_port()
    with local_run(port, simulation_port, "--product", "jsm") as process:
        curls = printed(process)
        answers = {what: post(curl) for what, curl in curls.items()}
        with direct() as session:
            site = session.get(f"http://127.0.0.1:{simulation_port}/_simulation/account", timeout=10).json()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=10)

    assert {what: status for what, (status, _) in answers.items()} == {
        "a dry run": 200,
        "a delete": 200,
        "a replacement": 200,
        "a refusal": 409,
    }
    leavers = ("hari@example.com", "meera@example.com")
    assert {person["membershipStatus"] for person in site["people"] if person["email"] in leavers} == {"suspended"}
    assert rest.endswith("stopped\n")


def test_killing_make_stops_both_servers() -> None:
    ports = [free_port(), free_port()]
    command = shlex.join([*LOCAL, "run", "--port", str(ports[0]), "--simulation-port", str(ports[1])])
    with subprocess.Popen(
        ["/bin/sh", "-c", f"{command}; true"],  # the second command keeps the shell, which stands in for make
        cwd=ROOT,
        env={**os.environ, "MAKELEVEL": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as make:
        printed(make)
        make.kill()
        rest, _ = make.communicate(timeout=PATIENCE)

    assert rest.endswith("stopped\n")
    for port in ports:
        wait_until_free(port)


@pytest.mark.parametrize(("place", "who"), [(0, "the service"), (1, "the simulated Opsgenie")])
def test_port_in_use_exits_1_with_a_message(place: int, who: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = [free_port(), free_port()]
        ports[place] = taken.getsockname()[1]
        with local_run(ports[0], ports[1]) as process:
            output, _ = process.communicate(timeout=PATIENCE)

    assert output == (
        f"local: port {ports[place]}, where {who} should listen, cannot be used (Address already in use): "
        "end what uses it, or choose other ports: "
        "`.venv/bin/python -m local run --product opsgenie --port 5002 --simulation-port 5003`\n"
    )
    assert process.returncode == 1


@pytest.mark.parametrize("port", ["0", "70000", "-1", "http"])
def test_invalid_port_exits_2_with_a_message(port: str) -> None:
    done = subprocess.run(
        [*LOCAL, "run", f"--simulation-port={port}"],
        cwd=ROOT,
        env={**os.environ, **HOSTILE},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert done.stderr.endswith(f"argument --simulation-port: a port is a number from 1 to 65535, not '{port}'\n")
    assert "Traceback" not in done.stderr
    assert done.returncode == 2
