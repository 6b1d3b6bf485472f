"""Who is on call in the simulated Opsgenie."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.opsgenie import Quirks, Simulation
from tests.support.simulation_client import Client, at, of_type, user

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
ANN, BOB, CID = (of_type("user", name) for name in ("ann", "bob", "cid"))
NONE = {"type": "none"}
WEEKDAYS = {
    "type": "weekday-and-time-of-day",
    "restrictions": [
        {"startDay": "monday", "startHour": 9, "startMin": 0, "endDay": "friday", "endHour": 17, "endMin": 30}
    ],
}
NIGHTS = {"type": "time-of-day", "restriction": {"startHour": 22, "startMin": 0, "endHour": 6, "endMin": 0}}


def rotation(**fields: Any) -> dict[str, Any]:
    """Make a rotation that started on a Monday at midnight."""
    start = {"id": "r1", "name": "r1", "startDate": "2026-11-23T00:00:00Z", "type": "daily", "length": 1}
    return {**start, "participants": [ANN, BOB, CID], **fields}


def account(*rotations: dict[str, Any], overrides: list[Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Make an account with one schedule, a team, and an escalation that leads back to the schedule."""
    schedule = {"id": "s", "name": "s", "timezone": "Etc/UTC", "enabled": True, **fields}
    rules = [
        {"notifyType": "default", "delay": {"timeAmount": minutes}, "recipient": recipient}
        for minutes, recipient in [(0, CID), (5, of_type("team", "t")), (9, of_type("schedule", "s"))]
    ]
    return {
        "users": [user("ann"), user("bob"), user("cid")],
        "teams": [{"id": "t", "name": "t", "members": [{"user": ANN}, {"user": BOB}]}],
        "escalations": [{"id": "e", "name": "e", "rules": rules}],
        "schedules": [{**schedule, "rotations": list(rotations), "overrides": overrides or []}],
        "forwardingRules": [
            {
                "id": "f",
                "fromUser": BOB,
                "toUser": CID,
                "startDate": "2027-01-01T00:00:00Z",
                "endDate": "2027-01-02T00:00:00Z",
            }
        ],
    }


def flat(data: dict[str, Any], moment: datetime, path: str = "on-calls", quirks: Quirks | None = None) -> list[str]:
    """Ask who is on call, by first name."""
    answer = Client(Simulation(data, quirks=quirks, now=lambda: moment)).get(f"/v2/schedules/s/{path}?flat=True")
    assert answer.pop("_parent") == {"id": "s", "name": "s", "enabled": data["schedules"][0]["enabled"]}
    usernames = answer["onCallRecipients" if path == "on-calls" else "nextOnCallParticipants"]
    return [username.removesuffix("@example.com") for username in usernames]


@pytest.mark.parametrize(
    ("fields", "after", "expected"),
    [
        ({}, timedelta(hours=-1), []),
        ({}, timedelta(hours=23), ["ann"]),
        ({}, timedelta(days=1), ["bob"]),
        ({}, timedelta(days=3), ["ann"]),
        ({"type": "hourly", "length": 12}, timedelta(hours=25), ["cid"]),
        ({"type": "weekly", "length": 2}, timedelta(days=14), ["bob"]),
        ({"participants": [ANN, NONE]}, timedelta(days=1), []),
        ({"endDate": "2026-11-24T00:00:00Z"}, timedelta(days=1), []),
        ({"timeRestriction": WEEKDAYS}, timedelta(days=4, hours=17), ["bob"]),
        ({"timeRestriction": WEEKDAYS}, timedelta(days=4, hours=17, minutes=30), []),
        ({"timeRestriction": WEEKDAYS}, timedelta(days=5, hours=10), []),
        ({"timeRestriction": NIGHTS}, timedelta(hours=5), ["ann"]),
        ({"timeRestriction": NIGHTS}, timedelta(hours=12), []),
        ({"timeRestriction": NIGHTS}, timedelta(hours=22), ["ann"]),
    ],
)
def test_turns(fields, after, expected):
    assert flat(account(rotation(**fields)), MONDAY + after) == expected


def test_time_restriction_is_in_the_time_of_the_schedule():
    data = account(rotation(timeRestriction=NIGHTS), timezone="Asia/Kolkata")

    assert flat(data, MONDAY + timedelta(hours=17)) == ["ann"]
    assert flat(data, MONDAY + timedelta(hours=16)) == []


