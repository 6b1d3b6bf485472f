"""Who is on call in the simulated Opsgenie against a brute force that knows rotations only as the API shows them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from local.opsgenie import Simulation
from tests.support.simulation_client import Client, at, of_type, user

NOW = datetime(
    2026, 11, 1, tzinfo=UTC
)  # a week after summer time ended in Europe, and the night that it ends in America
HOURS = {"hourly": 1, "daily": 24, "weekly": 168}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

clock = st.tuples(st.integers(0, 23), st.sampled_from([0, 30]))
days = st.sampled_from(DAYS)
moments = st.integers(-20 * 48, 20 * 48).map(lambda halves: NOW + halves * timedelta(minutes=30))
one_day = st.tuples(clock, clock).map(lambda both: {"type": "time-of-day", "restriction": restricted(*both)})
some_days = st.lists(st.tuples(clock, clock, days, days), min_size=1, max_size=2).map(
    lambda found: {
        "type": "weekday-and-time-of-day",
        "restrictions": [{**restricted(a, b), "startDay": start, "endDay": end} for a, b, start, end in found],
    }
)
participants = st.lists(
    st.sampled_from([*(of_type("user", name) for name in ("ann", "bob")), of_type("team", "ops"), {"type": "none"}]),
    min_size=1,
    max_size=4,
)
rotations = st.fixed_dictionaries(
    {
        "type": st.sampled_from(sorted(HOURS)),
        "length": st.integers(1, 30),
        "startDate": moments.map(str),
        "participants": participants,
    },
    optional={"endDate": moments.map(str), "timeRestriction": st.one_of(one_day, some_days)},
)
zones = st.sampled_from(["Etc/UTC", "Europe/Stockholm", "America/New_York", "Asia/Kolkata"])


def restricted(start: tuple[int, int], end: tuple[int, int]) -> dict[str, int]:
    return {"startHour": start[0], "startMin": start[1], "endHour": end[0], "endMin": end[1]}


def by_brute_force(rotation: dict[str, Any], moment: datetime, zone: ZoneInfo) -> list[str]:
    """Step from the start, turn by turn, and look at the clock on the wall for the hours."""
    turn, people = datetime.fromisoformat(rotation["startDate"]), rotation["participants"]
    if moment < turn or ("endDate" in rotation and moment >= datetime.fromisoformat(rotation["endDate"])):
        return []
    while (following := turn + timedelta(hours=HOURS[rotation["type"]] * rotation["length"])) <= moment:
        turn, people = following, people[1:] + people[:1]
    restriction = rotation.get("timeRestriction", {"restrictions": [{}]})
    entries = restriction.get("restrictions") or [restriction["restriction"]]
    if not any(is_in(moment.astimezone(zone), one) for one in entries):
        return []
    return {"user": [people[0].get("username")], "team": ["bob@example.com"], "none": []}[people[0]["type"]]


def is_in(local: datetime, hours: dict[str, Any]) -> bool:
    def edge(name: str) -> tuple[int, int, int]:
        day = DAYS.index(hours[f"{name}Day"]) if "startDay" in hours else 0
        return day, hours.get(f"{name}Hour", 0), hours.get(f"{name}Min", 0)

    now = (local.weekday() if "startDay" in hours else 0, local.hour, local.minute)
    start, end = edge("start"), edge("end")
    return start <= now < end if start < end else now >= start or now < end


def clocks_change(moment: datetime, zone: ZoneInfo) -> bool:
    """Tell whether the clock on the wall may show a time twice, or leave one out."""
    return len({(moment + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in (-2, 2)}) > 1


@settings(max_examples=100)
@given(rotation=rotations, zone=zones, minutes=st.lists(st.integers(-20 * 1440, 20 * 1440), min_size=1, max_size=8))
def test_the_turn_that_a_step_by_step_count_comes_to_is_on_call(rotation, zone, minutes):
    schedule = {"id": "s", "name": "s", "timezone": zone, "enabled": True}
    data = {
        "users": [user("ann"), user("bob")],
        "teams": [{"id": "ops", "name": "ops", "members": [{"user": of_type("user", "bob")}]}],
        "schedules": [{**schedule, "rotations": [{"id": "r", "name": "r", **rotation}]}],
    }
    client = Client(Simulation(data))
    for moment in (NOW + timedelta(minutes=number) for number in minutes):
        if "timeRestriction" not in rotation or not clocks_change(moment, ZoneInfo(zone)):
            answer = client.get(at("/v2/schedules/s/on-calls?flat=true&date={}", moment.isoformat()))
            assert answer["onCallRecipients"] == by_brute_force(rotation, moment, ZoneInfo(zone))
