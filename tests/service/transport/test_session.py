"""The session on real sockets: neither environment nor server can get the key or stall the service."""

import socket
import time
from pathlib import Path

import pytest
import responses

from service.errors import OutOfTimeError, ServiceError, UnavailableError, UnexpectedResponseError, UnreachableError
from service.settings import Settings
from service.vendors import open_session
from tests.support.raw_server import http, raw_server
from tests.support.wire_samples import ANYTHING, KEY, URL, transport

BODY = b'{"result": "done"}'
OK = http(BODY)
HEAD = OK.removesuffix(BODY)
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

pytestmark = [pytest.mark.enable_socket, pytest.mark.usefixtures("bare_environment")]


def failure(url: str, *, method: str = "DELETE", seconds: float = 20.0) -> ServiceError:
    """Make one call that fails."""
    with pytest.raises(ServiceError) as failed:
        transport(url=url, seconds=seconds).request(method, "v2", "users", "u", retry=False)
    return failed.value


def test_refused_connection_leaves_no_unknown_outcome() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening

        port = taken.getsockname()[1]
        error = failure(f"http://127.0.0.1:{port}")

    refused = f"no connection to 127.0.0.1:{port}: connection refused"
    assert (type(error), str(error), error.outcome_unknown) == (UnreachableError, refused, False)


@pytest.mark.parametrize(
    ("pieces", "error", "message"),
    [
        ((), UnavailableError, "no answer (ConnectionError)"),
        ((b"HTTP/1.1 2",), UnavailableError, "no answer (ConnectionError)"),
        ((b"SSH-2.0-OpenSSH_9.6\r\n",), UnavailableError, "no answer (ConnectionError)"),
        ((OK[:-5],), UnavailableError, "no answer (ProtocolError)"),
        ((HEAD,), UnavailableError, "no answer (ProtocolError)"),
        (
            (http(b""),),
            UnexpectedResponseError,
            "status 200 with a body that is no JSON object of the API; OPSGENIE_API_URL must be us, eu or the address "
            "of Opsgenie's API",
        ),
    ],
)
def test_broken_answer_leaves_the_outcome_unknown(
    pieces: tuple[bytes, ...], error: type[ServiceError], message: str
) -> None:
    with raw_server(*pieces) as server:
        failed = failure(server.url)

    assert (type(failed), failed.outcome_unknown, len(server.heard)) == (error, True, 1)
    assert str(failed) == message


DRIPPING_HEAD = [bytes([byte]) for byte in HEAD]
DRIPPING_BODY = [HEAD, *(bytes([byte]) for byte in BODY)]


@pytest.mark.parametrize(
    ("method", "kind", "outcome_unknown"), [("GET", OutOfTimeError, False), ("DELETE", UnavailableError, True)]
)
@pytest.mark.parametrize(
    ("pause", "pieces"),
    [(3.0, [OK]), (0.1, DRIPPING_HEAD), (0.1, DRIPPING_BODY), (0.3, [HEAD, BODY[:2], *[b" "] * 30])],
    ids=["silent", "dripping head", "dripping body", "late head, then a dripping body"],
)
def test_a_slow_answer_does_not_outlast_the_deadline(
    method: str, kind: type[ServiceError], outcome_unknown: bool, pause: float, pieces: list[bytes]
) -> None:
    """A socket's time-out restarts with each byte. A write ends earlier, to leave time to check its outcome."""
    with raw_server(*pieces, pause=pause) as server:
        began = time.monotonic()
        error = failure(server.url, method=method, seconds=0.5)
        took = time.monotonic() - began

    assert (type(error), error.outcome_unknown) == (kind, outcome_unknown)
    assert took < 1.2


def test_slow_answer_is_awaited_without_a_timeout() -> None:
    with raw_server(OK, pause=0.2) as server:
        answer = open_session(Settings(KEY, server.url)).get(server.url, timeout=None)

    assert answer.content == BODY


def test_server_without_tls_never_gets_the_key() -> None:
    with raw_server(OK) as server:
        error = failure(server.url.replace("http:", "https:"))

    assert (type(error), str(error)) == (UnavailableError, "no answer (SSLError)")
    assert KEY not in "".join(server.heard)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_netrc_does_not_replace_the_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {host} login someone password else\ndefault login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with raw_server(OK) as server:
        transport(url=server.url.replace("127.0.0.1", host)).request("GET", "v2", "teams")

    assert [line for line in server.heard[0].splitlines() if line.startswith("Authorization")] == [
        f"Authorization: GenieKey {KEY}"
    ]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_reached_without_a_proxy(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    with raw_server(http(b"", status="502 No")) as proxy, raw_server(OK) as server:
        for name in PROXIES[:3]:
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.lower(), proxy.url)
        transport(url=server.url.replace("127.0.0.1", host)).request("GET", "v2", "teams")

    assert server.heard[0].startswith("GET /v2/teams HTTP/1.1\r\n")
    assert proxy.heard == []


def test_proxy_never_gets_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(http(b"", status="502 No")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", "//someone:else@"))
        error = failure(URL)

    assert isinstance(error, UnavailableError)
    assert proxy.heard[0].startswith("CONNECT opsgenie.test:443 HTTP/1.")
    assert "Proxy-Authorization: Basic" in proxy.heard[0]
    assert KEY not in proxy.heard[0]


@pytest.mark.parametrize(
    ("environ", "proxies"),
    [
        ({}, {}),
        ({"HTTPS_PROXY": "http://proxy.example.com:3128"}, {URL: "http://proxy.example.com:3128"}),
        ({"https_proxy": "http://proxy.example.com:3128", "NO_PROXY": "opsgenie.test"}, {}),
    ],
)
def test_proxy_is_read_from_the_environment_once(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], proxies: dict[str, str]
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    session = open_session(Settings(KEY, URL))
    for name in environ:
        monkeypatch.setenv(name, "http://elsewhere.example.com:3128")
    with responses.RequestsMock() as mocked:
        mocked.get(ANYTHING, json={})
        session.get(f"{URL}/v2/teams", timeout=1)

        sent = mocked.calls[0].request
    assert vars(sent)["req_kwargs"]["proxies"] == proxies
    assert "Authorization" not in sent.headers, "the key goes with each call, never with the session"


def test_a_cookie_is_not_sent_back() -> None:
    with raw_server(http(b"{}", "Set-Cookie: session=1; Path=/")) as server:
        calls = transport(url=server.url)
        calls.request("GET", "v2", "teams")
        calls.request("GET", "v2", "teams")

    assert len(server.heard) == 2
    assert "Cookie" not in server.heard[1]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_with_the_key(status: int) -> None:
    with (
        raw_server(OK) as elsewhere,
        raw_server(http(b"{}", f"Location: {elsewhere.url}/", status=f"{status} Moved")) as server,
    ):
        error = failure(server.url)

    assert isinstance(error, UnexpectedResponseError)
    assert (len(server.heard), elsewhere.heard) == (1, [])
