"""Who is on call on the simulated site, now and next, and the timeline."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.jsm import Simulation
from tests.local.jsm.site_client import (
    FORWARDING,
    HARI,
    KOFI,
    MEERA,
    NOONE,
    NOW,
    OVERRIDE,
    RULE,
    SiteClient,
    blind,
    refusal,
    small_site,
    unprocessable,
    user,
)

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
SCHEDULE = "/v1/schedules/s-1"
TEAM, ESCALATION = {"type": "team", "id": "t-1"}, {"type": "escalation", "id": "e-1"}


def rotation(*participants: Any, **fields: Any) -> dict[str, Any]:
    """Make a daily rotation that started on a Monday at midnight."""
    start = {"id": "r-1", "name": "Days", "startDate": "2026-11-23T00:00:00Z", "type": "daily", "length": 1}
    return {**start, "participants": [user(who) if isinstance(who, str) else who for who in participants], **fields}


def site_of(*rotations: dict[str, Any], overrides: Any = (), **fields: Any) -> dict[str, Any]:
    """Make a site with one schedule of these rotations."""
    site = small_site()
    own = {"rotations": list(rotations), "overrides": list(overrides), "timezone": "Etc/UTC"}
    site["schedules"][0] = {**site["schedules"][0], **own, **fields}
    site["escalations"][0]["rules"] = [{**RULE, "recipient": who} for who in (user(KOFI), TEAM, schedule_itself())]
    return site


def schedule_itself() -> dict[str, Any]:
    """Refer to the schedule, which an escalation in it may notify."""
    return {"type": "schedule", "id": "s-1"}


def client_at(moment: datetime, site: dict[str, Any]) -> SiteClient:
    """Ask at a moment."""
    return SiteClient(Simulation(site, now=lambda: moment))


def test_flat_has_account_ids():
    client = client_at(MONDAY, site_of(rotation(HARI, MEERA), rotation(KOFI, HARI, id="r-2"), rotation(HARI, id="r-3")))

    assert client.operations("GET", f"{SCHEDULE}/on-calls?flat=true") == (200, {"onCallUsers": [HARI, KOFI]})
    assert client.operations("GET", f"{SCHEDULE}/on-calls?flat=true&date=2026-11-24T12:00:00%2B01:00") == (
        200,
        {"onCallUsers": [MEERA, HARI]},
    )


def test_nested_shows_who_is_behind_a_team_and_an_escalation():
    client = client_at(MONDAY, site_of(rotation(TEAM), rotation(ESCALATION, id="r-2"), rotation(NOONE, id="r-3")))
    hari, meera, kofi = ({"id": who, "type": "user"} for who in (HARI, MEERA, KOFI))
    team = {"id": "t-1", "type": "team", "onCallParticipants": [hari, meera]}
    found = client.get(f"{SCHEDULE}/on-calls")["onCallParticipants"]

    assert found[0] == team
    assert (found[1]["id"], found[1]["onCallParticipants"][:2]) == ("e-1", [kofi, team])
    assert len(found) == 2
    assert client.get(f"{SCHEDULE}/on-calls?flat=true") == {"onCallUsers": [HARI, MEERA, KOFI]}


def test_forwarded_turn_tells_from_whom():
    client = client_at(datetime(2026, 12, 30, 12, tzinfo=UTC), site_of(rotation(HARI)))

    assert client.get(f"{SCHEDULE}/on-calls") == {
        "onCallParticipants": [{"id": MEERA, "type": "user", "forwardedFrom": {"id": HARI, "type": "user"}}]
    }


def test_override_replaces_its_own_rotations():
    override = {**OVERRIDE, "responder": user(KOFI), "rotationIds": ["r-2"]}
    client = client_at(
        datetime(2026, 12, 25, tzinfo=UTC),
        site_of(rotation(HARI), rotation(MEERA, id="r-2"), overrides=[override]),
    )

    assert client.get(f"{SCHEDULE}/on-calls?flat=true") == {"onCallUsers": [HARI, KOFI]}


def test_next_is_the_turn_after_and_is_nested_below_its_own_key():
    client = client_at(MONDAY, site_of(rotation(HARI, TEAM)))
    nested = [{"id": HARI, "type": "user"}, {"id": MEERA, "type": "user"}]

    assert client.operations("GET", f"{SCHEDULE}/next-on-calls") == (
        200,
        {"nextOnCallParticipants": [{"id": "t-1", "type": "team", "nextOnCallParticipants": nested}]},
    )
    assert client.get(f"{SCHEDULE}/next-on-calls?flat=true") == {"nextOnCallUsers": [HARI, MEERA]}


def test_schedule_that_is_switched_off_has_nobody():
    client = client_at(MONDAY, site_of(rotation(HARI), enabled=False))

    assert client.get(f"{SCHEDULE}/on-calls") == {"onCallParticipants": []}
    assert client.get(f"{SCHEDULE}/next-on-calls") == {"nextOnCallParticipants": []}
    assert client.get(f"{SCHEDULE}/timeline")["finalTimeline"]["rotations"][0]["periods"] == []


def periods(client: SiteClient, query: str, timeline: str = "finalTimeline") -> list[tuple[str, str, str, str]]:
    """List the periods of the one rotation: day and hour from and to, the type, and who."""
    (found,) = client.get(f"{SCHEDULE}/timeline?{query}")[timeline]["rotations"]
    return [
        (one["startDate"][5:13], one["endDate"][5:13], one["type"], one["responder"]["id"]) for one in found["periods"]
    ]


def test_timeline_is_whole():
    client = client_at(NOW, site_of(rotation(HARI, TEAM)))
    flat = [{"id": who, "type": "user", "deleted": False} for who in (HARI, MEERA)]

    assert client.operations("GET", f"{SCHEDULE}/timeline?interval=2&intervalUnit=days&date=2026-11-25T09:00:00Z") == (
        200,
        {
            "startDate": "2026-11-25T00:00:00Z",
            "endDate": "2026-11-27T00:00:00Z",
            "finalTimeline": {
                "rotations": [
                    {
                        "id": "r-1",
                        "name": "Days",
                        "order": 1,
                        "deleted": False,
                        "periods": [
                            {
                                "startDate": "2026-11-25T00:00:00Z",
                                "endDate": "2026-11-26T00:00:00Z",
                                "type": "base",
                                "responder": {"id": HARI, "type": "user", "deleted": False},
                            },
                            {
                                "startDate": "2026-11-26T00:00:00Z",
                                "endDate": "2026-11-27T00:00:00Z",
                                "type": "base",
                                "responder": {"id": "t-1", "type": "team", "deleted": False},
                                "flattenedResponders": flat,
                            },
                        ],
                    }
                ]
            },
        },
    )


def test_timeline_has_the_types_of_periods_and_expands_them():
    override = {
        **OVERRIDE,
        "responder": user(KOFI),
        "startDate": "2026-12-29T12:00:00Z",
        "endDate": "2026-12-29T18:00:00Z",
    }
    client = client_at(datetime(2026, 12, 29, 1, tzinfo=UTC), site_of(rotation(HARI), overrides=[override]))
    query = "interval=3&intervalUnit=days&date=2026-12-28T12:00:00Z&expand=base,override"

    assert periods(client, query) == [
        ("12-28T00", "12-29T00", "historical", HARI),
        ("12-29T00", "12-29T12", "base", HARI),
        ("12-29T12", "12-29T18", "override", KOFI),
        ("12-29T18", "12-30T00", "base", HARI),
        ("12-30T00", "12-31T00", "forwarding", MEERA),
    ]
    assert periods(client, query, "overrideTimeline") == [("12-29T12", "12-29T18", "override", KOFI)]
    assert periods(client, query, "baseTimeline")[1:] == [
        ("12-29T00", "12-30T00", "base", HARI),
        ("12-30T00", "12-31T00", "base", HARI),
    ]
    assert client.get(f"{SCHEDULE}/timeline?{query}")["finalTimeline"]["rotations"][0]["periods"][4]["from"] == {
        "id": FORWARDING["fromUserId"],
        "type": "user",
        "deleted": False,
    }


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        ("", "2026-11-22T23:00:00Z", "2026-11-29T23:00:00Z"),
        ("interval=4&intervalUnit=weeks", "2026-11-22T23:00:00Z", "2026-12-20T23:00:00Z"),
        ("intervalUnit=months", "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z"),
        ("intervalUnit=days", "2026-11-24T23:00:00Z", "2026-11-25T23:00:00Z"),
    ],
)
def test_interval_begins_with_its_unit_in_the_time_of_the_schedule(query, start, end):
    shown = client_at(NOW, small_site()).get(f"{SCHEDULE}/timeline?{query}")

    assert (shown["startDate"], shown["endDate"]) == (start, end)


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ("on-calls?date=soon", {"date": "must be a date like 2026-11-25T09:00:00Z"}),
        ("next-on-calls?date=9999-12-31T23:59:59Z", {"date": "must be a date like 2026-11-25T09:00:00Z"}),
        ("timeline?date=2025-01-01T00:00:00Z", {"date": "must be at most a year back, and two ahead"}),
        ("timeline?interval=120", {"date": "must be at most a year back, and two ahead"}),
        ("timeline?intervalUnit=years", {"intervalUnit": "must be one of ['days', 'weeks', 'months']"}),
    ],
)
def test_dates_that_cannot_be_are_refused(path, refused):
    assert client_at(NOW, small_site()).operations("GET", f"{SCHEDULE}/{path}") == unprocessable(**refused)


def test_references_outlive_people():
    client = client_at(MONDAY, site_of(rotation(HARI)))
    with client.simulation.edit() as site:
        site["people"][0]["membershipStatus"] = "suspended"
    (found,) = client.get(f"{SCHEDULE}/timeline?intervalUnit=days")["finalTimeline"]["rotations"]

    assert client.get(f"{SCHEDULE}/on-calls?flat=true") == {"onCallUsers": [HARI]}
    assert found["periods"][0]["responder"] == {"id": HARI, "type": "user", "deleted": True}


def test_plain_agent_is_refused():
    assert blind(client_at(NOW, small_site())).operations("GET", f"{SCHEDULE}/on-calls") == (
        403,
        refusal("You are not allowed to see this schedule."),
    )
