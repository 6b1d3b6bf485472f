"""AWS Systems Manager's GetParameter on loopback: it gives scripted answers and records requests."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

Answer = tuple[int, object]


def holding(value: str) -> Answer:
    """Make the answer that contains the parameter.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
    """
    return 200, {"Parameter": {"Name": "/opsgenie/key", "Type": "SecureString", "Value": value, "Version": 1}}


def refusing(code: str, status: int = 400) -> Answer:
    """Make an error answer; AWS names the account and the role in its message."""
    return status, {"__type": code, "message": "User: arn:aws:sts::123456789012:assumed-role/function may not"}


@contextmanager
def parameter_store(
    *answers: Answer, named: Mapping[str, Answer] | None = None, pause: float = 0.0
) -> Iterator[list[Any]]:
    """Serve these answers, repeating the last one, or that of the parameter that is asked for, each after a pause.

    Yields the requests so far.
    """
    asked: list[Any] = []
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((self.headers["X-Amz-Target"], body))
            status, answer = named[body["Name"]] if named else answers[min(len(asked), len(answers)) - 1]
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            over.wait(pause)
            with suppress(OSError):  # the client did not wait
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_SSM", f"http://127.0.0.1:{server.server_port}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield asked
        finally:
            over.set()
            server.shutdown()
            thread.join()
