"""Long lists under a rate limit, in virtual time: everybody is off-boarded, and each wait is told."""

from collections.abc import Iterator

import pytest

from local.opsgenie import Simulation, create_app
from local.opsgenie.answers import response
from service.settings import Settings
from service.vendors import open_session
from tests.support.console_runner import Run, as_json, runner_of
from tests.support.service_env import OPSGENIE
from tests.support.virtual_time import Clock, VirtualLine, virtual_time

TEN = [
    f"{name}@example.com"
    for name in (
        "aaliyah.brooks", "grace.mwangi", "ahmed.mansour", "aiko.tanaka", "alejandro.ruiz",
        "alina.popescu", "amara.diallo+oncall", "anders.lindqvist", "anjali.deshmukh", "antoine.mercier",
    )
]  # fmt: skip
WAITS = "Opsgenie asks to wait: going on in"
GO = ("--apply", "--yes", "--json")


@pytest.fixture(autouse=True)
def clock() -> Iterator[Clock]:
    """Virtual time."""
    with virtual_time(threads=False) as clock:
        yield clock


@pytest.fixture
def run(simulation: Simulation) -> Run:
    """Run a command line against the simulated Opsgenie; each call takes a tenth of a second."""
    settings = Settings("local-key", OPSGENIE, time_budget=120.0)
    session = open_session(settings)
    session.mount(OPSGENIE, VirtualLine(create_app(simulation)))
    return runner_of(settings, session)


@pytest.mark.parametrize(("period", "longest"), [(20.0, 120.0), (60.0, 360.0)])
def test_ten_people_are_offboarded_under_40_calls_in_a_window(
    simulation: Simulation, run: Run, clock: Clock, period: float, longest: float
) -> None:
    simulation.rate_limit, simulation.rate_period = 40, period
    began = clock.now

    result = run("offboard", *TEN, *GO)

    people = as_json(result)["people"]
    assert [(person["username"], person["outcome"]) for person in people] == [(name, "done") for name in TEN]
    assert result.exit_code == 0
    assert clock.now - began < longest
    lines = [line for line in result.stderr.splitlines() if " of 10: " not in line]
    assert len(lines) >= 3
    assert {line.removeprefix(WAITS) for line in lines} <= {f" {period + more:.0f} seconds" for more in (0, 1)}
    throttled = [call for call in simulation.calls if call.status == 429]
    assert len(throttled) < len(simulation.calls) / 4


def test_windows_of_a_second_are_not_told(simulation: Simulation, run: Run) -> None:
    simulation.rate_limit, simulation.rate_period = 5, 1.0

    result = run("offboard", *TEN[:3], *GO)

    assert (result.exit_code, result.stderr) == (0, "")


def test_one_person_who_needs_five_windows_is_offboarded(simulation: Simulation, run: Run) -> None:
    """The waits that Opsgenie asks for do not use up the two minutes that a person has."""
    simulation.rate_limit, simulation.rate_period = 10, 60.0

    result = run("offboard", "hari@example.com", *GO)

    assert [person["outcome"] for person in as_json(result)["people"]] == ["done"]
    assert len(result.stderr.splitlines()) >= 4


def test_run_stops_after_three_people_who_are_always_throttled(simulation: Simulation, run: Run, clock: Clock) -> None:
    simulation.rate_limit, simulation.rate_period = 0, 60.0
    began = clock.now

    result = run("offboard", *TEN, *GO)

    found = as_json(result)
    message = "Opsgenie is throttling or down (too many requests); run this again in 60 seconds. Nothing was changed"
    assert [(person["outcome"], person["message"]) for person in found["people"]] == [("failed", message)] * 3
    assert found["not_tried"] == TEN[3:]
    assert clock.now - began <= 3 * (300 + 120 + 10)
    assert len(simulation.calls) <= 3 * 25


def test_wait_of_years_is_not_waited_for(simulation: Simulation, run: Run, clock: Clock) -> None:
    in_years = {"Retry-After": "251606443085"}
    simulation.faults.add(lambda _: response({}, 503, headers=in_years), None, None, times=None)
    began = clock.now

    result = run("offboard", TEN[0], *GO)

    message = "Opsgenie is throttling or down (status 503); run this again in 300 seconds. Nothing was changed"
    assert as_json(result)["people"][0]["message"] == message
    assert (clock.now - began < 0.2, len(simulation.calls)) == (True, 1)
