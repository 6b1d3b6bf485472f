"""A user's calendar in the simulated Opsgenie: every turn in the three months to come."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.opsgenie import Quirks, Simulation
from tests.support.simulation_client import Client, client_of, of_type, user

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ANN, BOB, CID = (of_type("user", name) for name in ("ann", "bob", "cid"))
DAY = timedelta(days=1)


def monday(days: float) -> datetime:
    return datetime(2026, 11, 23, tzinfo=UTC) + days * DAY


def moment(days: float) -> str:
    return monday(days).strftime("%Y-%m-%dT%H:%M:%SZ")


def rotation(*participants: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Make a rotation of whole weeks that began on this Monday at midnight."""
    start = {"id": "r", "name": "r", "startDate": moment(0), "type": "weekly", "length": 1, "endDate": moment(28)}
    return {**start, "participants": list(participants), **fields}


def schedule(name: str, *rotations: dict[str, Any], overrides: Any = (), **fields: Any) -> dict[str, Any]:
    known = {"id": name, "name": name.title(), "timezone": "Etc/UTC", "enabled": True}
    return {**known, "rotations": list(rotations), "overrides": list(overrides), **fields}


def override(days: float, until: float, who: dict[str, Any]) -> dict[str, Any]:
    return {"alias": f"o{days}", "user": who, "startDate": moment(days), "endDate": moment(until)}


def account(*schedules: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Make an account whose team is Ann and Bob, and whose escalation calls Cid, the team and the first schedule."""
    rules = [
        {"notifyType": "default", "delay": {"timeAmount": 0}, "recipient": recipient}
        for recipient in (CID, of_type("team", "t"), of_type("schedule", "first"))
    ]
    return {
        "users": [user(name) for name in ("ann", "bob", "cid", "dee")],
        "teams": [{"id": "t", "name": "t", "members": [{"user": ANN}, {"user": BOB}]}],
        "escalations": [{"id": "e", "name": "e", "rules": rules}],
        "schedules": list(schedules),
        **fields,
    }


def client(data: dict[str, Any], **quirks: Any) -> Client:
    return Client(Simulation(data, quirks=Quirks(**quirks), now=lambda: NOW))


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


E, F, TEAM = of_type("escalation", "e"), of_type("escalation", "f"), of_type("team", "t")
references = st.sampled_from([E, F, E, F, ANN, BOB, CID, TEAM, {"type": "none"}])
recipients = st.sampled_from([*(of_type("schedule", name) for name in ("s0", "s1", "s0", "s1")), BOB, TEAM])
half_days = st.integers(-6, 80).map(lambda number: number / 2)
windows = st.tuples(half_days, half_days).map(sorted)
hours = st.tuples(st.integers(0, 23), st.integers(0, 23)).map(
    lambda both: {"type": "time-of-day", "restriction": {"startHour": both[0], "endHour": both[1]}}
)


@st.composite
def accounts(draw: Any) -> dict[str, Any]:
    """Two schedules, two escalations that may call each other through them, a team, overrides, forwarding, blocks."""
    schedules = []
    for name in ("s0", "s1"):
        rotations = [
            rotation(
                *draw(st.lists(references, min_size=1, max_size=3)),
                id=f"r{number}",
                type=draw(st.sampled_from(["daily", "weekly"])),
                **draw(st.fixed_dictionaries({}, optional={"timeRestriction": hours})),
            )
            for number in range(draw(st.integers(1, 2)))
        ]
        covers = [
            {**override(start, end, who), "alias": f"o{number}"}
            for number, ((start, end), who) in enumerate(draw(st.lists(st.tuples(windows, references), max_size=2)))
            if who["type"] != "none"
        ]
        schedules.append(
            schedule(name, *rotations, overrides=covers, enabled=draw(st.sampled_from([True, True, False])))
        )
    found = account(*schedules)
    found["escalations"] = [
        {
            "id": name,
            "name": name,
            "rules": [
                {"notifyType": "default", "delay": {"timeAmount": 0}, "recipient": one}
                for one in draw(st.lists(recipients, min_size=1, max_size=2))
            ],
        }
        for name in ("e", "f")
    ]
    for one in found["users"]:
        one["blocked"] = draw(st.sampled_from([False, False, True]))
    pairs = draw(st.lists(st.tuples(windows, st.permutations([ANN, BOB, CID])), max_size=2))
    found["forwardingRules"] = [
        {"id": f"f{n}", "fromUser": one, "toUser": other, "startDate": moment(start), "endDate": moment(end)}
        for n, ((start, end), (one, other, _)) in enumerate(pairs)
    ]
    return found


@settings(max_examples=40)
@given(
    data=accounts(),
    word=st.sampled_from(["direct", "never", "always"]),
    forwards=st.booleans(),
    minutes=st.lists(st.integers(0, 30 * 1440), min_size=6, max_size=8),
)
def test_a_calendar_has_an_event_whenever_its_user_is_on_call(data, word, forwards, minutes):
    if not forwards:
        data["forwardingRules"] = []
    asked = client(data, blocked_on_call=word, ics_forwards=forwards)
    calendars = {name: asked.calendar(name) for name in ("ann", "bob", "cid")}

    for then in (NOW + timedelta(minutes=number) for number in minutes):
        flat = asked.get(f"/v2/schedules/on-calls?flat=true&date={then:%Y-%m-%dT%H:%M:%SZ}")
        for name, found in calendars.items():
            there = {one["_parent"]["name"] for one in flat if f"{name}@example.com" in one["onCallRecipients"]}
            assert {summary for start, end, summary in found if start <= then < end} == there


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
