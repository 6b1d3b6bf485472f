"""A user's calendar in the simulated Opsgenie: every turn in the three months to come."""

from datetime import UTC, datetime

import pytest

from local.opsgenie import Quirks, Simulation
from tests.local.opsgenie.weeks import ANN, BOB, CID, NOW, account, client, moment, monday, override, rotation, schedule
from tests.support.simulation_client import Client, client_of, of_type


def test_a_calendar_is_a_file_of_events():
    data = account(schedule("first", rotation(ANN, BOB)))
    answer = client(data).http.get(
        "/v2/schedules/on-calls/bob%40example.com.ics", headers={"Authorization": "GenieKey local-key"}
    )

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert {"X-Request-Id", "X-Response-Time", "X-RateLimit-State"} <= set(answer.headers.keys())
    uids = [line for line in answer.text.split("\r\n") if line.startswith("UID:")]
    assert len(set(uids)) == len(uids) == 2
    assert answer.text == "".join(
        f"{line}\r\n"
        for line in [
            *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Opsgenie//On-call//EN", "CALSCALE:GREGORIAN"),
            *("BEGIN:VEVENT", uids[0], "DTSTAMP:20261123T090000Z"),
            *("DTSTART:20261130T000000Z", "DTEND:20261207T000000Z", "SUMMARY:First", "END:VEVENT"),
            *("BEGIN:VEVENT", uids[1], "DTSTAMP:20261123T090000Z"),
            *("DTSTART:20261214T000000Z", "DTEND:20261221T000000Z", "SUMMARY:First", "END:VEVENT"),
            "END:VCALENDAR",
        ]
    )


@pytest.mark.parametrize("identifier", ["ann", "ann@example.com", "Ann@Example.com"])
def test_a_turn_that_is_on_begins_now(identifier):
    assert client(account(schedule("first", rotation(ANN, BOB)))).calendar(identifier) == [
        (NOW, monday(7), "First"),
        (monday(14), monday(21), "First"),
    ]


def test_turns_are_listed_for_three_months():
    for_ever = rotation(ANN, type="daily", length=30, endDate="2036-01-01T00:00:00Z")

    assert [end for _, end, _ in client(account(schedule("first", for_ever))).calendar("ann")] == [
        monday(30),
        monday(60),
        monday(90),
        datetime(2027, 2, 23, 9, tzinfo=UTC),
    ]


def test_three_months_from_the_end_of_a_longer_month_end_with_the_shorter_one():
    data = account(schedule("first", rotation(ANN, endDate="2036-01-01T00:00:00Z")))
    late = Client(Simulation(data, now=lambda: datetime(2026, 11, 30, 12, tzinfo=UTC)))

    assert late.calendar("ann")[-1][1] == datetime(2027, 2, 28, 12, tzinfo=UTC)


def test_turns_through_teams_and_escalations_and_overrides_of_any_schedule_count():
    """The escalation calls whoever is on call in the first schedule, and Bob is in its team as well."""
    data = account(
        schedule("first", rotation(BOB, CID), overrides=[override(2, 3, CID), override(10, 11, of_type("team", "t"))]),
        schedule("second", rotation(of_type("team", "t"), CID)),
        schedule("third", rotation(CID, {"type": "none"}, of_type("escalation", "e"), CID)),
        schedule("fourth", rotation(CID), overrides=[override(-9, -7, BOB), override(1, 1.5, BOB)]),
        schedule("fifth", rotation(BOB), enabled=False),
    )

    assert client(data).calendar("bob") == [
        (NOW, monday(2), "First"),
        (NOW, monday(7), "Second"),
        (monday(1), monday(1.5), "Fourth"),
        (monday(3), monday(7), "First"),
        (monday(10), monday(11), "First"),
        (monday(14), monday(21), "First"),
        (monday(14), monday(21), "Second"),
        (monday(14), monday(21), "Third"),
    ]
    assert client(data, ics="direct only").calendar("bob") == [
        (NOW, monday(7), "First"),
        (monday(14), monday(21), "First"),
    ]
    assert client(data).calendar("dee") == client(data, ics="empty").calendar("bob") == []


