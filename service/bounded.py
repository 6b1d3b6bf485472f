"""Connections on which an answer takes no longer than its time-out: a socket's own starts anew with each byte."""

import http.client
import io
import socket
import time
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection


class BoundedAdapter(HTTPAdapter):
    """Let `timeout` bound an answer from its first byte to its last, headers and body.

    https://requests.readthedocs.io/en/latest/user/advanced/#timeouts
    """

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Open the connections to the server."""
        super().init_poolmanager(*args, **options)
        _bound(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Open the connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **options)
        _bound(manager)
        return manager


class _Socket(io.RawIOBase):
    """Read from a socket until the time is up that its time-out gives from now on."""

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
        self.fp.close()
        self.fp = io.BufferedReader(_Socket(sock))


class _Connection(HTTPConnection):
    response_class = _Response


class _TLSConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


def _bound(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
