"""No key leaks, TLS stays verified, and answers stay small."""

import json
import logging
import ssl
from base64 import b64encode

import pytest
from flask import Flask

from local.opsgenie.answers import response
from service import audit_log
from service.settings import HOSTS, Settings, SettingsError
from service.transport.timeouts import BoundedAdapter
from service.vendors import open_session
from tests.support import secret_leaks, site_env
from tests.support.fault_table import HARI
from tests.support.service_env import TOKEN, ServiceEnv
from tests.support.virtual_time import virtual_time

SENT = b64encode(f"{site_env.OWNER}:{site_env.TOKEN}".encode()).decode()


@pytest.mark.parametrize("variable", ["CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
@pytest.mark.parametrize("value", ["0", "false", "/nowhere"])
def test_ca_bundle_variables_cannot_disable_tls_verification(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsError, match=f"^the CA bundle {value} that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names"):
        open_session(Settings(TOKEN))


def test_blank_ca_bundle_variables_use_the_default_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "")
    monkeypatch.setenv("CURL_CA_BUNDLE", "")
    adapter = open_session(Settings(TOKEN)).get_adapter(HOSTS["us"])

    assert isinstance(adapter, BoundedAdapter)
    context = adapter.read_ca_bundle()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.cert_store_stats()["x509_ca"] > 50


def test_huge_opsgenie_answers_get_a_small_502() -> None:
    """The largest fault exceeds the read limit, in all concurrent calls that meet it."""
    with virtual_time(threads=True):
        service_env = ServiceEnv()
        service_env.simulation.faults.order("huge", path="/schedules/", times=None)
        answer = service_env.post(username=HARI)

    assert answer.status == 502
    assert len(json.dumps(answer.body)) < 1000


@pytest.mark.parametrize("status", [401, 403, 422, 428])
@pytest.mark.parametrize("path", ["/v2/users/", "/v2/schedules/on-calls$"])
def test_key_that_opsgenie_repeats_is_in_no_answer(status: int, path: str) -> None:
    with virtual_time(threads=False):
        service_env = ServiceEnv()
        refusal = response({"message": f"Key {TOKEN} is not valid"}, status)
        service_env.simulation.faults.add(lambda _: refusal, None, path, None)
        answer = service_env.post(username=HARI)

    assert "Key [the key] is not valid" in json.dumps(answer.body)


@pytest.mark.parametrize("headers", [{}, {"X-Request-ID": TOKEN}])
def test_key_in_an_answer_of_200_is_in_no_answer(headers: dict[str, str]) -> None:
    with virtual_time(threads=False):
        service_env = ServiceEnv()
        odd = response({"result": TOKEN, "data": [{"name": TOKEN}]}, 200, headers=headers)
        service_env.simulation.faults.add(lambda _: odd, "PATCH", None, None)
        service_env.simulation.faults.add(lambda _: odd, "GET", "/overrides$", None)
        answer = service_env.post(username=HARI)

    assert "[the key]" in json.dumps(answer.body)


@pytest.mark.parametrize("credential", [site_env.TOKEN, SENT, f"Basic {SENT}"])
def test_credential_that_a_site_repeats_is_in_no_answer(credential: str) -> None:
    """As it is set, and as it is sent."""
    with virtual_time(threads=False):
        env = site_env.SiteEnv()
        refusal = response({"message": f"Credential {credential} is not valid"}, 422)
        env.simulation.faults.add(lambda _: refusal, None, "/forwarding-rules$", None)
        answer = env.post(username=HARI)

    assert "[the key]" in answer.body["message"]
    assert credential.removeprefix("Basic ").rstrip("=") not in json.dumps(answer.body)


@pytest.mark.parametrize("leak", [f"a log line with {TOKEN}", {"nested": [TOKEN]}])
def test_leak_watch_catches_a_key_in_the_log(leak: object) -> None:
    with virtual_time(threads=False):
        audit_log.log_event("change", level=logging.ERROR, leak=leak)

    assert secret_leaks._seen
    secret_leaks._seen.clear()


def test_leak_watch_catches_a_key_in_an_answer() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: f"the key is {TOKEN}")
    app.test_client().get("/")

    assert secret_leaks._seen
    secret_leaks._seen.clear()