def test_turns_of_a_schedule_that_an_escalation_calls_count_as_far_as_escalations_go():
    data = account(schedule("first", rotation(BOB, CID)), schedule("second", rotation(of_type("escalation", "e"))))
    data["escalations"][0]["rules"] = data["escalations"][0]["rules"][2:]

    assert client(data).calendar("cid") == [
        (monday(7), monday(14), "First"),
        (monday(7), monday(14), "Second"),
        (monday(21), monday(28), "First"),
        (monday(21), monday(28), "Second"),
    ]
    data["schedules"][0]["rotations"] = [rotation(of_type("escalation", "e"))]
    assert client(data).calendar("cid") == []


def test_a_calendar_of_nobody_and_without_the_right_is_refused():
    data = account(schedule("first", rotation(ANN)))
    narrow = Client(Simulation(data, keys={"narrow": frozenset({"read"})}), "narrow")
    refusing = client(data, ics="refused")

    assert narrow.call("GET", "/v2/schedules/on-calls/ann.ics") == (
        403,
        {"code": 40301, "message": "API Key is not granted with configuration access."},
    )
    assert refusing.call("GET", "/v2/schedules/on-calls/ann.ics") == (
        403,
        {"code": 40301, "message": "You are not authorized to access this calendar."},
    )
    assert client(data).call("GET", "/v2/schedules/on-calls/zoe%40example.com.ics") == (
        404,
        {"message": "No user exists with identifier [zoe@example.com]"},
    )
    assert client(data).call("POST", "/v2/schedules/on-calls/ann.ics", {})[0] == 405


@pytest.mark.parametrize(
    ("behind", "days"), [(None, [0, 1, 2, 3]), (1, [1, 2, 3]), (2, [0, 1, 2, 3]), (9, [0, 1, 2, 3])]
)
def test_a_stale_calendar_does_not_show_the_last_changes(behind, days):
    """One of the writes is refused, which changes nothing."""
    overrides = [override(day, day + 1, ANN) for day in range(1, 5)]
    data = account(schedule("first", rotation(CID), overrides=overrides))
    stale = client(data, ics="stale", changes_behind=behind)
    path = "/v2/schedules/first/overrides"
    assert len(stale.calendar("ann")) == 4
    for alias in ("o1", "nowhere", "o2"):
        stale.call("DELETE", f"{path}/{alias}")

    assert [start for start, _, _ in stale.calendar("ann")] == [monday(1 + day) for day in days]
    assert [entry["alias"] for entry in stale.get(path)] == ["o3", "o4"]


def test_a_search_for_blocked_users_can_be_behind():
    late, simulation = client_of(Quirks(blocked_query="behind"))
    with simulation.edit() as data:
        data["users"][2]["blocked"] = True
    assert [one["id"] for one in late.get("/v2/users?query=blocked:true")] == ["cid"]
    assert late.call("DELETE", "/v2/users/cid")[0] == 200

    assert [one["id"] for one in late.get("/v2/users?query=blocked:true")] == ["cid"]
    assert late.get("/v2/users?query=username:cid") == []
    simulation.reset()
    assert late.get("/v2/users?query=blocked:true") == []


def test_a_forwarding_rule_moves_turns_only_where_the_quirks_say():
    rule = {"id": "f", "fromUser": ANN, "toUser": BOB, "startDate": moment(2), "endDate": moment(5)}
    data = account(schedule("first", rotation(ANN, {"type": "none"})), forwardingRules=[rule])

    assert client(data).calendar("bob") == []
    assert client(data).calendar("ann")[0] == (NOW, monday(7), "First")
    assert client(data, ics_forwards=True).calendar("bob") == [(monday(2), monday(5), "First")]
    assert client(data, ics_forwards=True).calendar("ann")[:2] == [
        (NOW, monday(2), "First"),
        (monday(5), monday(7), "First"),
    ]
