"""Retries: of what, how often, after what wait, and never past the deadline."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import requests
import responses

from service.errors import OutOfTimeError, ServiceError, ThrottledError, UnavailableError
from tests.service.transport.conftest import Waits
from tests.support.wire_samples import ANYTHING, transport


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    "failure",
    [
        {"status": 429},
        {"status": 500},
        {"status": 503},
        {"body": requests.ConnectionError()},
        {"body": requests.Timeout()},
    ],
)
def test_transient_failure_is_retried(
    mocked: responses.RequestsMock, waits: list[float], method: str, failure: dict[str, Any]
) -> None:
    mocked.add(method, ANYTHING, **failure)
    mocked.add(method, ANYTHING, json={"result": "done"})

    assert transport().request(method, "v2", "users", "u") == {"result": "done"}
    assert len(waits) == 1


@pytest.mark.parametrize(
    ("method", "seconds", "expected"),
    [
        ("GET", 25.0, (0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0)),
        ("DELETE", 25.0, (0.25, 0.5, 1.0, 2.0, 4.0, 5.0)),
        ("GET", 120.0, (0.25, 0.5, 1.0, 2.0, 4.0, *[5.0] * 19)),
    ],
)
@pytest.mark.parametrize(
    "headers",
    [{}, {"Retry-After": "0"}, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, {"Retry-After": "soon"}],
    ids=["no hint", "0", "a date gone by", "nonsense"],
)
@pytest.mark.parametrize("status", [429, 503])
def test_tries_until_the_deadline_with_growing_waits(
    mocked: responses.RequestsMock,
    waits: list[float],
    method: str,
    seconds: float,
    expected: tuple[float, ...],
    headers: dict[str, str],
    status: int,
) -> None:
    """As many tries as that: the server may be down. No write starts in the last five seconds."""
    mocked.add(method, ANYTHING, status=status, headers=headers)

    with pytest.raises(UnavailableError):
        transport(seconds=seconds).request(method, "v2", "users", "u")

    first, rest = waits[: len(expected)], waits[len(expected) :]
    assert [base <= wait <= 1.25 * base for wait, base in zip(first, expected, strict=True)] == [True] * len(expected)
    assert len(rest) <= 2
    assert len(mocked.calls) == len(waits) + 1
    assert 0 <= seconds - (0 if method == "GET" else 5) - sum(waits) <= 6.5


@pytest.mark.parametrize(("method", "calls"), [("GET", 3), ("DELETE", 2)])
def test_runs_out_of_time_where_no_answer_comes(
    mocked: responses.RequestsMock, waits: Waits, method: str, calls: int
) -> None:
    def silence(_: requests.PreparedRequest) -> Any:
        waits.now += 12.0
        raise requests.ReadTimeout("late")

    mocked.add_callback(method, ANYTHING, silence)

    with pytest.raises(OutOfTimeError, match=r"^(no answer in time|the time for this request is used up)$"):
        transport(seconds=25.0).request(method, "v2", "users", "u")

    assert waits.now <= 1000.0 + 25.0 + (12.0 if method == "GET" else 0.0)
    assert (len(mocked.calls), len(waits)) == (calls, calls - 1)


@pytest.mark.parametrize("status", [200, 302, 400, 401, 402, 403, 404, 409, 422, 428, 501])
def test_permanent_failure_is_not_retried(mocked: responses.RequestsMock, waits: list[float], status: int) -> None:
    mocked.get(ANYTHING, status=status, body=b"{}" if status >= 400 else b"")

    with pytest.raises(ServiceError):
        transport().request("GET", "v2", "teams")
    assert (len(mocked.calls), waits) == (1, [])


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2.0),
        (" 3 ", 3.0),
        *(
            (garbage, 0.25)
            for garbage in (
                "0", "Wed, 21 Oct 2015 07:28:00 GMT",
                "", "soon", "-1", "1.5", "\u00b2", "Wed, 40 Foo 2026 99:99:99 GMT", "1 Jan",
                "Mon, 01 Jan 99999999999 00:00:00 GMT", "Wed, 21 Oct 2065 07:28:00 +99999999999999",
            )
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [429, 503])
def test_wait_follows_retry_after_and_ignores_garbage(
    mocked: responses.RequestsMock, waits: list[float], status: int, header: str, seconds: float
) -> None:
    mocked.get(ANYTHING, status=status, headers={"Retry-After": header})
    mocked.get(ANYTHING, json={})

    transport().request("GET", "v2", "teams")

    assert [seconds <= wait <= 1.25 * seconds for wait in waits] == [True]


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0000"])
def test_wait_follows_a_retry_after_date(mocked: responses.RequestsMock, waits: list[float], zone: str) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=10), usegmt=True).replace("GMT", zone)
    mocked.get(ANYTHING, status=429, headers={"Retry-After": until})
    mocked.get(ANYTHING, json={})

    transport().request("GET", "v2", "teams")

    assert [8 <= wait <= 12.5 for wait in waits] == [True]


@pytest.mark.parametrize(
    ("header", "seconds"), [("60", 60.0), ("1", 1.0), ("", None), ("soon", None), ("\u0661", None), (None, None)]
)
def test_rate_limit_period_is_passed_to_the_caller(
    mocked: responses.RequestsMock, header: str | None, seconds: float | None
) -> None:
    """Opsgenie documents this header only, not Retry-After."""
    mocked.get(ANYTHING, status=429, headers={} if header is None else {"X-RateLimit-Period-In-Sec": header})

    with pytest.raises(ThrottledError) as failed:
        transport().request("GET", "v2", "teams", retry=False)

    assert (failed.value.period, failed.value.retry_after) == (seconds, None)


@pytest.mark.parametrize(
    ("period", "seconds", "least"),
    [("1", 20.0, 1.0), ("19", 25.0, 19.0), ("20", 120.0, 20.0), ("60", 25.0, 0.25), ("0", 25.0, 0.25)],
)
def test_wait_is_the_rate_limit_period_where_there_is_time_for_it(
    mocked: responses.RequestsMock, waits: list[float], period: str, seconds: float, least: float
) -> None:
    """It is the longest wait: where there is no time for it, a shorter one may do."""
    mocked.get(ANYTHING, status=429, headers={"X-RateLimit-Period-In-Sec": period})
    mocked.get(ANYTHING, json={})

    transport(seconds=seconds).request("GET", "v2", "teams")

    assert [least <= wait <= least + min(1.0, least / 4) for wait in waits] == [True]


@pytest.mark.parametrize("header", ["21", "999999999999999999999", "Wed, 21 Oct 2065 07:28:00 GMT"])
def test_retry_after_past_the_deadline_is_left_to_the_caller(
    mocked: responses.RequestsMock, waits: list[float], header: str
) -> None:
    mocked.get(ANYTHING, status=429, headers={"Retry-After": header})

    with pytest.raises(ThrottledError) as failed:
        transport(seconds=20.0).request("GET", "v2", "teams")

    assert (failed.value.retry_after or 0) >= 21
    assert (len(mocked.calls), waits) == (1, [])


@pytest.mark.parametrize(
    ("failures", "outcome_unknown"),
    [
        ([{"status": 429}, {"status": 403}], False),
        ([{"status": 500}, {"status": 403}], True),
        ([{"status": 500}, {"status": 429}, {"status": 404}], True),
        ([{"body": requests.ConnectionError()}, {"status": 404}], True),
        ([{"status": 429}, {"body": requests.ConnectionError()}, {"status": 428}], True),
    ],
)
@pytest.mark.usefixtures("waits")
def test_one_try_of_unknown_outcome_makes_the_call_unknown(
    mocked: responses.RequestsMock, failures: list[dict[str, Any]], outcome_unknown: bool
) -> None:
    for failure in failures:
        mocked.delete(ANYTHING, **{"body": b"{}", **failure})

    with pytest.raises(ServiceError) as failed:
        transport().request("DELETE", "v2", "users", "u")
    assert failed.value.outcome_unknown == outcome_unknown
