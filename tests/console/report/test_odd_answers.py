"""The report on malformed answers: a message, never a traceback, and no key to another host."""

from typing import Any

import pytest
import responses
from click.testing import Result

from service.settings import Settings
from service.vendors import open_session
from tests.support.console_runner import as_json, runner_of
from tests.support.service_env import OPSGENIE

ANN = {"id": "ann", "username": "ann@example.com", "fullName": "Ann", "verified": True}
TIMES = {"startDate": "2026-12-01T00:00:00Z", "endDate": "2026-12-02T00:00:00Z"}
OVERRIDE = {"alias": "o", "user": {"type": "user", "id": "ann"}, **TIMES}
RULE = {"id": "f", "fromUser": {"id": "ann"}, "toUser": {"id": "bob"}, **TIMES}
HOURS = {"startHour": 8, "startMin": 0, "endHour": 18, "endMin": 0}
WEEK = {**HOURS, "startDay": "monday", "endDay": "friday"}
ROTATION: dict[str, Any] = {
    "id": "r",
    "name": "R",
    "startDate": "2026-01-05T08:00:00Z",
    "type": "daily",
    "length": 1,
    "participants": [{"type": "user", "id": "ann"}],
}


def restricted(*restrictions: Any) -> dict[str, Any]:
    return {**ROTATION, "timeRestriction": {"type": "weekday-and-time-of-day", "restrictions": list(restrictions)}}


def schedule(*rotations: Any, **more: Any) -> dict[str, Any]:
    return {"id": "s", "name": "S", "timezone": "Europe/Stockholm", "rotations": list(rotations), **more}


def over_the_wire(
    *words: str, users: Any = None, schedules: Any = (), overrides: Any = (), rules: Any = (), contact: Any = None
) -> Result:
    """Run a report on these answers."""
    responses.get(f"{OPSGENIE}/v2/users", json=users or {"data": [ANN]})
    responses.get(f"{OPSGENIE}/v2/users/ann", json={"data": {**ANN, "userContacts": contact or [{"enabled": True}]}})
    responses.get(f"{OPSGENIE}/v2/schedules", json={"data": list(schedules)})
    responses.get(f"{OPSGENIE}/v2/schedules/s/overrides", json={"data": list(overrides)})
    responses.get(f"{OPSGENIE}/v2/forwarding-rules", json={"data": list(rules)})
    responses.get(f"{OPSGENIE}/v2/escalations", json={"data": [{"id": "e", "name": "E"}]})
    responses.get(f"{OPSGENIE}/v2/escalations/e", json={"data": {"id": "e", "name": "E", "rules": []}})
    settings = Settings("secret-7", opsgenie_api_url=OPSGENIE)
    return runner_of(settings, open_session(settings))("report", *(words or ("--json",)))


@responses.activate
def test_next_page_at_another_host_is_not_requested() -> None:
    result = over_the_wire(users={"data": [], "paging": {"next": "https://evil.example.com/v2/users?offset=100"}})

    assert result.exit_code == 1
    assert (
        "the next page of users is said to be at another host (evil.example.com); it is not followed" in result.stderr
    )
    assert {call.request.url.split("/")[2] for call in responses.calls if call.request.url} == {"opsgenie.test"}


@responses.activate
def test_circular_paging_is_an_error() -> None:
    result = over_the_wire(users={"data": [], "paging": {"next": f"{OPSGENIE}/v2/users?offset=0"}})

    assert "come round in a circle" in result.stderr


@responses.activate
@pytest.mark.parametrize(
    ("users", "why"),
    [
        ({"data": [{}]}, "there is no id"),
        ({"data": None}, "something is of another type"),
        ({"more": 1}, "there is no data"),
        ({"data": [], "paging": {"next": 7}}, "next is not a text"),
    ],
)
def test_malformed_users_exit_1_with_a_message(users: Any, why: str) -> None:
    result = over_the_wire(users=users)

    assert result.exit_code == 1
    assert f"the answer about the list of users is not of the documented form: {why}" in result.stderr


