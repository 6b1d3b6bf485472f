"""A transport with less time: its bound, what its throttling slows, and the server's clock."""

from datetime import UTC, datetime

import pytest
import responses

from service.errors import OutOfTimeError, ThrottledError
from service.transport.call import Transport
from tests.support.raw_server import http, raw_server
from tests.support.wire_samples import ANYTHING, transport


def at_once(found: Transport) -> int:
    """Return the bound on the calls under way."""
    with found.slot() as bound:
        assert isinstance(bound, int)
        return bound


def test_throttling_slows_only_the_calls_with_less_time(mocked: responses.RequestsMock, waits: list[float]) -> None:
    mocked.get(ANYTHING, status=429)
    whole = transport()
    brief = whole.within(3.0)

    with pytest.raises(ThrottledError):
        brief.request("GET", "v2", "schedules", "on-calls")

    assert (1.5 < sum(waits) < 3.0, at_once(brief) < 128, at_once(whole)) == (True, True, 128)


def test_wait_longer_than_the_bound_ends_the_tries(mocked: responses.RequestsMock, waits: list[float]) -> None:
    mocked.get(ANYTHING, status=429, headers={"Retry-After": "4"})

    with pytest.raises(ThrottledError):
        transport().within(3.0).request("GET", "v2", "schedules", "on-calls")

    assert (waits, len(mocked.calls)) == ([], 1)


def test_bound_is_never_longer_than_what_is_left(mocked: responses.RequestsMock) -> None:
    with pytest.raises(OutOfTimeError):
        transport(seconds=0.0).within(3.0).request("GET", "v2", "schedules", "on-calls")

    assert not mocked.calls


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({}, None),
        ({"Date": "Wed, 25 Nov 2026 09:15:00 GMT"}, datetime(2026, 11, 25, 9, 15, tzinfo=UTC)),
        ({"Date": "Wed, 25 Nov 2026 09:15:00"}, datetime(2026, 11, 25, 9, 15, tzinfo=UTC)),
        ({"Date": "soon"}, None),
    ],
)
def test_server_time_is_the_date_of_the_last_answer(
    mocked: responses.RequestsMock, header: dict[str, str], expected: datetime | None
) -> None:
    mocked.get(ANYTHING, json={"data": []}, headers=header)
    asked = transport()

    asked.request("GET", "v2", "schedules", "on-calls")

    assert (asked.server_time, transport().server_time) == (expected, None)


@pytest.mark.enable_socket
@pytest.mark.usefixtures("bare_environment")
def test_server_time_is_the_applications_where_a_server_in_front_tells_its_own() -> None:
    in_front, own = "Date: Sat, 28 Nov 2026 17:10:07 GMT", "Date: Wed, 25 Nov 2026 09:15:00 GMT"

    with raw_server(http(b"{}", in_front, own)) as server:
        asked = transport(url=server.url)
        asked.request("GET", "v2", "schedules", "on-calls")

    assert asked.server_time == datetime(2026, 11, 25, 9, 15, tzinfo=UTC)
