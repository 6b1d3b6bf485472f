"""TLS on real sockets: the server is verified, and the CA bundle read once for all connections."""

import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from service.errors import UnexpectedResponseError
from service.parallel import Parallel
from tests.support.raw_server import HOST, calls, http, raw_server, resolve

UNTRUSTED = r"certificate is not trusted \(.+\); REQUESTS_CA_BUNDLE names a file of the certificates that are$"
OK = http(b'{"result": "done"}')

pytestmark = [pytest.mark.enable_socket, pytest.mark.usefixtures("bare_environment")]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """The server's own CA."""
    return trustme.CA()


@pytest.fixture(scope="module")
def bundle(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of the CA bundle file."""
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def server_context(authority: trustme.CA, host: str = HOST) -> ssl.SSLContext:
    """Make a server's context with a certificate for this host."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_ca_bundle_is_read_once_for_all_connections(
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
def test_server_with_an_untrusted_certificate_never_gets_the_key(
    monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, bundle: str, certified: str
) -> None:
    resolve(monkeypatch, "127.0.0.1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    other = certified == "for another host"
    context = server_context(authority, "elsewhere.test") if other else server_context(trustme.CA())
    with raw_server(OK, tls=context) as server, pytest.raises(UnexpectedResponseError, match=UNTRUSTED):
        calls(server.port).request("DELETE", "v2", "users", "u", retry=False)

    assert server.heard == []


def test_private_ca_is_not_trusted_without_a_variable(monkeypatch: pytest.MonkeyPatch, authority: trustme.CA) -> None:
    resolve(monkeypatch, "127.0.0.1")
    with (
        raw_server(OK, tls=server_context(authority)) as server,
        pytest.raises(UnexpectedResponseError, match=UNTRUSTED),
    ):
        calls(server.port).request("GET", "v2", "teams")


def test_server_is_untrusted_when_the_ca_folder_lacks_its_issuer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, authority: trustme.CA
) -> None:
    resolve(monkeypatch, "127.0.0.1")
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "0123abcd.0"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    with (
        raw_server(OK, tls=server_context(authority)) as server,
        pytest.raises(UnexpectedResponseError, match=UNTRUSTED),
    ):
        calls(server.port).request("GET", "v2", "teams")