@responses.activate
@pytest.mark.parametrize(
    "odd",
    [
        schedule(timezone=7),
        schedule(name=["S"]),
        schedule({**ROTATION, "startDate": "soon"}),
        schedule({**ROTATION, "startDate": None}),
        schedule({**ROTATION, "endDate": "9999-12-31T23:59:59-12:00"}),
        schedule({**ROTATION, "name": 7}),
        schedule({**ROTATION, "type": "yearly"}),
        schedule({**ROTATION, "length": 10**12}),
        schedule({**ROTATION, "participants": [{"id": "ann"}]}),
        schedule({**ROTATION, "timeRestriction": "always"}),
        schedule(restricted({"startHour": 8})),
        schedule(restricted({**HOURS, "endHour": None})),
        schedule(restricted({**HOURS, "endHour": 10**12})),
        schedule(restricted({**WEEK, "endDay": "someday"})),
        schedule(restricted({**WEEK, "startDay": 1})),
        schedule(restricted(7)),
    ],
)
def test_malformed_schedule_exits_1_with_a_message(odd: Any) -> None:
    result = over_the_wire(schedules=[odd])

    assert (result.exit_code, result.stdout) == (1, "")
    assert "is not of the documented form" in result.stderr


@responses.activate
@pytest.mark.parametrize(
    "odd",
    [
        {**OVERRIDE, "startDate": None},
        {**OVERRIDE, "endDate": 7},
        {**OVERRIDE, "startDate": "soon"},
        {**OVERRIDE, "startDate": "0001-01-01T00:00:00+12:00"},
        {**OVERRIDE, "user": "ann"},
    ],
)
def test_malformed_override_exits_1_with_a_message(odd: Any) -> None:
    result = over_the_wire(schedules=[schedule(ROTATION)], overrides=[odd])

    assert (result.exit_code, result.stdout) == (1, "")
    assert "is not of the documented form" in result.stderr


@responses.activate
@pytest.mark.parametrize("odd", [7, {}, {**RULE, "fromUser": "ann"}, {**RULE, "toUser": {}}, {**RULE, "id": 7}])
def test_malformed_forwarding_rule_exits_1_with_a_message(odd: Any) -> None:
    result = over_the_wire(rules=[odd])

    assert (result.exit_code, result.stdout) == (1, "")
    assert "the answer about the list of forwarding rules is not of the documented form" in result.stderr


@responses.activate
@pytest.mark.parametrize("end", [{"endDate": "soon"}, {"endDate": 7}, {"endDate": ""}])
def test_forwarding_rule_whose_end_cannot_be_read_counts_as_not_over(end: Any) -> None:
    found = as_json(over_the_wire(rules=[{**RULE, **end}]))

    assert found["people_who_can_no_longer_be_called"] == [
        {
            "username": "bob",
            "full_name": "",
            "state": "no account",
            "places": ["forwarding rule ann@example.com to bob"],
        }
    ]


@responses.activate
@pytest.mark.parametrize("user", [{"fullName": 7}, {"userContacts": [7]}, {"username": None}])
def test_malformed_user_exits_1_with_a_message(user: Any) -> None:
    responses.get(f"{OPSGENIE}/v2/users/ann", json={"data": {**ANN, **user}})

    result = over_the_wire(schedules=[schedule(ROTATION)])

    assert result.exit_code == 1
    assert "the answer about a user is not of the documented form" in result.stderr


@responses.activate
def test_weekdays_are_read_in_any_case() -> None:
    week = {**WEEK, "startDay": "Monday", "endDay": "FRIDAY"}

    found = as_json(over_the_wire(schedules=[schedule(restricted(week))]))

    # Four weekends from Friday 18:00 to Monday 8:00.
    assert found["schedules"][0]["hours_without_anybody"] == 4 * 62


@responses.activate
def test_lone_surrogate_in_a_name_does_not_break_the_output() -> None:
    lone = schedule(name="S\ud800")

    assert as_json(over_the_wire("--json", schedules=[lone]))["schedules"][0]["name"] == "S\ud800"
    assert over_the_wire("--html", "-", schedules=[lone]).exit_code == 0
    assert over_the_wire("--html", "/dev/null", schedules=[lone]).exit_code == 2


@responses.activate
def test_escalation_deleted_during_the_read_is_left_out() -> None:
    responses.get(f"{OPSGENIE}/v2/escalations/e", json={"message": "gone"}, status=404)

    assert as_json(over_the_wire())["escalations_with_one_recipient"] == []


@responses.activate
def test_escalation_listed_without_rules_is_fetched_whole() -> None:
    found = as_json(over_the_wire())

    assert found["escalations_with_one_recipient"] == [{"name": "E", "who": "nobody"}]
