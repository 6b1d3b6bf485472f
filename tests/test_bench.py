"""`make bench`: its errors, its floor, the share of a processor, and its size limit."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

from bench import jsm, share, story
from bench.measured import Measured, measure
from bench.simulation import served
from bench.sites import SAMPLE_SCHEDULES, SAMPLE_TEAMS, SITES, SiteSize
from local.environ import for_children
from tests.support.site_env import SiteEnv
from tests.support.virtual_time import Clock, virtual_time

HARI = "hari@example.com"
BUSY = """
import time
input()
began = time.monotonic()
while time.monotonic() < began + 0.6:
    pass
print(time.process_time() / 0.6)
"""


@pytest.mark.filterwarnings("error")
def test_child_that_dies_is_reported_in_one_sentence() -> None:
    with pytest.raises(SystemExit, match=r"^bench: the simulation ended before it listened"), served("no such size"):
        pass


def test_code_behind_one_post_stays_short() -> None:
    sizes = [len((story.SERVICE / f"{name}.py").read_text().splitlines()) for name in story.STORY]

    assert (len(sizes), sum(sizes) <= story.MOST_LINES) == (7, True), sum(sizes)


@pytest.mark.parametrize(
    "size", [SiteSize(10, 30), SiteSize(10, 51), SiteSize(12, 101, mine=3)], ids=["one page", "two pages", "busy"]
)
def test_floor_counts_the_calls_that_wait_for_one_another(size: SiteSize) -> None:
    site = SiteSize(size.teams, size.schedules, size.mine, users=5)
    with virtual_time(threads=False):
        env = SiteEnv(site.data(), end="suspend")
        env.line.latency = 0.1
        answer = env.post(username=HARI)

    assert (answer.status, round(answer.seconds, 3)) == (200, round(site.rounds / 10, 3))
    assert len({call.path for call in env.simulation.calls if call.path.endswith("/escalations")}) == site.teams
    assert len({call.path for call in env.simulation.calls if call.path.endswith("/overrides")}) == site.schedules


def test_floor_of_many_details_is_the_time_that_they_take() -> None:
    floors = {size: site.floor for size, site in SITES.items()}

    assert floors == {"30/30": 12 + 90 / 32, "300/500": 30 + 1100 / 32, "300/500, busy": 31 + 1100 / 32}
    assert SiteSize(SAMPLE_TEAMS, SAMPLE_SCHEDULES).floor == 13


def test_process_gets_its_share_of_a_processor_only() -> None:
    command, pipe = [sys.executable, "-c", BUSY], subprocess.PIPE
    with (
        subprocess.Popen(command, env=for_children(), stdin=pipe, stdout=pipe, text=True) as child,
        share.held(child.pid, 0.25),
    ):
        assert child.stdin
        assert child.stdout
        print("go", file=child.stdin, flush=True)
        used = float(child.stdout.readline())

    assert used < 0.25 + share.PERIOD / 0.6 + 0.05


@pytest.mark.parametrize("late", [0.0, 0.05])
def test_stopped_process_runs_for_its_share_however_late_it_is_stopped(
    late: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    signs, clock = list[tuple[int, float]](), Clock()

    class Over(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            clock.sleep((timeout or 0) + late)
            if len(signs) == 9:
                self.set()
            return self.is_set()

    monkeypatch.setattr(os, "kill", lambda _, sign: signs.append((sign, clock.now)))
    monkeypatch.setattr(share, "time", clock)
    began = clock.now

    share._pause(7, 0.29, Over())

    assert [sign for sign, _ in signs] == [signal.SIGSTOP, signal.SIGCONT] * 5
    moments = [moment for _, moment in signs]
    ran = sum(stop - run for run, stop in zip([began, *moments[1::2]], moments[::2], strict=False))
    whole = moments[-1] - began
    assert ran / whole <= 0.29 + 1e-6
    assert late or ran / whole == pytest.approx(0.29)


def test_share_of_a_machine_without_cgroups_may_not_be_held(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(share, "MOUNTS", tmp_path / "none")

    with share.held(os.getpid(), 1.0) as how:
        assert how == "not held"


@pytest.mark.parametrize(
    ("mount", "files"),
    [
        ("cgroup2 {} cgroup2 rw", {"cpu.max": "29000 100000"}),
        ("cgroup {} cgroup rw,cpu,cpuacct", {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "29000"}),
    ],
)
def test_quota_is_written_before_the_process_joins(
    mount: str, files: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mounts, written = tmp_path / "mounts", list[tuple[str, str]]()
    mounts.write_text(f"tmpfs /tmp tmpfs rw 0 0\n{mount.format(tmp_path)} 0 0\n")
    monkeypatch.setattr(share, "MOUNTS", mounts)
    monkeypatch.setattr(Path, "rmdir", shutil.rmtree)
    write = Path.write_text

    def note(path: Path, text: str) -> int:
        written.append((path.name, text))
        return write(path, text)

    monkeypatch.setattr(Path, "write_text", note)

    with share.held(7, 0.29) as how:
        assert (how, (tmp_path / "bench-7").is_dir()) == ("held by a cgroup's quota", True)

    assert written == [*files.items(), ("cgroup.procs", "7"), ("cgroup.procs", "7")]
    assert not (tmp_path / "bench-7").exists()


def test_cgroup_that_takes_no_quota_is_removed_and_the_process_is_stopped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"cgroup2 {tmp_path} cgroup2 rw 0 0\n")
    monkeypatch.setattr(share, "MOUNTS", mounts)

    def refused(*_: object) -> int:
        raise PermissionError

    monkeypatch.setattr(Path, "write_text", refused)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        with share.held(child.pid, 0.5) as how:
            assert how == "held by stopping the process in each tenth of a second"
            assert list(tmp_path.iterdir()) == [mounts]
        child.communicate(b"\n")


def test_measured_request_is_one_of_the_handler_with_these_variables() -> None:
    measured = measure(HARI, {"PRODUCT": "jsm", "JSM_SITE": "example.atlassian.net", "JSM_EMAIL": HARI}, 1.0)

    message = (
        "the function is not set up: JSM_API_TOKEN is not set: it takes an API token of a person who administers Jira "
        "Service Management"
    )
    assert (measured.status, json.loads(measured.body)["message"]) == (500, message)
    assert 0 < measured.processor < 1
    assert measured.how in ("held by a cgroup's quota", "not held")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exit 0", "bench: the measured process ended before its request; its words are above"),
        ("echo ready; read -r line; exit 3", "bench: the measured process failed; its words are above"),
    ],
)
def test_measured_process_that_fails_is_reported_in_one_sentence(
    script: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))

    with pytest.raises(SystemExit) as ended:
        measure(HARI, {}, 1.0)

    assert str(ended.value) == message


def test_row_tells_the_best_and_the_worst_against_the_floor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [Measured(seconds, 0.25, 200, "", "not held") for seconds in (1.5, 1.75, 2.0)]
    monkeypatch.setattr(jsm, "ROWS", [("30/30", 1.0), ("30/30", 0.29)])
    monkeypatch.setattr(jsm, "request", lambda *_: (122, 133, found))

    jsm.main()

    assert capsys.readouterr().out.splitlines()[-6:] == [
        "site           share  reads  calls  seconds     to  floor  ratio  used",
        "30/30           1.00    122    133     1.50   2.00   1.48   1.01  0.25",
        "30/30           0.29    122    133     1.50   2.00   1.48   1.01  0.25",
        "",
        "1.00 of a processor: not held",
        "0.29 of a processor: not held",
    ]


@pytest.mark.enable_socket
def test_request_that_is_not_done_ends_the_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(username: str, variables: dict[str, str], share: float) -> Measured:
        requests.get(f"{variables['JSM_API_URL']}/_edge/tenant_info", timeout=10)
        return Measured(0.1, 0.1, 409, f"{username} {share}", "")

    monkeypatch.setattr(jsm, "measure", refused)

    with pytest.raises(SystemExit, match=r"^bench: 30/30: hari@example.com 0.29$"):
        jsm.request("30/30", 0.29)
