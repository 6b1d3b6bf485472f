"""What tests can arrange in the simulated Opsgenie: faults, delays, concurrent edits."""

import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import requests
from werkzeug.serving import make_server

from local.opsgenie import Call, ConnectionDropped, Simulation, create_app, sample_account
from tests.support.simulation_client import Client

NORA = "/v2/users/nora@example.com"
KOFI = "/v2/users/kofi@example.com"


def raw(simulation, method="GET", path=KOFI):
    """Call and return the raw answer."""
    client = Client(simulation)
    return client.http.open(path, method=method, headers=client.headers)


@pytest.mark.parametrize(
    ("fault", "status", "headers", "start"),
    [
        (
            "429",
            429,
            {"X-RateLimit-State": "THROTTLED", "X-RateLimit-Reason": "ACCOUNT"},
            b'{"message": "You are making',
        ),
        ("429+retry-after", 429, {"Retry-After": "1"}, b'{"message": "You are making'),
        ("500", 500, {}, b'{"message": "Internal'),
        ("503", 503, {}, b'{"message": "Service'),
        ("403", 403, {}, b'{"message": "API Key is not granted with write access.", "code": 40301'),
        ("404", 404, {}, b'{"message": "No entity'),
        ("html", 200, {"Content-Type": "text/html; charset=utf-8"}, b"<!doctype html>"),
        ("redirect", 302, {"Location": "https://elsewhere.example.com/"}, b""),
        ("huge", 200, {"Content-Type": "application/json"}, b'{"data": "xxx'),
    ],
)
def test_fault_answers_instead_of_acting(fault, status, headers, start):
    simulation = Simulation()
    simulation.faults.order(fault)
    answer = raw(simulation, "DELETE", NORA)

    assert (answer.status_code, answer.data[: len(start)]) == (status, start)
    assert headers.items() <= dict(answer.headers).items()
    assert (fault == "huge") == (len(answer.data) > 10_000_000)
    assert simulation.snapshot() == sample_account()
    assert raw(simulation, "DELETE", NORA).status_code == 200


@pytest.mark.parametrize(("fault", "acts"), [("drop", False), ("hang", False), ("lost", True)])
def test_fault_drops_the_connection(fault, acts):
    simulation = Simulation()
    simulation.hang_seconds = 0.01
    simulation.faults.order(fault)

    with pytest.raises(ConnectionDropped):
        raw(simulation, "DELETE", NORA)
    assert (simulation.snapshot() != sample_account()) == acts
    assert simulation.calls == [Call("DELETE", NORA, "", None, None)]


def test_html_lost_fault_acts_but_answers_html():
    simulation = Simulation()
    simulation.faults.order("html-lost")

    assert raw(simulation, "DELETE", NORA).content_type.startswith("text/html")
    assert raw(simulation, "GET", NORA).status_code == 404


def test_truncated_fault_cuts_the_json_short():
    simulation = Simulation()
    simulation.faults.order("truncated")
    answer = raw(simulation)

    assert answer.content_length == len(answer.data) > 100
    assert answer.data.startswith(b'{"data": {"id": ')
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(answer.data)


def test_fault_applies_to_matching_requests_only():
    simulation = Simulation()
    simulation.faults.order("500", method="GET", path=r"^/v2/users/kofi", times=1, skip=2)
    simulation.faults.order("503", path="/v2/teams$", times=None)
    statuses = [
        raw(simulation, path=path).status_code for path in [KOFI, NORA, KOFI, KOFI, KOFI, "/v2/teams", "/v2/teams"]
    ]

    assert statuses == [200, 200, 200, 500, 200, 503, 503]
    assert [call.status for call in simulation.calls] == statuses


def test_closing_ends_a_hanging_request():
    simulation = Simulation()
    simulation.faults.order("hang")
    threading.Timer(0.05, simulation.close).start()

    with pytest.raises(ConnectionDropped):
        raw(simulation)


def test_before_hook_edits_the_account_before_the_request():
    simulation = Simulation()

    def edit():
        with simulation.edit() as account:
            account["teams"][-1]["members"] = [
                {"user": {"id": nora["id"], "username": nora["username"]}, "role": "user"}
            ]

    nora = Client(simulation).get(NORA)
    simulation.before("DELETE", "/users/", edit)

    assert raw(simulation, "DELETE", NORA).status_code == 428
    assert [team["name"] for team in Client(simulation).get(f"{NORA}/teams")] == ["Archive"]


