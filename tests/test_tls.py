"""TLS on real sockets: who answers is checked, once for all connections, and within the time there is."""

import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from service.deadline import Deadline
from service.errors import NonsenseError, OutOfTimeError, ServiceError, UnavailableError
from service.parallel import Parallel
from service.settings import Settings, SettingsError
from service.transport import Transport, open_session
from tests.raw_server import http, raw_server
from tests.wires import KEY

HOST = "opsgenie.test"
OK = http(b'{"result": "done"}')
CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")

pytestmark = pytest.mark.enable_socket


@pytest.fixture(autouse=True)
def _no_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*CA_VARIABLES, "HTTPS_PROXY", "ALL_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Who certifies the server."""
    return trustme.CA()


@pytest.fixture(scope="module")
def bundle(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file that says whom to trust."""
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def server_context(authority: trustme.CA, host: str = HOST) -> ssl.SSLContext:
    """Make a server's context with a certificate for this host."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


def resolve(monkeypatch: pytest.MonkeyPatch, *addresses: str, seconds: float = 0.0) -> None:
    """Let the host's name have these addresses, found out in so many seconds."""
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *args: Any, **options: Any) -> Any:
        if host != HOST:
            return real(host, port, *args, **options)
        time.sleep(seconds)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def calls(port: int, seconds: float = 20.0, scheme: str = "https") -> Transport:
    url = f"{scheme}://{HOST}:{port}"
    return Transport(open_session(Settings(KEY, url)), url, Deadline(seconds))


@pytest.mark.parametrize("variable", CA_VARIABLES)
def test_the_ca_bundle_of_the_surroundings_is_read_once_for_all_connections(
    monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, bundle: str, variable: str
) -> None:
    resolve(monkeypatch, "127.0.0.1")
    monkeypatch.setenv(variable, bundle)
    read: list[Any] = []
    load = ssl.SSLContext.load_verify_locations

    def counted(self: ssl.SSLContext, *args: Any, **options: Any) -> None:
        read.append((args, options))
        load(self, *args, **options)

    with raw_server(OK, tls=server_context(authority)) as server, Parallel() as parallel:
        monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", counted)
        transport = calls(server.port)
        answers = parallel.run([lambda: transport.request("GET", "v2", "teams")] * 20)

    assert answers == [{"result": "done"}] * 20
    assert len(server.heard) == 20
    assert read == [((), {"cafile": bundle})]


@pytest.mark.parametrize("certified", ["by somebody else", "for another host"])
def test_a_server_that_is_not_certified_is_not_told_the_key(
    monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, bundle: str, certified: str
) -> None:
    resolve(monkeypatch, "127.0.0.1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    other = certified == "for another host"
    context = server_context(authority, "elsewhere.test") if other else server_context(trustme.CA())
    with raw_server(OK, tls=context) as server, pytest.raises(NonsenseError, match="cannot be trusted"):
        calls(server.port).request("DELETE", "v2", "users", "u", retry=False)

    assert server.heard == []


def test_without_a_variable_the_usual_authorities_are_trusted(
    monkeypatch: pytest.MonkeyPatch, authority: trustme.CA
) -> None:
    resolve(monkeypatch, "127.0.0.1")
    with raw_server(OK, tls=server_context(authority)) as server, pytest.raises(NonsenseError, match="be trusted"):
        calls(server.port).request("GET", "v2", "teams")


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("REQUESTS_CA_BUNDLE", "no-such.pem", "the CA bundle no-such.pem that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE"),
        ("HTTPS_PROXY", "socks5://proxy.example.com:1080", "HTTPS_PROXY names a SOCKS proxy; only HTTP proxies"),
    ],
)
def test_surroundings_that_cannot_be_used_are_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsError, match=sentence):
        open_session(Settings(KEY, f"https://{HOST}"))


def failure(call: Callable[[], object]) -> tuple[type[ServiceError], bool, float]:
    """Make a call that fails; tell how, whether it may have been carried out, and after how many seconds."""
    began = time.monotonic()
    with pytest.raises(ServiceError) as failed:
        call()
    return type(failed.value), failed.value.maybe_done, time.monotonic() - began


def test_several_addresses_share_the_time_that_connecting_has(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as full:
        # Two that wait to be accepted fill its queue; whoever comes next gets no answer at all.
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        resolve(monkeypatch, *["127.0.0.1"] * 5)
        transport = calls(full.getsockname()[1], seconds=1.0, scheme="http")

        kind, maybe_done, took = failure(lambda: transport.request("GET", "v2", "teams"))
        for one in waiting:
            one.close()

    assert (kind, maybe_done) == (OutOfTimeError, False)
    assert took < 1.5


def test_the_next_address_is_tried_where_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, "127.0.0.2", "127.0.0.1")
    with raw_server(OK) as server:
        assert calls(server.port, scheme="http").request("GET", "v2", "teams") == {"result": "done"}


@pytest.mark.parametrize("addresses", [(), ("127.0.0.2", "127.0.0.3")], ids=["no address", "each refuses"])
def test_nothing_is_done_where_nobody_can_be_reached(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]
) -> None:
    resolve(monkeypatch, *addresses)
    with raw_server(OK) as server:
        kind, maybe_done, _ = failure(
            lambda: calls(server.port, scheme="http").request("DELETE", "v2", "users", "u", retry=False)
        )

    assert (kind, maybe_done, server.heard) == (UnavailableError, False, [])


def test_a_name_that_cannot_be_resolved_has_done_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)

    kind, maybe_done, _ = failure(lambda: calls(443).request("DELETE", "v2", "users", "u", retry=False))

    assert (kind, maybe_done) == (UnavailableError, False)


def test_a_slow_name_server_leaves_no_time_to_send(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, "127.0.0.1", seconds=0.6)
    with raw_server(OK) as server:
        kind, maybe_done, _ = failure(
            lambda: calls(server.port, seconds=0.5, scheme="http").request("DELETE", "v2", "users", "u")
        )

    assert (kind, maybe_done, server.heard) == (OutOfTimeError, False, [])


def test_a_folder_of_authorities_will_do(
    monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, tmp_path: Path
) -> None:
    resolve(monkeypatch, "127.0.0.1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    with raw_server(OK, tls=server_context(authority)) as server, pytest.raises(NonsenseError, match="be trusted"):
        calls(server.port).request("GET", "v2", "teams")