def test_schedule_that_is_switched_off_has_nobody_on_call():
    assert flat(account(rotation(), enabled=False), MONDAY) == []


def test_override_replaces_its_rotations_only():
    override = {"alias": "o", "user": CID, "startDate": "2026-11-23T06:00:00Z", "endDate": "2026-11-23T07:00:00Z"}
    rotations = [rotation(), rotation(id="r2", name="r2", participants=[BOB])]
    only_second = [{**override, "rotations": [{"id": "r2", "name": "r2"}]}]
    at_six = MONDAY + timedelta(hours=6)

    assert flat(account(*rotations, overrides=[override]), at_six) == ["cid"]
    assert flat(account(*rotations, overrides=only_second), at_six) == ["ann", "cid"]
    assert flat(account(*rotations, overrides=only_second), at_six + timedelta(hours=1)) == ["ann", "bob"]


def test_forwarding_rule_puts_somebody_else_on_call():
    data = account(rotation(participants=[BOB]))
    moment = datetime(2027, 1, 1, 12, tzinfo=UTC)
    forwarded = {"id": "bob", "name": "bob@example.com", "type": "user"}

    assert flat(data, moment) == ["cid"]
    assert Client(Simulation(data)).get(at("/v2/schedules/s/on-calls?date={}", "2027-01-01T13:00:00+01:00")) == {
        "_parent": {"id": "s", "name": "s", "enabled": True},
        "onCallParticipants": [{"id": "cid", "name": "cid@example.com", "type": "user", "forwardedFrom": forwarded}],
    }


def test_team_and_escalation_show_who_is_behind_them():
    data = account(
        rotation(participants=[of_type("team", "t")]), rotation(id="r2", participants=[of_type("escalation", "e")])
    )
    client = Client(Simulation(data, now=lambda: MONDAY))
    (schedule,) = client.get("/v2/schedules/on-calls")
    team, escalation = schedule["onCallParticipants"]
    ann, bob, cid = ({"id": name, "name": f"{name}@example.com", "type": "user"} for name in ("ann", "bob", "cid"))

    assert team == {"id": "t", "name": "t", "type": "team", "onCallParticipants": [ann, bob]}
    assert {k: v for k, v in escalation.items() if k != "onCallParticipants"} == {
        "id": "e",
        "name": "e",
        "type": "escalation",
    }
    assert escalation["onCallParticipants"][:2] == [
        {**cid, "escalationTime": 0, "notifyType": "default"},
        {**team, "escalationTime": 5, "notifyType": "default"},
    ]
    assert flat(data, MONDAY) == ["ann", "bob", "cid"]


def test_every_schedule_is_in_one_call_in_the_shape_of_its_own():
    data = account(rotation(participants=[of_type("team", "t")]))
    data["schedules"] += [
        {**data["schedules"][0], "id": "off", "name": "Off", "enabled": False},
        {**data["schedules"][0], "id": "bare", "name": "Bare", "rotations": []},
    ]
    client = Client(Simulation(data, now=lambda: MONDAY))

    for query in ("", "flat=true", "date=2026-11-24T00:00:00Z", "flat=false"):
        every = client.get(f"/v2/schedules/on-calls?{query}")
        assert every == [client.get(f"/v2/schedules/{one}/on-calls?{query}") for one in ("s", "off", "bare")]
    assert [entry["onCallRecipients"] for entry in client.get("/v2/schedules/on-calls?flat=true")] == [
        ["ann@example.com", "bob@example.com"],
        [],
        [],
    ]


def test_next_on_call_is_the_turn_after():
    assert flat(account(rotation()), MONDAY, "next-on-calls") == ["bob"]
    assert flat(account(rotation(participants=[ANN, NONE, CID])), MONDAY, "next-on-calls") == ["cid"]
    assert flat(account(rotation(endDate="2026-11-24T00:00:00Z")), MONDAY, "next-on-calls") == []
    assert flat(account(rotation()), MONDAY - timedelta(days=9), "next-on-calls") == ["ann"]
    assert flat(account(rotation(type="weekly", timeRestriction=NIGHTS)), MONDAY, "next-on-calls") == ["bob"]
    assert flat(account(rotation(), enabled=False), MONDAY, "next-on-calls") == []