def test_delayed_requests_overlap():
    simulation = Simulation()
    clients = [Client(simulation) for _ in range(8)]
    simulation.delay = 0.1
    started = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda client: client.get(KOFI), clients))

    assert 0.1 <= time.monotonic() - started < 0.6


def test_rate_limit_throttles():
    simulation = Simulation()
    simulation.rate_limit = 1
    answers = [raw(simulation) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert [answer.headers["X-RateLimit-State"] for answer in answers] == ["OK", "THROTTLED"]


def test_rate_limit_of_a_window_is_told_and_opens_with_the_next_window(monkeypatch):
    moment = 30.0
    monkeypatch.setattr("local.simulator.simulation.time", SimpleNamespace(monotonic=lambda: moment))
    simulation = Simulation()
    simulation.rate_limit, simulation.rate_period = 2, 20.0
    answers = [raw(simulation) for _ in range(3)]
    moment = 40.0
    answers.append(raw(simulation))

    assert [answer.status_code for answer in answers] == [200, 200, 429, 200]
    assert answers[2].headers["X-RateLimit-Period-In-Sec"] == "20"


def test_throttled_request_does_not_consume_a_fault():
    simulation = Simulation()
    simulation.rate_limit = 1
    raw(simulation)
    simulation.faults.order("500")
    throttled = raw(simulation)
    simulation.rate_limit = None

    assert [throttled.status_code, raw(simulation).status_code, raw(simulation).status_code] == [429, 500, 200]


def test_calls_are_recorded_as_sent():
    simulation = Simulation()
    client = Client(simulation)
    client.call("PATCH", "/v2/teams/A%2Fb%20c?identifierType=name&x=%40", {"name": "d"})
    client.call("GET", "/v2/users/a+b@example.com")

    assert simulation.calls == [
        Call("PATCH", "/v2/teams/A%2Fb%20c", "identifierType=name&x=%40", {"name": "d"}, 404),
        Call("GET", "/v2/users/a+b@example.com", "", None, 404),
    ]
    assert simulation.writes == simulation.calls[:1]


def test_simulation_is_controlled_over_http():
    simulation = Simulation()
    client = create_app(simulation).test_client()
    ordered = client.post("/_simulation/faults", json={"fault": "500", "path": "kofi"})

    assert ordered.status_code == 201
    assert client.post("/_simulation/faults", json={"fault": "flood"}).status_code == 422
    assert raw(simulation).status_code == 500
    assert client.get("/_simulation/calls").json == [
        {"method": "GET", "path": KOFI, "query": "", "body": None, "status": 500}
    ]
    client.post("/_simulation/faults", json={"fault": "500"})
    client.delete("/_simulation/faults")
    assert raw(simulation, "DELETE", NORA).status_code == 200
    client.put("/_simulation/delay", json={"seconds": 0.5})
    assert simulation.delay == 0.5
    client.post("/_simulation/reset")
    assert client.get("/_simulation/account").json == sample_account()
    assert (simulation.calls, simulation.delay) == ([], 0)


@pytest.mark.enable_socket
def test_server_drops_connections_and_keeps_quoted_slashes():
    simulation = Simulation()
    server = make_server("127.0.0.1", 0, create_app(simulation), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    headers = {"Authorization": "GenieKey local-key"}
    simulation.faults.order("lost", method="DELETE")
    try:
        with requests.Session() as session:
            session.trust_env = False
            with pytest.raises(requests.ConnectionError):
                session.delete(address + NORA, headers=headers, timeout=5)
            gone = session.delete(address + NORA, headers=headers, timeout=5)
            slash = session.get(f"{address}/v2/users/a%2Fb", headers=headers, timeout=5)
        with socket.create_connection(("127.0.0.1", server.server_port), timeout=5) as connection:
            # A proxied client sends the whole address.
            connection.sendall(
                b"GET http://opsgenie.test/v2/users/a%2Fb HTTP/1.0\r\nAuthorization: GenieKey local-key\r\n\r\n"
            )
            proxied = b"".join(iter(lambda: connection.recv(4096), b""))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

    assert gone.status_code == 404
    assert slash.json()["message"] == "No user exists with identifier [a/b]"
    assert b"No user exists with identifier [a/b]" in proxied
