"""Who can be called, read from Opsgenie: pages of blocked users, who is behind what, and what uses a team."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import responses

from service.errors import UnexpectedResponseError
from service.model import Escalation, Named, Participant, Person, Rotation
from service.opsgenie.account import AccountEndpoints
from service.opsgenie.client import Opsgenie
from service.opsgenie.reach import Blocked, behind
from service.parallel import Parallel
from tests.support.wire_samples import URL, transport

TEAM, LADDER = Participant("team", "t/1", name="Data"), Participant("escalation", name="Ladder")
ROUND = Participant("schedule", "s/1")
RULE = {"recipient": {"type": "team", "id": "t/1", "name": "Data"}}
USERS = [{"id": f"u{n}", "username": f"U{n}@example.com", "blocked": True} for n in range(250)]


@pytest.fixture
def opsgenie() -> Iterator[Opsgenie]:
    """The client under test."""
    with Parallel() as parallel:
        yield Opsgenie(transport(), parallel)


def serve_pages(mocked: responses.RequestsMock, *, total: bool) -> None:
    """Serve the blocked users a hundred a page, with or without their total."""

    def page(request: Any) -> tuple[int, dict[str, str], str]:
        offset = int(request.params["offset"])
        found = {"data": USERS[offset : offset + 100], **({"totalCount": len(USERS)} if total else {})}
        return 200, {}, json.dumps(found)

    mocked.add_callback(responses.GET, f"{URL}/v2/users", page)


@pytest.mark.parametrize("total", [False, True])
def test_every_page_of_blocked_users_is_read(mocked: responses.RequestsMock, total: bool) -> None:
    serve_pages(mocked, total=total)
    blocked = Blocked(AccountEndpoints(transport()))

    blocked.read_first()
    for call in blocked.rest:
        assert call() == []

    assert blocked.names == {name for n in range(250) for name in (f"u{n}", f"u{n}@example.com")}
    assert len(mocked.calls) == 3


def test_search_that_is_ignored_blocks_nobody_else(mocked: responses.RequestsMock) -> None:
    everybody = [{"id": "a", "username": "a@example.com"}, {"id": "b", "username": "b@example.com", "blocked": False}]
    mocked.get(f"{URL}/v2/users", json={"data": everybody})
    blocked = Blocked(AccountEndpoints(transport()))

    blocked.read_first()

    assert (blocked.names, blocked.rest, blocked.refusal) == (set(), [], "")


@pytest.mark.parametrize("status", [402, 404, 422])
def test_refused_search_for_blocked_users_is_kept(mocked: responses.RequestsMock, status: int) -> None:
    mocked.get(f"{URL}/v2/users", status=status, json={"message": "not for you"})
    blocked = Blocked(AccountEndpoints(transport()))

    blocked.read_first()

    assert (blocked.names, blocked.rest, blocked.refusal) == (set(), [], "not for you")


ANNA = {"type": "user", "id": "a", "username": "anna@example.com"}
OVER = {"id": "r0", "name": "R0", "endDate": "2026-01-01T00:00:00Z", "participants": [ANNA]}
DAYS = {"id": "r", "participants": [ANNA]}
MEMBERS = [{"user": {"id": "a", "username": "anna@example.com"}}]
BEHIND: list[tuple[Participant, str, Any, tuple[str, ...]]] = [
    (TEAM, "/v2/teams/t%2F1?identifierType=id", {"members": MEMBERS}, ("a",)),
    (TEAM, "/v2/teams/t%2F1?identifierType=id", {}, ()),
    (LADDER, "/v2/escalations/Ladder?identifierType=name", {"id": "e", "rules": [{"recipient": ANNA}]}, ("a",)),
    (ROUND, "/v2/schedules/s%2F1?identifierType=id", {"id": "s/1", "rotations": [OVER, DAYS]}, ("a",)),
    (ROUND, "/v2/schedules/s%2F1?identifierType=id", {"id": "s/1", "rotations": [OVER, {"id": "r"}]}, ()),
    (ROUND, "/v2/schedules/s%2F1?identifierType=id", {"id": "s/1", "enabled": False, "rotations": [DAYS]}, ()),
]


@pytest.mark.parametrize(("one", "address", "data", "ids"), BEHIND)
def test_who_is_behind_is_read(
    mocked: responses.RequestsMock, one: Participant, address: str, data: Any, ids: tuple[str, ...]
) -> None:
    mocked.get(f"{URL}{address}", json={"data": data})

    assert tuple(who.id for who in behind(AccountEndpoints(transport()), one)) == ids


def test_nobody_is_behind_what_is_gone_or_of_another_kind(mocked: responses.RequestsMock) -> None:
    mocked.get(re.compile(".*"), status=404, json={"message": "gone"})
    api = AccountEndpoints(transport())

    assert [behind(api, one) for one in (TEAM, LADDER, ROUND, Participant("group", "g"))] == [(), (), (), ()]


def test_odd_schedule_behind_an_escalation_is_unexpected(mocked: responses.RequestsMock) -> None:
    mocked.get(re.compile(".*"), json={"data": []})

    with pytest.raises(
        UnexpectedResponseError,
        match=r"^the answer about the schedule .* is not of the documented form: something is of another type$",
    ):
        behind(AccountEndpoints(transport()), ROUND)


def test_uses_are_read_from_lists_that_leave_things_out(mocked: responses.RequestsMock, opsgenie: Opsgenie) -> None:
    team = {"type": "team", "id": "t/1"}
    mocked.get(f"{URL}/v2/schedules", json={"data": [{"id": "s/1", "name": "S"}, {"id": "s/2", "name": "Gone"}]})
    mocked.get(
        f"{URL}/v2/schedules/s%2F1/rotations", json={"data": [{"id": "r/1", "name": "R", "participants": [team]}]}
    )
    mocked.get(f"{URL}/v2/schedules/s%2F2/rotations", status=404, json={"message": "gone"})
    mocked.get(f"{URL}/v2/escalations", json={"data": [{"id": "e/1", "name": "E"}]})
    mocked.get(f"{URL}/v2/escalations/e%2F1", json={"data": {"id": "e/1", "name": "E", "rules": [RULE]}})
    mocked.get(
        f"{URL}/v2/teams/t%2F1/routing-rules", json={"data": [{"id": "q/1", "name": "Q", "notify": {"type": "none"}}]}
    )

    found = opsgenie.uses((Named("t/1", "Data"),))

    assert [(type(one), one.id) for one in found if isinstance(one, Rotation | Escalation)] == [
        (Rotation, "r/1"),
        (Escalation, "e/1"),
    ]
    assert [one.id for one in found if not isinstance(one, Rotation | Escalation)] == ["q/1"]


@pytest.mark.parametrize(("is_gone", "unread"), [(True, ()), (False, ("overrides of S: gone",))])
def test_schedule_that_goes_while_overrides_are_read_has_none(
    mocked: responses.RequestsMock, opsgenie: Opsgenie, is_gone: bool, unread: tuple[str, ...]
) -> None:
    listed = [{"id": "s/1", "name": "S"}]
    mocked.get(f"{URL}/v2/schedules", json={"data": listed})
    mocked.get(f"{URL}/v2/schedules", json={"data": [] if is_gone else listed})
    mocked.get(f"{URL}/v2/schedules/s%2F1/overrides", status=404, json={"message": "gone"})

    assert opsgenie.overrides_of(Person("u/1", "hari@example.com")) == ((), unread)
