"""The audit log: one JSON line per change and per outcome, each with the caller and never the key."""

import json
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from local.opsgenie import Simulation
from service.app import create_app
from service.settings import SettingsError
from tests.support.captured_log import CapturedLog, capture_log
from tests.support.handlers import Handle
from tests.support.proxy_events import API_KEY_ID, REQUEST_ID, SOURCE_IP, api_gateway_event

KEY = "local-key"
WHO = {"request_id": REQUEST_ID, "api_key_id": API_KEY_ID, "source_ip": SOURCE_IP}
USERNAME = "hari@example.com"
HARI = json.dumps({"username": USERNAME})


def without_time(line: dict[str, Any]) -> dict[str, Any]:
    assert datetime.fromisoformat(line["timestamp"]).utcoffset() is not None
    return {name: value for name, value in line.items() if name != "timestamp"}


def test_each_change_and_the_outcome_are_logged(running: tuple[Handle, CapturedLog]) -> None:
    handle, log = running
    answer = json.loads(handle(api_gateway_event(body=HARI))["body"])

    *changes, outcome = [without_time(line) for line in log.lines]
    assert len(changes) == len(answer["changes"]) == 11
    assert all(line["change"] in answer["changes"] for line in changes)
    for line in changes:
        rest = {name: value for name, value in line.items() if name != "change"}
        assert rest == {"level": "INFO", "event": "change", **WHO, "username": "hari@example.com"}
    assert outcome == {
        "level": "INFO",
        "event": "outcome",
        **WHO,
        "username": "hari@example.com",
        "status": 200,
        "message": answer["message"],
    }


def test_dry_run_logs_only_the_outcome(running: tuple[Handle, CapturedLog]) -> None:
    handle, log = running
    handle(api_gateway_event(body='{"username": "hari@example.com", "dry_run": true}'))

    assert [(line["event"], line["status"]) for line in log.lines] == [("outcome", 200)]


@pytest.mark.parametrize(
    ("event", "level", "status"),
    [
        (api_gateway_event(body='{"username": "nobody@example.com"}'), "INFO", 404),
        (api_gateway_event(body='{"username": "olivia@example.com"}'), "INFO", 409),
        (api_gateway_event(body="{}"), "INFO", 400),
        (api_gateway_event(method="GET"), "INFO", 405),
        (api_gateway_event(path="/x"), "INFO", 404),
        ({}, "WARNING", 400),
    ],
)
def test_rejected_request_logs_only_the_outcome(
    running: tuple[Handle, CapturedLog], event: object, level: str, status: int
) -> None:
    handle, log = running
    message = json.loads(handle(event)["body"])["message"]

    assert [(line["event"], line["level"], line["status"], line["message"]) for line in log.lines] == [
        ("outcome", level, status, message)
    ]


@pytest.mark.parametrize(("fault", "status"), [("403", 502), ("html", 502), ("redirect", 502), ("huge", 502)])
def test_opsgenie_failure_is_logged_as_an_error(
    simulation: Simulation, running: tuple[Handle, CapturedLog], fault: str, status: int
) -> None:
    simulation.faults.order(fault, times=None)
    handle, log = running
    handle(api_gateway_event(body=HARI))

    assert [(line["event"], line["level"], line["status"]) for line in log.lines] == [("outcome", "ERROR", status)]


