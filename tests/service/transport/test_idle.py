"""Connections that idled: a NAT forgets them in silence, so none is used again after 50 seconds."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
import trustme

from bench.keep_alive import KeepAliveServer
from service.transport.call import Transport
from tests.support.raw_server import HOST, calls, resolve
from tests.support.relay import Relay, relay

pytestmark = [pytest.mark.enable_socket, pytest.mark.usefixtures("bare_environment")]

PATHS = ["direct", "through a proxy"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The two clocks of a machine, both to be moved by hand."""
    clock = SimpleNamespace(running=1000.0, wall=1_800_000_000.0)
    both = SimpleNamespace(monotonic=lambda: clock.running, time=lambda: clock.wall)
    monkeypatch.setattr("service.transport.stopwatch.time", both)
    return clock


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """The server's own CA."""
    return trustme.CA()


@contextmanager
def served(authority: trustme.CA) -> Iterator[int]:
    """Serve over TLS on connections that are kept; yield the port."""

    def app(_: object, start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", [("Content-Length", "2")])
        return [b"{}"]

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    with KeepAliveServer(app) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(params=PATHS)
def line(
    request: pytest.FixtureRequest, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[tuple[Transport, Relay]]:
    """Calls that have six seconds, and the relay that they go through."""
    is_proxy = request.param == "through a proxy"
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    resolve(monkeypatch, "127.0.0.1")
    with ExitStack() as stack:
        found = stack.enter_context(relay(stack.enter_context(served(authority)), is_proxy=is_proxy))
        if is_proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{found.port}")
        yield calls(found.port, seconds=6.0), found


@pytest.mark.parametrize("stopped", ["none", "running", "wall"])
def test_connection_idle_for_over_50_seconds_is_not_used_again(
    line: tuple[Transport, Relay], clock: SimpleNamespace, stopped: str
) -> None:
    """The monotonic clock stands still in a suspended machine; the wall clock may be set back."""
    transport, found = line
    transport.request("GET", "v2", "teams")
    found.forget()
    clock.running += 0.0 if stopped == "running" else 50.5
    clock.wall += -3600.0 if stopped == "wall" else 50.5

    assert transport.request("GET", "v2", "teams", retry=False) == {}
    assert found.connections == 2


def test_connection_used_49_seconds_ago_is_used_again(line: tuple[Transport, Relay], clock: SimpleNamespace) -> None:
    """A TLS handshake costs more than most calls."""
    transport, found = line
    for _ in range(4):
        assert transport.request("GET", "v2", "teams") == {}
        clock.running += 49.0
        clock.wall += 49.0

    assert found.connections == 1