def test_next_on_call_of_several_rotations_names_each_and_the_first():
    """The names of the fields are those that real clients read; flat has the others'."""
    data = account(rotation(type="weekly"), rotation(id="r2", name="r2", participants=[CID, ANN]))
    client = Client(Simulation(data, now=lambda: MONDAY))
    parent = {"id": "s", "name": "s", "enabled": True}
    ann, bob = ({"id": name, "name": f"{name}@example.com", "type": "user"} for name in ("ann", "bob"))

    assert client.get("/v2/schedules/s/next-on-calls") == {
        "_parent": parent,
        "nextOnCallRecipients": [bob, ann],
        "exactNextOnCallRecipients": [ann],
    }
    assert client.get("/v2/schedules/s/next-on-calls?flat=true") == {
        "_parent": parent,
        "nextOnCallParticipants": ["bob@example.com", "ann@example.com"],
        "exactNextOnCallParticipants": ["ann@example.com"],
    }


def blocked(data: dict[str, Any], *names: str) -> dict[str, Any]:
    for entry in data["users"]:
        entry["blocked"] = entry["id"] in names
    return data


@pytest.mark.parametrize(
    ("word", "participant", "there"),
    [
        ("direct", BOB, ["bob"]),
        ("direct", of_type("team", "t"), ["ann"]),
        ("direct", of_type("escalation", "e"), ["cid", "ann", "bob"]),
        ("always", of_type("team", "t"), ["ann", "bob"]),
        ("never", BOB, []),
        ("never", of_type("team", "t"), ["ann"]),
    ],
)
def test_a_blocked_user_is_on_call_as_the_quirks_say(word, participant, there):
    """The escalation notifies the schedule, whose second rotation has Bob by himself."""
    rotations = [rotation(participants=[participant])]
    if participant["type"] == "escalation":
        rotations.append(rotation(id="r2", name="r2", participants=[BOB]))

    assert flat(blocked(account(*rotations), "bob"), MONDAY, quirks=Quirks(blocked_on_call=word)) == there


@pytest.mark.parametrize("members", [[], [{"user": BOB}]])
def test_a_team_without_anybody_who_can_be_called_has_nobody_on_call(members):
    data = blocked(account(rotation(participants=[of_type("team", "t")])), "bob")
    data["teams"][0]["members"] = members

    assert flat(data, MONDAY) == []
    assert Client(Simulation(data, now=lambda: MONDAY)).get("/v2/schedules/s/on-calls")["onCallParticipants"] == [
        {"id": "t", "name": "t", "type": "team"}
    ]


@pytest.mark.parametrize(("follows", "hour"), [(False, 8), (True, 9)])
def test_turns_follow_the_clock_of_the_schedule_as_the_quirks_say(follows, hour):
    """Summer time ends on 1 November in New York; an hourly turn is an hour all the same."""
    start = "2026-10-26T09:00:00-04:00"
    weekly = account(rotation(startDate=start, type="weekly"), timezone="America/New_York")
    hourly = account(rotation(startDate=start, type="hourly", length=24), timezone="America/New_York")
    quirks = Quirks(turns_follow_clock=follows)
    handed_over = datetime(2026, 11, 2, hour + 5, tzinfo=UTC)

    assert flat(weekly, handed_over - timedelta(minutes=1), quirks=quirks) == ["ann"]
    assert flat(weekly, handed_over, quirks=quirks) == ["bob"]
    assert flat(hourly, datetime(2026, 11, 2, 13, tzinfo=UTC), quirks=quirks) == ["bob"]
    assert flat(hourly, datetime(2026, 11, 2, 12, 59, tzinfo=UTC), quirks=quirks) == ["ann"]


@pytest.mark.parametrize(
    ("path", "date"),
    [
        ("on-calls", "soon"),
        ("on-calls", "0001-01-01T00:00:00Z"),
        ("next-on-calls", "soon"),
        ("next-on-calls", "9999-12-31T23:59:59Z"),
    ],
)
def test_a_date_that_cannot_be_is_refused(path, date):
    early = rotation(startDate="0001-01-01T00:00:00Z", timeRestriction=NIGHTS)
    client = Client(Simulation(account(early, timezone="America/New_York")))
    status, body = client.call("GET", f"/v2/schedules/s/{path}?date={date}")

    assert (status, body["errors"]) == (422, {"date": "must be a date like 2026-11-25T09:00:00Z"})
