"""A relay on loopback between a client and a server: as a NAT does, it may forget its connections in silence."""

import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HEAD_END = b"\r\n\r\n"


class Relay(socketserver.ThreadingTCPServer):
    """Pass bytes on to a port of loopback; `connections` counts new connections.

    As a proxy it first answers a CONNECT.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, *, is_proxy: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = ("127.0.0.1", port)
        self.is_proxy = is_proxy
        self.connections = 0
        self.forgotten = 0

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return int(self.server_address[1])

    def forget(self) -> None:
        """Pass nothing on any more of the connections so far, and close none."""
        self.forgotten = self.connections


class _Handler(socketserver.BaseRequestHandler):
    server: Relay
    request: socket.socket

    def handle(self) -> None:
        self.server.connections += 1
        self.number = self.server.connections
        with suppress(OSError), socket.create_connection(self.server.target) as target:
            if self.server.is_proxy:
                head = b""
                while HEAD_END not in head:
                    head += self.request.recv(65536)
                assert re.match(rb"CONNECT \S+ HTTP/1\.", head)
                self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=self._pass_on, args=(target, self.request), daemon=True)
            back.start()
            self._pass_on(self.request, target)
            back.join()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self.number > self.server.forgotten:
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@contextmanager
def relay(port: int, *, is_proxy: bool = False) -> Iterator[Relay]:
    """Listen while the context lasts."""
    with Relay(port, is_proxy=is_proxy) as listener:
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield listener
        finally:
            listener.shutdown()
            thread.join()
