"""The simulated site by HTTPS on loopback, and a proxy that knows its two names and no others."""

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from werkzeug.serving import make_server

from local.jsm import Simulation, create_app
from local.jsm.people import HOST

LOOPBACK = "127.0.0.1"
NAMES = ("api.atlassian.com", HOST)


@dataclass(frozen=True)
class Loopback:
    """Where the site is: the proxy that leads to it, the certificate to trust, and its own address."""

    proxy: str
    certificate: Path
    address: str


class _Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True
    site_port = 0


class _Tunnel(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, _Proxy)
        method, target, _ = self.rfile.readline().decode().split(" ", 2)
        while self.rfile.readline() not in (b"\r\n", b""):
            pass
        name = target.partition(":")[0]
        if method != "CONNECT" or name not in NAMES:
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            return
        with socket.create_connection((LOOPBACK, self.server.site_port)) as site:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_copy, args=(site, self.connection), daemon=True)
            back.start()
            _copy(self.connection, site)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # either end may close first


@contextmanager
def serving(simulation: Simulation, folder: Path) -> Iterator[Loopback]:
    """Serve a simulated site by HTTPS, behind the proxy, with a certificate that is made for this and thrown away."""
    authority = trustme.CA()
    certificate = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*NAMES, LOOPBACK).configure_cert(context)
    site = make_server(LOOPBACK, 0, create_app(simulation), threaded=True, ssl_context=context)
    with _Proxy((LOOPBACK, 0), _Tunnel) as proxy:
        proxy.site_port = site.server_port
        for server in (site, proxy):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            where = f"https://{LOOPBACK}:{site.server_port}"
            yield Loopback(f"http://{LOOPBACK}:{proxy.server_address[1]}", certificate, where)
        finally:
            site.shutdown()
            proxy.shutdown()
