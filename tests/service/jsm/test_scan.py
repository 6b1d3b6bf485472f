"""A scan reads everything side by side."""

import sys
from collections.abc import Iterator
from typing import cast
from unittest import mock

import pytest

from service.jsm.operations import Operations
from service.jsm.scan import Scanner
from service.jsm.teams import Teams
from service.model import Escalation, Named
from service.parallel import Parallel


@pytest.fixture
def threads_take_turns_often() -> Iterator[None]:
    """Let other threads in between almost any two steps."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("threads_take_turns_often")
def test_escalations_of_many_teams_are_read_side_by_side() -> None:
    named = [Named(f"t-{number}", "Platform") for number in range(300)]
    operations = mock.Mock()
    operations.schedules.return_value = operations.forwarding_rules.return_value = []
    operations.teams.return_value = named
    operations.escalations = lambda team: [
        Escalation(f"{team.id}-{number}", "Nights", (), team=team) for number in range(5)
    ]
    teams = mock.Mock()
    teams.members.return_value = []

    with Parallel() as parallel:
        found, _ = Scanner(cast(Operations, operations), cast(Teams, teams), parallel).everything()

    assert found.escalations.keys() == {f"{team.id}-{number}" for team in named for number in range(5)}
