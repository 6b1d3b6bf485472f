"""Shared fixtures: the simulated Opsgenie, and the service in front of it without a socket."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import hypothesis
import pytest
import responses

import local.opsgenie
from local.environ import keep_only
from local.opsgenie import Simulation
from service.app import create_app
from service.opsgenie.account import AccountEndpoints
from service.settings import Settings
from service.transport.session import Session
from service.vendors import open_session
from tests.support import local_stack, sample_run
from tests.support.captured_log import CapturedLog
from tests.support.changes_harness import ChangesHarness
from tests.support.fake_client import FakeClient
from tests.support.handlers import Handle, started
from tests.support.local_stack import LocalStack
from tests.support.secret_leaks import *  # noqa: F403 -- its fixture and hook watch over every test
from tests.support.service_env import NOW, OPSGENIE, ServiceEnv
from tests.support.virtual_time import virtual_time
from tests.support.wire_samples import transport
from tests.support.wsgi_adapter import WsgiAdapter

Post = Callable[..., Any]

# The same environment on every machine, except for the settings of the test tools and the AWS emulator.
keep_only("PYTEST_*", "PY_COLORS", "COV_*", "COVERAGE_*", "MUTANT_UNDER_TEST", "AWS_EMULATOR")
time.tzset()

# The same examples each time, on a machine of any speed, and nothing kept on disk.
hypothesis.settings.register_profile(
    "tests", derandomize=True, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
)
hypothesis.settings.load_profile("tests")


@pytest.fixture
def simulation() -> Iterator[Simulation]:
    """The sample account behind a simulated Opsgenie."""
    simulation = Simulation(now=lambda: NOW)
    yield simulation
    simulation.close()


@pytest.fixture
def settings() -> Settings:
    """The service's settings for the simulated Opsgenie."""
    return Settings(access_token="local-key", opsgenie_api_url=OPSGENIE)


@pytest.fixture
def wire(simulation: Simulation) -> WsgiAdapter:
    """A socketless adapter to the simulated Opsgenie."""
    return WsgiAdapter(local.opsgenie.create_app(simulation))


@pytest.fixture
def session(wire: WsgiAdapter, settings: Settings) -> Session:
    """The service's own session, with the simulated Opsgenie instead of a network."""
    session = open_session(settings)
    session.mount(OPSGENIE, wire)
    return session


@pytest.fixture
def post(settings: Settings, session: Session) -> Post:
    """Send a POST to the service, as curl sends it."""
    client = create_app(settings, session).test_client()

    def post(**body: Any) -> Any:
        return client.post("/", data=json.dumps(body), content_type="application/x-www-form-urlencoded")

    return post


@pytest.fixture
def service_env() -> Iterator[ServiceEnv]:
    """The sample account in virtual time."""
    with virtual_time(threads=False):
        yield ServiceEnv()


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy and no CA bundle in the environment."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def mocked() -> Iterator[responses.RequestsMock]:
    """Mocked answers, and what was sent."""
    with responses.RequestsMock() as mocked:
        yield mocked


@pytest.fixture
def api() -> AccountEndpoints:
    """The calls under test."""
    return AccountEndpoints(transport())


@pytest.fixture
def fake_client() -> FakeClient:
    """An account in which one of everything holds hari."""
    return sample_run.account()


@pytest.fixture
def refusing(fake_client: FakeClient) -> FakeClient:
    """The same, with a vendor that refuses to end an account in use."""
    fake_client.capabilities = replace(
        fake_client.capabilities, refuses_while_in_use=True, only_in_refusal=(sample_run.REFUSALS,)
    )
    return fake_client


@pytest.fixture
def changes_harness() -> ChangesHarness:
    """Changes of which two are planned."""
    return ChangesHarness()


@pytest.fixture
def running(session: Session) -> Iterator[tuple[Handle, CapturedLog]]:
    """The handler in front of the simulated Opsgenie, and its log."""
    with started(session) as running:
        yield running


@pytest.fixture
def handle(running: tuple[Handle, CapturedLog]) -> Handle:
    """The handler alone."""
    return running[0]


@pytest.fixture(scope="session")
def _stack() -> Iterator[LocalStack]:
    stack = local_stack.start()
    yield stack
    local_stack.stop(stack)


@pytest.fixture
def stack(_stack: LocalStack) -> LocalStack:
    """The local stack that the tests of its group share, with a fresh sample account."""
    _stack.reset()
    return _stack


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run a sweep without coverage's tracer, which would double its time.

    pytest-cov's own `no_cover` has no effect in an xdist worker: it stops only one of the two tracers there.
    """
    if item.get_closest_marker("sweep") is None:
        return (yield)
    tracer, thread_tracer = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)
        threading.settrace(thread_tracer)
