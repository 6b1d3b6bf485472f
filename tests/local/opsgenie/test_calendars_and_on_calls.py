"""A user's calendar against the answers to who is on call at a moment: both are computed, each in its own way."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.local.opsgenie.weeks import ANN, BOB, CID, NOW, account, client, moment, override, rotation, schedule
from tests.support.simulation_client import of_type

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
