"""Operations on the wire: pages, whole bodies, and what of an answer says that it is done."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from service.errors import NotFoundError, ServiceError, UnauthorizedError, UnexpectedResponseError
from service.jsm import parsing
from service.jsm.operations import Operations
from service.model import Delay, Escalation, ForwardingRule, Named, Override, Participant, Rotation
from tests.local.jsm.small_site import ESCALATION, FORWARDING, NOONE, OVERRIDE, ROTATION
from tests.support.site_samples import HARI, OPERATIONS, SCHEDULE, TEAM, operations, sent

ONE = f"{OPERATIONS}/schedules/s-1/rotations/r-1"
OF_TEAM = f"{OPERATIONS}/teams/t-1/escalations/e-1"


def rotation(**changed: Any) -> Rotation:
    return parsing.rotation({**ROTATION, **changed}, SCHEDULE)


def escalation(**changed: Any) -> Escalation:
    return parsing.escalation({**ESCALATION, **changed}, TEAM)


@pytest.mark.parametrize("links", [{}, {"next": None}, {"next": ""}, None])
def test_next_page_is_the_query_of_a_relative_address(mocked: responses.RequestsMock, links: Any) -> None:
    first = {"values": [OVERRIDE], "links": {"next": "/v1/schedules/s-1/overrides?offset=50&size=50"}}
    mocked.get(f"{OPERATIONS}/schedules/s-1/overrides", json=first)
    mocked.get(f"{OPERATIONS}/schedules/s-1/overrides", json={"values": [{**OVERRIDE, "alias": "o-2"}], "links": links})

    assert [one.id for one in operations().overrides(SCHEDULE)] == ["o-1", "o-2"]
    assert [str(call.request.url).partition("?")[2] for call in mocked.calls] == [
        "size=50&offset=0",
        "size=50&offset=50",
    ]


def test_next_page_is_asked_for_as_the_first_was(mocked: responses.RequestsMock) -> None:
    bare = {"id": "s-51", "rotations": [ROTATION]}
    mocked.get(f"{OPERATIONS}/schedules", json={"values": [], "links": {"next": "/v1/schedules?offset=50&size=50"}})
    mocked.get(f"{OPERATIONS}/schedules", json={"values": [bare]})
    mocked.get(f"{OPERATIONS}/forwarding-rules", json={"values": [], "links": {"next": "?offset=100"}})
    mocked.get(f"{OPERATIONS}/forwarding-rules", json={"values": []})

    assert [one.named.id for one in operations().schedules()] == ["s-51"]
    assert operations().forwarding_rules() == []

    assert [str(call.request.url).partition("?")[2] for call in mocked.calls] == [
        "size=50&offset=0&expand=rotation",
        "size=50&offset=50&expand=rotation",
        "showAll=true&size=100&offset=0",
        "showAll=true&size=100&offset=100",
    ]


def test_pages_that_lead_back_are_refused(mocked: responses.RequestsMock) -> None:
    page = {"values": [], "links": {"next": "/v1/forwarding-rules?showAll=true&size=100&offset=0"}}
    mocked.get(f"{OPERATIONS}/forwarding-rules", json=page)

    with pytest.raises(
        UnexpectedResponseError, match=r"^the pages of the list of forwarding rules lead back to an earl"
    ):
        operations().forwarding_rules()


def test_schedules_are_listed_with_their_rotations(mocked: responses.RequestsMock) -> None:
    listed = {"id": "s-1", "name": "Nights", "teamId": "t-1", "rotations": [ROTATION], "enabled": False}
    many = {"id": "s-2", "name": "", "teamId": "", "rotations": [ROTATION] * 25}
    bare = {"id": "s-3"}
    mocked.get(f"{OPERATIONS}/schedules", json={"values": [listed, many, bare], "links": {}})

    found = operations().schedules()

    assert [(one.named, one.team_id, one.rotations and len(one.rotations), one.enabled) for one in found] == [
        (Named("s-1", "Nights"), "t-1", 1, False),
        (Named("s-2", "s-2"), "", None, True),
        (Named("s-3", "s-3"), "", None, True),
    ]
    assert str(mocked.calls[0].request.url) == f"{OPERATIONS}/schedules?size=50&offset=0&expand=rotation"


@pytest.mark.parametrize(
    ("read", "path", "body", "key"),
    [
        (lambda api: api.schedules(), "schedules", {"values": [{}]}, "id"),
        (lambda api: api.teams(), "teams", {"values": []}, "platformTeams"),
        (lambda api: api.on_call(SCHEDULE), "schedules/s-1/on-calls", {"onCallParticipants": []}, "onCallUsers"),
        (lambda api: api.rotation(rotation()), "schedules/s-1/rotations/r-1", {}, "id"),
    ],
)
def test_other_shape_is_named(
    mocked: responses.RequestsMock, read: Callable[[Operations], Any], path: str, body: Any, key: str
) -> None:
    mocked.get(f"{OPERATIONS}/{path}", json=body)

    with pytest.raises(UnexpectedResponseError, match=f"is not of the documented form: .*there is no {key}$"):
        read(operations())


def test_rotation_is_written_whole_but_for_its_participants(mocked: responses.RequestsMock) -> None:
    after = replace(
        rotation(), participants=(Participant("user", "712020:kofi", "kofi@example.com"), Participant("none"))
    )
    written = [{"type": "user", "id": "712020:kofi"}, NOONE]
    mocked.patch(ONE, json={**ROTATION, "participants": written, "timeRestriction": None})

    operations().patch_rotation(after)

    ((_, _, body),) = sent(mocked)
    assert json.loads(body) == {
        name: value for name, value in {**ROTATION, "participants": written}.items() if name != "id"
    }


def test_escalation_is_written_whole_but_for_its_rules(mocked: responses.RequestsMock) -> None:
    before = escalation()
    after = replace(before, rules=(replace(before.rules[0], recipient=Participant("user", "712020:kofi")),))
    rules = [{**ESCALATION["rules"][0], "recipient": {"type": "user", "id": "712020:kofi"}}]
    mocked.patch(OF_TEAM, json={**ESCALATION, "rules": rules})

    operations().patch_escalation(after)

    ((_, _, body),) = sent(mocked)
    assert json.loads(body) == {name: value for name, value in {**ESCALATION, "rules": rules}.items() if name != "id"}


@pytest.mark.parametrize("answer", [{**ROTATION, "participants": []}, {**ROTATION, "participants": None}, {}])
def test_write_whose_answer_shows_others_may_have_been_made(mocked: responses.RequestsMock, answer: Any) -> None:
    mocked.patch(ONE, json=answer)

    with pytest.raises(UnexpectedResponseError) as raised:
        operations().patch_rotation(rotation())
    assert raised.value.outcome_unknown


def test_write_of_an_escalation_is_compared_too(mocked: responses.RequestsMock) -> None:
    mocked.patch(OF_TEAM, json={**ESCALATION, "rules": []})

    with pytest.raises(
        UnexpectedResponseError, match=r"^the answer shows others in the escalation Platform escalation th"
    ):
        operations().patch_escalation(escalation())


def test_escalation_without_a_team_has_no_address() -> None:
    with pytest.raises(UnexpectedResponseError, match=r"has no address of its own$"):
        operations().escalation(replace(escalation(), team=None))


@pytest.mark.parametrize(("delay", "minutes"), [(5, 5), (0, 0), (-1, 0), (None, 0), ("5", 0), (10**9, 0)])
def test_delay_is_in_minutes(delay: Any, minutes: int) -> None:
    (rule,) = escalation(rules=[{**ESCALATION["rules"][0], "delay": delay}]).rules

    assert rule.delay == Delay(minutes, "minutes")
    assert (
        parsing.escalation_json(escalation(rules=[{**ESCALATION["rules"][0], "delay": delay}]))["rules"][0]["delay"]
        == delay
    )


def test_override_is_of_a_user_or_of_no_one() -> None:
    assert parsing.override({**OVERRIDE, "rotationIds": ["r-1"]}, SCHEDULE).rotations == (Named("r-1", "r-1"),)
    assert parsing.override({**OVERRIDE, "responder": NOONE}, SCHEDULE).user == Named("", "")


def test_routing_rule_without_a_target_notifies_no_one() -> None:
    assert parsing.routing_rule({"id": "rr-1"}).listed == (Participant("none"),)


ENTRIES: list[tuple[Override | ForwardingRule, str, str]] = [
    (parsing.override(OVERRIDE, SCHEDULE), "schedules/s-1/overrides/o-1", "the override o-1 in Platform 24x7"),
    (parsing.forwarding_rule(FORWARDING), "forwarding-rules/f-1", "the forwarding rule "),
]


@pytest.mark.parametrize(("entry", "path", "what"), ENTRIES)
def test_delete_is_done_by_a_204_only(
    mocked: responses.RequestsMock, entry: Override | ForwardingRule, path: str, what: str
) -> None:
    mocked.delete(f"{OPERATIONS}/{path}", status=204)
    mocked.delete(f"{OPERATIONS}/{path}", json={"message": "gone"}, status=404)

    operations().delete(entry)

    with pytest.raises(NotFoundError) as raised:
        operations().delete(entry)
    assert raised.value.cause.what.startswith(what)


@pytest.mark.parametrize(("status", "there"), [(200, True), (404, False)])
def test_entry_exists_unless_it_is_not_found(mocked: responses.RequestsMock, status: int, there: bool) -> None:
    mocked.get(f"{OPERATIONS}/forwarding-rules/f-1", json={}, status=status)

    assert operations().exists(parsing.forwarding_rule(FORWARDING)) is there


@pytest.mark.parametrize(("status", "shows"), [(200, True), (401, False), (403, False), (402, False), (404, False)])
def test_audit_log_is_shown_to_admins_only(mocked: responses.RequestsMock, status: int, shows: bool) -> None:
    mocked.get(f"{OPERATIONS}/logs", json={"message": "x"}, status=status)

    assert operations().shows_logs() is shows
    assert "limit=1000" in str(mocked.calls[0].request.url)


def test_person_without_a_calendar_has_no_turns(mocked: responses.RequestsMock) -> None:
    url = f"{OPERATIONS}/schedules/on-calls/712020:hari.ics"
    mocked.get(url, json={"message": "none"}, status=404)
    mocked.get(url, json={"message": "no"}, status=403)
    now = datetime(2026, 11, 25, tzinfo=UTC)
    assert not operations().has_turns(HARI, now)
    with pytest.raises(UnauthorizedError) as raised:
        operations().has_turns(HARI, now)
    assert raised.value.cause.status == 403


def test_odd_entry_of_another_is_left_out_and_named(mocked: responses.RequestsMock) -> None:
    api = operations()
    api.odd.leaver = HARI
    odd = {"alias": "odd", "responder": {"type": "user"}}
    mocked.get(f"{OPERATIONS}/schedules/s-1/overrides", json={"values": [odd]})

    assert (api.overrides(SCHEDULE), api.odd.names) == ([], ["the override Platform 24x7 / odd"])


def test_odd_entry_that_may_be_the_leavers_is_refused(mocked: responses.RequestsMock) -> None:
    api = operations()
    api.odd.leaver = HARI
    odd = {"alias": "odd", "responder": {"id": HARI.id}}
    mocked.get(f"{OPERATIONS}/schedules/s-1/overrides", json={"values": [odd]})

    with pytest.raises(ServiceError, match=r"in odd there is no type$"):
        api.overrides(SCHEDULE)
