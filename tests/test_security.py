"""The keys stay where they belong, and nothing that comes in gets out as something else."""

import json
import logging

import pytest
from flask import Flask

from service import trail
from service.settings import Settings
from service.transport import open_session
from tests import leaks
from tests.fault_table import HARI
from tests.virtual import virtual_time
from tests.world import TOKEN, World


@pytest.mark.parametrize("variable", ["CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
@pytest.mark.parametrize("value", ["", "0", "false", "/nowhere"])
def test_nothing_around_switches_the_check_of_tls_off(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)

    assert open_session(Settings(TOKEN)).verify not in (False, None, "")


def test_answers_of_any_size_are_bounded() -> None:
    """The largest fault is larger than what is read, in every call that can meet it at once."""
    with virtual_time(threads=True):
        world = World()
        world.simulation.faults.order("huge", path="/schedules/", times=None)
        answer = world.post(username=HARI)

    assert answer.status == 502
    assert len(json.dumps(answer.body)) < 1000


@pytest.mark.parametrize("leak", [f"a log line with {TOKEN}", {"nested": [TOKEN]}])
def test_a_leak_is_caught(leak: object) -> None:
    with virtual_time(threads=False):
        trail.record("change", level=logging.ERROR, leak=leak)

    assert leaks._seen
    leaks._seen.clear()


def test_a_leak_in_an_answer_is_caught() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: f"the key is {TOKEN}")
    app.test_client().get("/")

    assert leaks._seen
    leaks._seen.clear()
