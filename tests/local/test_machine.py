"""The local stack on this machine: nothing listens beyond it, and its end leaves nothing behind."""

import signal
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from local.folder import run_folder
from local.sessions import direct
from tests.support import local_stack, sockets
from tests.support.local_stack import DRY_RUN, LEAVER, LocalStack

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local stack"), pytest.mark.timeout(180)]


@pytest.mark.skipif(not sockets.PROC.is_dir(), reason="there is no /proc, where Linux tells who listens on what")
def test_nothing_listens_beyond_loopback(stack: LocalStack) -> None:
    assert stack.send(DRY_RUN).status_code == 200  # the function has processes of its own from now on
    processes = sockets.descendants(stack.child.pid)

    found = sockets.listeners(processes)

    assert len(processes) >= 4
    # Its mTLS port is fixed and opens later than the others: check its health answer too.
    assert direct().get(f"{stack.aws.endpoint}/_ministack/health", timeout=10).json()["iot_mtls"] == "disabled"
    assert {urlsplit(url).port for url in (stack.url, stack.opsgenie)} <= {port for _, port in found}
    assert {host for host, _ in found} <= {"127.0.0.1", "::1"}, found


@pytest.mark.parametrize(("sign", "status"), [(signal.SIGINT, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_stopped_or_killed_stack_leaves_no_port_or_folder_behind(
    stack: LocalStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sign: signal.Signals, status: int
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    second = local_stack.start()
    statuses = [each.send(LEAVER).status_code for each in (stack, second)]
    ports = [urlsplit(url).port or 0 for url in (second.url, second.opsgenie)]

    ended = local_stack.stop(second, sign)

    assert (statuses, ended) == ([200, 200], status)
    for port in ports:
        local_stack.wait_until_free(port)
    said: list[str] = []
    with run_folder(said.append):
        pass
    assert len(said) == (sign == signal.SIGKILL)
    assert list(tmp_path.iterdir()) == []
