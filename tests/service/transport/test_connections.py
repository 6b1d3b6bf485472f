"""Connections: made within the time-out whatever a name resolves to, and reused."""

import socket
import threading
import time
from collections.abc import Callable

import pytest

from bench.keep_alive import KeepAliveServer
from local.opsgenie import Simulation, create_app
from service import app
from service.errors import OutOfTimeError, ServiceError, UnreachableError
from service.settings import Settings
from service.vendors import open_session
from tests.support.raw_server import calls, http, raw_server, resolve

OK = http(b'{"result": "done"}')

pytestmark = [pytest.mark.enable_socket, pytest.mark.usefixtures("bare_environment")]


def test_connections_are_reused() -> None:
    """A TLS handshake costs more than most calls."""
    simulation = Simulation()
    with KeepAliveServer(create_app(simulation)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings = Settings("local-key", server.url)
        with open_session(settings) as session:
            client = app.create_app(settings, session).test_client()
            for name in ("nora@example.com", "bela@example.com", "nobody@example.com", "rosa.delgado@example.com"):
                client.post("/", json={"username": name})
        server.shutdown()
        thread.join()

    assert len(simulation.calls) > 20
    assert server.connections <= 12  # the calls of the widest step


def failure(call: Callable[[], object]) -> tuple[type[ServiceError], bool, float]:
    """Make one failing call; return its error, `outcome_unknown` and the seconds it took."""
    began = time.monotonic()
    with pytest.raises(ServiceError) as failed:
        call()
    return type(failed.value), failed.value.outcome_unknown, time.monotonic() - began


def test_all_addresses_share_one_connect_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as full:
        # Two pending connections fill its backlog; the next one gets no answer at all.
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        resolve(monkeypatch, *["127.0.0.1"] * 5)
        transport = calls(full.getsockname()[1], seconds=1.0, scheme="http")

        kind, outcome_unknown, took = failure(lambda: transport.request("GET", "v2", "teams"))
        for one in waiting:
            one.close()

    assert (kind, outcome_unknown) == (OutOfTimeError, False)
    assert took < 1.5


def test_next_address_is_tried_when_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, "127.0.0.2", "127.0.0.1")
    with raw_server(OK) as server:
        assert calls(server.port, scheme="http").request("GET", "v2", "teams") == {"result": "done"}


@pytest.mark.parametrize("addresses", [(), ("127.0.0.2", "127.0.0.3")], ids=["no address", "each refuses"])
def test_unreachable_host_is_unavailable_with_nothing_sent(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]
) -> None:
    resolve(monkeypatch, *addresses)
    with raw_server(OK) as server:
        kind, outcome_unknown, _ = failure(
            lambda: calls(server.port, scheme="http").request("DELETE", "v2", "users", "u", retry=False)
        )

    assert (kind, outcome_unknown, server.heard) == (UnreachableError, False, [])


def test_unresolvable_host_leaves_no_unknown_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)

    kind, outcome_unknown, _ = failure(lambda: calls(443).request("DELETE", "v2", "users", "u", retry=False))

    assert (kind, outcome_unknown) == (UnreachableError, False)


def test_slow_name_resolution_runs_out_of_time_before_sending(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, "127.0.0.1", seconds=0.6)
    with raw_server(OK) as server:
        kind, outcome_unknown, _ = failure(
            lambda: calls(server.port, seconds=0.5, scheme="http").request("DELETE", "v2", "users", "u")
        )

    assert (kind, outcome_unknown, server.heard) == (OutOfTimeError, False, [])
