"""A server on loopback that answers every connection with the same bytes and records the requests."""

import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from service.deadline import Deadline
from service.opsgenie.calls import api
from service.settings import Settings
from service.transport.call import Transport
from service.vendors import open_session
from tests.support.wire_samples import KEY

HOST = "opsgenie.test"


@dataclass(frozen=True)
class RawServer:
    """Where it listens, and the head of each request."""

    port: int
    heard: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address to call."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def raw_server(*pieces: bytes, pause: float = 0.0, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """Listen while the context lasts; pause before each piece of an answer, then close the connection."""
    over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                connection = tls.wrap_socket(self.request, server_side=True) if tls else self.request
                # A request without a body comes in one piece.
                server.heard.append(connection.recv(65536).decode("latin-1"))
                for piece in pieces:
                    over.wait(pause)
                    connection.sendall(piece)
                if tls:
                    connection.close()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as listener:
        server = RawServer(listener.server_address[1])
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            over.set()
            listener.shutdown()
            thread.join()


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Make an answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def resolve(monkeypatch: pytest.MonkeyPatch, *addresses: str, seconds: float = 0.0) -> None:
    """Resolve the host's name to these addresses, taking this many seconds."""
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *args: Any, **options: Any) -> Any:
        if host != HOST:
            return real(host, port, *args, **options)
        time.sleep(seconds)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def calls(port: int, seconds: float = 20.0, scheme: str = "https") -> Transport:
    """Make a transport to the server, by the host's name."""
    url = f"{scheme}://{HOST}:{port}"
    settings = Settings(KEY, url)
    return Transport(open_session(settings), api(settings), Deadline(seconds))
