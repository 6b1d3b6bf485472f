"""Connections that take no longer than their time-outs, are not used after idling, and read the CA bundle once.

A socket's own time-out restarts with each byte, and connecting has it once per address of a name.
"""

import http.client
import io
import socket
import ssl
import threading
import time
from pathlib import Path
from typing import Any

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from service.transport.stopwatch import Stopwatch

MAX_IDLE = 50.0
"""Seconds for which a connection may idle and be used again: a NAT forgets idle ones, often in silence, and then the
next call gets no answer."""


class BoundedAdapter(HTTPAdapter):
    """Let `timeout` bound connecting, and an answer from its first byte to its last, headers and body.

    Servers are verified with `ca_bundle`, a file or a folder.

    https://requests.readthedocs.io/en/latest/user/advanced/#timeouts
    """

    def __init__(self, ca_bundle: str, **options: Any) -> None:
        self._ca_bundle = ca_bundle
        self._tls: ssl.SSLContext | None = None
        self._lock = threading.Lock()
        super().__init__(**options)

    # Documented by requests since 2.32; before that, or where a later release renames it, each pool reads the CA bundle
    # again, which tests/service/transport/test_tls.py would show.
    def build_connection_pool_key_attributes(self, request: PreparedRequest, *_: Any, **__: Any) -> tuple[Any, Any]:
        """Give every connection the same TLS context: reading a CA bundle costs more processor time than a call."""
        host, attributes = super().build_connection_pool_key_attributes(request, True)
        return host, {**attributes, "ssl_context": self.read_ca_bundle()} if host["scheme"] == "https" else attributes

    def cert_verify(self, *_: Any) -> None:
        """Leave verifying to the context; what is set here would read the CA bundle again."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Open the connections to the server."""
        super().init_poolmanager(*args, **options)
        _bound(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Open the connections through a proxy."""
        manager = super().proxy_manager_for(proxy, proxy_ssl_context=self.read_ca_bundle(), **options)
        _bound(manager)
        return manager

    def read_ca_bundle(self) -> ssl.SSLContext:
        """Return the TLS context of all connections; the first call reads the CA bundle and may raise OSError."""
        with self._lock:
            if self._tls is None:
                context = create_urllib3_context()
                folder = Path(self._ca_bundle).is_dir()
                context.load_verify_locations(**{"capath" if folder else "cafile": self._ca_bundle})
                self._tls = context
            return self._tls


class _Socket(io.RawIOBase):
    """Read from a socket until its time-out, counted from now on, is over."""

    def __init__(self, opened: socket.socket) -> None:
        self._socket = opened
        self._stream = opened.makefile("rb", buffering=0)
        timeout = opened.gettimeout()
        self._end = None if timeout is None else time.monotonic() + timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._end is not None:
            self._socket.settimeout(max(0.001, self._end - time.monotonic()))
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        # http.client reads an answer from fp, from Python 3.11 to 3.14: tests/service/transport/test_session.py fails
        # where it is not bounded.
        self.fp.close()
        self.fp = io.BufferedReader(_Socket(sock))


class _Connecting(HTTPConnection):
    """Try the addresses of a name one after the other, all within the one time-out; count as closed after idling."""

    response_class = _Response
    _idle: Stopwatch | None = None

    def getresponse(self) -> Any:
        """Return the answer, and count the time from it."""
        response = super().getresponse()
        self._idle = Stopwatch()
        return response

    # Public in urllib3, and what its pools ask, from 2.0 to 2.8, of a connection to be used again: a release that asks
    # for something else breaks this, which tests/service/transport/test_idle.py would show.
    @property
    def is_connected(self) -> bool:
        """Tell whether the connection can be used again."""
        return super().is_connected and (self._idle is None or self._idle.seconds <= MAX_IDLE)

    # Private in urllib3, and there from 2.0 to 2.8: a release that renames _new_conn or _dns_host breaks this, which
    # tests/service/transport/test_connections.py would show.
    def _new_conn(self) -> socket.socket:
        whole, host = self.timeout, self._dns_host
        if not isinstance(whole, int | float):
            return super()._new_conn()
        end = time.monotonic() + whole
        failure: Exception = ConnectTimeoutError(self, f"no connection to {host} within {whole} seconds")
        try:
            for address in self._addresses():
                self.timeout, self._dns_host = end - time.monotonic(), address
                if self.timeout <= 0:
                    break
                try:
                    return super()._new_conn()
                except (NewConnectionError, ConnectTimeoutError) as error:
                    failure = error
        finally:
            self.timeout, self._dns_host = whole, host
        raise failure

    def _addresses(self) -> list[str]:
        try:
            found = socket.getaddrinfo(self._dns_host.strip("[]"), self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NewConnectionError(self, f"{self.host} cannot be resolved: {error}") from error
        return [str(address[0]) for *_, address in found]


class _Connection(_Connecting):
    pass


class _TLSConnection(_Connecting, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


def _bound(manager: PoolManager) -> None:
    # Meant to be replaced since urllib3 1.26, though not in its reference.
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
