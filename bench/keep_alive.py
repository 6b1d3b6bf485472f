"""A WSGI server on loopback that keeps its connections, as Opsgenie does and Werkzeug's does not."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any


class KeepAliveServer(ThreadingHTTPServer):
    """Serve `app`; `connections` counts new connections."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, app: Any) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.app = app
        self.connections = 0

    @property
    def url(self) -> str:
        """Return the address to call."""
        return f"http://127.0.0.1:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Count a connection."""
        self.connections += 1
        super().process_request(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: KeepAliveServer

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environ = {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "RAW_URI": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.server_port),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": self.headers["Host"],
            "HTTP_AUTHORIZATION": self.headers.get("Authorization", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
            "wsgi.errors": BytesIO(),
            "wsgi.url_scheme": "http",
        }
        begun: list[Any] = []
        content = b"".join(self.server.app(environ, lambda status, headers, _=None: begun.extend((status, headers))))
        self.send_response(int(begun[0].split()[0]))
        for name, value in begun[1]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 -- the names are http.server's

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
