"""Connections are kept: a TLS handshake costs more than most calls."""

import threading

import pytest

from bench.keep_alive import KeepAliveServer
from local.opsgenie import Simulation, create_app
from service import app
from service.settings import Settings
from service.transport import open_session


@pytest.mark.enable_socket
def test_connections_are_used_again() -> None:
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
    assert server.connections <= 12  # the widest step has that many calls
