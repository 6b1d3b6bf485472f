"""The limits of a process: what one request finds of how fast the server may be called, the next one begins with."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import responses

from service.deadline import Deadline
from service.errors import ServiceError, UnavailableError
from service.opsgenie.calls import api
from service.settings import Settings
from service.transport.call import Transport
from service.transport.limiter import Limiter
from service.transport.session import Session
from service.vendors import open_session
from tests.service.transport.conftest import Waits
from tests.support.wire_samples import ANYTHING, KEY, URL

SETTINGS = Settings(KEY, URL)


@pytest.fixture
def session() -> Iterator[Session]:
    """The session of a process."""
    with open_session(SETTINGS) as session:
        yield session


def person(session: Session, seconds: float = 120.0) -> Transport:
    """Return the calls for one person."""
    return Transport(session, api(SETTINGS), Deadline(seconds))


def bound(limiter: Limiter) -> int:
    with limiter.slot(Deadline(5), write=False) as at_once:
        return at_once


@pytest.mark.parametrize(
    "headers", [{"X-RateLimit-Period-In-Sec": "20"}, {"Retry-After": "20", "X-RateLimit-Period-In-Sec": "60"}]
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_next_person_waits_until_the_window_opens_again(
    mocked: responses.RequestsMock, waits: Waits, session: Session, headers: dict[str, str], method: str
) -> None:
    mocked.get(ANYTHING, status=429, headers=headers)
    mocked.add(method, f"{URL}/v2/teams", json={})
    with pytest.raises(ServiceError):
        person(session).request("GET", "v2", "users", "hari", retry=False)
    waits.now += 5.0

    person(session).request(method, "v2", "teams", retry=False)

    assert [round(wait, 3) for wait in waits] == [15.0]


def test_later_and_shorter_wait_does_not_shorten_one_that_was_asked_for(waits: Waits) -> None:
    limiter = Limiter(8)
    limiter.close(20.0)
    limiter.close(1.0)

    with limiter.slot(Deadline(60), write=True):
        assert waits == [20.0]


@pytest.mark.parametrize(("method", "seconds"), [("GET", 20.0), ("DELETE", 25.0)])
def test_call_without_time_to_wait_is_made(
    mocked: responses.RequestsMock, waits: Waits, session: Session, method: str, seconds: float
) -> None:
    """Its answer says how long the wait is by now: nothing that a server once said keeps a process from calling it."""
    session.limiter.close(20.0)
    mocked.add(method, ANYTHING, status=429, headers={"Retry-After": "251606443085"})

    with pytest.raises(UnavailableError) as failed:
        person(session, seconds).request(method, "v2", "teams")

    assert (failed.value.retry_after, waits, len(mocked.calls)) == (251606443.0, [], 1)


def test_write_made_from_a_read_does_not_wait(waits: Waits) -> None:
    """It would overwrite concurrent edits."""
    limiter = Limiter(8)
    with limiter.slot(Deadline(60), write=True):
        limiter.close(20.0)
        with limiter.slot(Deadline(60), write=True):
            pass

    assert waits == []


def test_reads_that_only_tell_and_those_that_decide_do_not_wait_for_each_other(
    mocked: responses.RequestsMock, waits: Waits, session: Session
) -> None:
    mocked.get(ANYTHING, status=429, headers={"Retry-After": "2"})
    mocked.get(ANYTHING, json={})
    with pytest.raises(ServiceError):
        person(session).within(3.0).request("GET", "v2", "schedules", "on-calls", retry=False)

    person(session).request("GET", "v2", "teams")
    assert waits == []
    person(session).within(3.0).request("GET", "v2", "schedules", "on-calls")
    assert [round(wait, 3) for wait in waits] == [2.0]


@pytest.mark.parametrize(
    "failure", [{"status": 429}, {"status": 500}, {"status": 503}, {"body": requests.ConnectionError()}]
)
def test_overloaded_server_gets_fewer_calls_at_once_from_the_next_person_too(
    mocked: responses.RequestsMock, session: Session, failure: dict[str, Any]
) -> None:
    mocked.get(ANYTHING, **failure)
    with pytest.raises(ServiceError):
        person(session).request("GET", "v2", "teams", retry=False)

    with person(session).slot() as at_once:
        assert at_once == 64


def test_other_errors_leave_the_bound_as_it_is(mocked: responses.RequestsMock, session: Session) -> None:
    mocked.get(ANYTHING, status=404, json={})
    with pytest.raises(ServiceError):
        person(session).request("GET", "v2", "teams")

    assert bound(session.limiter) == 128


def test_bound_grows_by_one_after_as_many_successes_up_to_its_start() -> None:
    limiter = Limiter(4)
    limiter.slow_down(4)
    found = []
    for _ in range(12):
        found.append(bound(limiter))
        limiter.speed_up()

    assert found == [2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4]


def test_successes_before_a_failure_do_not_count_after_it() -> None:
    limiter = Limiter(8)
    limiter.slow_down(8)
    for _ in range(3):
        limiter.speed_up()
    limiter.slow_down(4)
    found = []
    for _ in range(2):
        limiter.speed_up()
        found.append(bound(limiter))

    assert found == [2, 3]


class WatchedDeadline(Deadline):
    """A deadline that says when a call waits for a slot."""

    def __init__(self) -> None:
        super().__init__(60.0)
        self.asked = threading.Event()

    def remaining(self) -> float:
        self.asked.set()
        return super().remaining()


def test_call_that_gets_its_slot_late_still_waits_until_the_window_opens(waits: Waits) -> None:
    limiter, deadline = Limiter(1), WatchedDeadline()

    def wait_for_slot() -> None:
        with limiter.slot(deadline, write=False):
            pass

    other = threading.Thread(target=wait_for_slot)
    with limiter.slot(Deadline(60), write=False):
        other.start()
        deadline.asked.wait(5)
        limiter.close(20.0)
    other.join(5)

    assert waits == [20.0]
