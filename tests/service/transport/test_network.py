"""Proxy and CA bundle from the environment: an unusable one is named in a sentence before anything is sent."""

import errno
import ssl
from pathlib import Path

import pytest
import trustme

from service.settings import Settings, SettingsError
from service.vendors import open_session
from tests.support.raw_server import HOST
from tests.support.wire_samples import KEY

pytestmark = pytest.mark.usefixtures("bare_environment")

NAMED = "that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names"
NO_PEM = f"the CA bundle bundle {NAMED} has no certificates: it has to be a file of them in PEM"
NO_HASH = f"the CA bundle . {NAMED} has no certificates under their hashes: run `openssl rehash` on this folder"
NO_HTTP = "HTTPS_PROXY or ALL_PROXY does not name an HTTP proxy, the only kind that can be used"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The test's own working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal() -> str:
    """Return why the session cannot be opened."""
    with pytest.raises(SettingsError) as refused:
        open_session(Settings(KEY, f"https://{HOST}"))
    return refused.value.message


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("none", f"the CA bundle none {NAMED} is not there"),
        ("n" * 300, f"the CA bundle {'n' * 300} {NAMED} cannot be read (File name too long)"),
        ("bundle/ca.pem", f"the CA bundle bundle/ca.pem {NAMED} cannot be read (Not a directory)"),
        ("bundle", NO_PEM),
        (".", NO_HASH),
    ],
    ids=["none", "long", "below a file", "empty file", "folder"],
)
def test_unusable_ca_bundle_is_named_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, folder: Path, variable: str, value: str, sentence: str
) -> None:
    (folder / "bundle").touch()
    monkeypatch.setenv(variable, value)

    assert refusal() == sentence


@pytest.mark.parametrize(
    "content",
    [
        b"not a certificate",
        b"\x30\x82\x01\x0a\x00",
        b"-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n",
        trustme.CA().private_key_pem.bytes(),
    ],
    ids=["text", "DER", "half", "key"],
)
def test_ca_bundle_without_certificates_is_refused(
    monkeypatch: pytest.MonkeyPatch, folder: Path, content: bytes
) -> None:
    (folder / "bundle").write_bytes(content)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "bundle")

    assert refusal() == NO_PEM


def test_unreadable_ca_bundle_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "bundle")
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", load)

    assert refusal() == f"the CA bundle bundle {NAMED} cannot be read (Permission denied)"


def test_ca_folder_without_hashed_names_is_refused(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    trustme.CA().cert_pem.write_to_path(str(folder / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ".")

    assert refusal() == NO_HASH


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize(
    "value",
    [
        "socks5://someone:else@proxy.example.com:1080",
        "SOCKS5H://proxy.example.com",
        "ftp://proxy.example.com",
        "http://",
        "http://proxy.example.com:port",
        "http://[::1",
    ],
)
def test_unusable_proxy_is_refused_without_showing_its_password(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)

    assert refusal() == NO_HTTP


@pytest.mark.parametrize("value", ["proxy.example.com:3128", "https://someone:else@proxy.example.com"])
def test_http_proxy_is_used(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)

    assert open_session(Settings(KEY, f"https://{HOST}")).proxies == {f"https://{HOST}": value}
