"""Writes that the simulated Opsgenie answers with another word than the documented one for done."""

import pytest

from local.opsgenie import ConnectionDropped, Simulation, create_app
from local.opsgenie.faults import FAULTS, READ_FAULTS, WRITE_FAULTS
from tests.support.simulation_client import Client, client_of, of_type, small_account

CID = "/v2/users/cid"
ROTATION = "/v2/schedules/s1/rotations/r1"
ACCEPTED = (202, {"result": "Request will be processed"})


@pytest.mark.parametrize(
    ("fault", "answer", "done"),
    [
        ("202", ACCEPTED, False),
        ("202+done", ACCEPTED, True),
        ("accepted", (200, {"result": "Accepted"}), False),
        ("accepted+done", (200, {"result": "Accepted"}), True),
        ("bare", (200, {}), False),
    ],
)
def test_a_write_is_answered_with_another_word(fault, answer, done):
    client, simulation = client_of()
    simulation.faults.order(fault, "DELETE", "^/v2/users/")

    assert client.call("DELETE", CID) == answer
    assert client.call("GET", CID)[0] == (404 if done else 200)
    assert done or simulation.snapshot() == small_account()


@pytest.mark.parametrize("requests", [0, 1, 3])
def test_a_write_is_done_after_the_next_requests(requests):
    client, simulation = client_of()
    simulation.later_requests = requests
    simulation.faults.order("202+later", "DELETE", "^/v2/users/")

    assert client.call("DELETE", CID) == ACCEPTED
    assert [client.call("GET", CID)[0] for _ in range(4)] == [200] * requests + [404] * (4 - requests)
    assert [(call.method, call.status) for call in simulation.writes] == [("DELETE", 202)]


def test_a_write_that_is_done_later_is_refused_like_any_other():
    client, simulation = client_of()
    simulation.faults.order("202+later", "DELETE", "^/v2/users/")

    assert client.call("DELETE", "/v2/users/ann") == ACCEPTED
    assert [client.call("GET", "/v2/users/ann")[0] for _ in range(5)] == [200] * 5
    assert simulation.snapshot() == small_account()


def test_a_write_that_waits_is_forgotten_with_the_rest():
    client, simulation = client_of()
    simulation.faults.order("202+later", "DELETE", "^/v2/users/")
    client.call("DELETE", CID)
    simulation.reset()

    assert [client.call("GET", CID)[0] for _ in range(5)] == [200] * 5


def test_a_write_without_an_answer_is_done_a_moment_later():
    client, simulation = client_of()
    simulation.later_requests = 1
    simulation.faults.order("lost+later", "DELETE", "^/v2/users/")
    with pytest.raises(ConnectionDropped):
        client.call("DELETE", CID)

    assert [client.call("GET", CID)[0] for _ in range(2)] == [200, 404]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (ROTATION, {"participants": [of_type("user", "bob")]}),
        ("/v2/escalations/e1", {"rules": [{"recipient": of_type("user", "bob")}]}),
    ],
)
def test_an_update_is_answered_with_what_it_did_not_change(path, body):
    client, simulation = client_of()
    shown = client.get(path)
    simulation.faults.order("unchanged", "PATCH", path)

    assert client.call("PATCH", path, body) == (200, {"result": "Updated", "data": shown})
    assert simulation.snapshot() == small_account()
    assert client.call("PATCH", path, body)[0] == 200
    assert client.get(path) != shown


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        ("402", 402, {"message": "Your plan does not include this feature."}),
        ("403+plan", 403, {"message": "This feature is not supported for your account.", "code": 40302}),
        ("410", 410, {"message": "This endpoint is no longer there."}),
        ("422", 422, {"message": "Request body is not processable. Please check the errors.", "errors": {"x": "y"}}),
        ("null", 200, {"data": None}),
    ],
)
@pytest.mark.parametrize("path", ["/v2/schedules/on-calls?flat=true", "/v2/forwarding-rules"])
def test_what_is_only_told_cannot_be_read(fault, status, body, path):
    client, simulation = client_of()
    simulation.faults.order(fault, "GET", "(on-calls|forwarding-rules)$", times=None)

    for _ in range(2):
        answer = client.call("GET", path)
        assert (answer[0], set(answer[1])) == (status, set(body))
        assert fault == "422" or answer[1] == body
    assert client.call("GET", "/v2/teams")[0] == 200


def test_another_process_can_order_each_of_them():
    http = create_app(Simulation()).test_client()
    statuses = {
        fault: http.post("/_simulation/faults", json={"fault": fault}).status_code
        for fault in (*FAULTS, *READ_FAULTS, *WRITE_FAULTS)
    }

    assert len(statuses) == len(FAULTS) + len(READ_FAULTS) + len(WRITE_FAULTS)
    assert set(statuses.values()) == {201}


def test_a_read_can_be_asked_for_beside_a_write_of_the_same_address():
    """What `unchanged` shows is read with the key of the write, and is no call."""
    simulation = Simulation(small_account(), keys={"write-only": frozenset({"create_update", "configuration"})})
    simulation.faults.order("unchanged", "PATCH")

    assert Client(simulation, "write-only").call("PATCH", ROTATION, {"length": 2}) == (200, {"result": "Updated"})
    assert [call.method for call in simulation.calls] == ["PATCH"]