def test_long_traceback_keeps_only_its_end(
    monkeypatch: pytest.MonkeyPatch, running: tuple[Handle, CapturedLog]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("x" * 100_000 + " in the rules")

    monkeypatch.setattr("service.offboarding.Offboarding._plan", broken)
    handle, log = running
    handle(api_gateway_event(body=HARI))

    crash, _ = log.lines
    assert crash["error"].endswith("x in the rules\n")
    assert len(crash["error"]) == 16_384


def test_crash_is_logged_but_not_shown_to_the_caller(
    monkeypatch: pytest.MonkeyPatch, running: tuple[Handle, CapturedLog]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("in the rules")

    monkeypatch.setattr("service.offboarding.Offboarding._plan", broken)
    handle, log = running
    answered = handle(api_gateway_event(body=HARI))

    message = "this program has a defect; the log has the details under the request id"
    assert answered["statusCode"] == 500
    assert json.loads(answered["body"]) == {"message": message, "request_id": REQUEST_ID, "changes": []}
    crash, outcome = [without_time(line) for line in log.lines]
    assert "ZeroDivisionError: in the rules" in crash.pop("error")
    assert crash == {"level": "ERROR", "event": "crash", **WHO, "username": "hari@example.com"}
    assert (outcome["level"], outcome["status"], outcome["message"]) == ("ERROR", 500, message)


FORGERIES = [
    'x@example.com\n{"event": "change"}',
    'x@example.com\\n{"event": "outcome", "status": 200}',
    "x@example.com\u2028{}",
    "x@example.com\x85{}",
    '"}, "status": 200, "x": "@example.com',
    "\x1b[2Kx@example.com",
    "x@example.com\r",
]
FORGED = 'x\r\n{"event": "change"}\u2028\x85\x1b[2J'


@pytest.mark.parametrize(
    "event",
    [
        api_gateway_event(body=HARI, request_id=FORGED),
        api_gateway_event(path=f"/{FORGED}"),
        api_gateway_event(body=json.dumps({FORGED: 1})),
        api_gateway_event(body=json.dumps({"username": FORGED})),
        api_gateway_event(body=json.dumps({"username": '"}{"event": "change"}@example.com'})),
        *(api_gateway_event(body=json.dumps({"username": forged})) for forged in FORGERIES),
        *(api_gateway_event(body=json.dumps({"username": USERNAME, "replace_with": forged})) for forged in FORGERIES),
        {**api_gateway_event(), "httpMethod": FORGED},
        {**api_gateway_event(), "requestContext": {"identity": {"apiKeyId": FORGED, "sourceIp": FORGED}}},
    ],
)
def test_callers_cannot_forge_log_lines(running: tuple[Handle, CapturedLog], event: object) -> None:
    handle, log = running
    handle(event)

    lines = log.text.removesuffix("\n").split("\n")
    assert lines == log.text.splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["change"] * (len(lines) - 1) + ["outcome"]
    assert log.text.replace("\n", "").isprintable()
    assert log.text.isascii()


def test_names_from_opsgenie_cannot_forge_log_lines(
    simulation: Simulation, running: tuple[Handle, CapturedLog]
) -> None:
    with simulation.edit() as account:
        account["teams"][0]["name"] = FORGED
        account["schedules"][0]["name"] = FORGED
        account["integrations"][0]["name"] = FORGED
    handle, log = running
    handle(api_gateway_event(body=HARI))
    handle(api_gateway_event(body='{"username": "ines@example.com"}'))

    assert [line["event"] for line in log.lines] == ["change"] * 11 + ["outcome"] * 2
    assert log.text.replace("\n", "").isprintable()


@pytest.mark.parametrize("fault", [None, "403", "404", "html", "html-lost", "truncated", "lost", "redirect", "huge"])
def test_keys_never_appear_in_the_log_answer_or_output(
    simulation: Simulation, running: tuple[Handle, CapturedLog], capfd: pytest.CaptureFixture[str], fault: str | None
) -> None:
    if fault:
        simulation.faults.order(fault, method="DELETE", times=1)
    handle, log = running
    event = api_gateway_event(body=HARI)
    answered = handle(event)

    written = f"{log.text}{answered}{''.join(capfd.readouterr())}"
    assert KEY not in written
    assert event["headers"]["x-api-key"] not in written


def test_create_app_opens_the_log_and_reads_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACCESS_TOKEN", raising=False)
    with pytest.raises(SettingsError, match="ACCESS_TOKEN"):
        create_app()

    monkeypatch.setenv("ACCESS_TOKEN", KEY)
    apps: list[Flask] = []
    with capture_log(lambda: apps.append(create_app())) as log:
        apps[0].test_client().post("/", data="{}")

    assert [(line["event"], line["status"]) for line in log.lines] == [("outcome", 400)]
