"""The timeline of a schedule of the simulated site."""

from datetime import UTC, datetime

import pytest

from tests.local.jsm.site_client import NOW, SiteClient
from tests.local.jsm.small_site import FORWARDING, HARI, KOFI, MEERA, OVERRIDE, small_site, user
from tests.local.jsm.test_on_calls import ESCALATION, MONDAY, SCHEDULE, TEAM, client_at, rotation, site_of


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


def test_references_outlive_people():
    client = client_at(MONDAY, site_of(rotation(HARI)))
    with client.simulation.edit() as site:
        site["people"][0]["membershipStatus"] = "suspended"
    (found,) = client.get(f"{SCHEDULE}/timeline?intervalUnit=days")["finalTimeline"]["rotations"]

    assert client.get(f"{SCHEDULE}/on-calls?flat=true") == {"onCallUsers": [HARI]}
    assert found["periods"][0]["responder"] == {"id": HARI, "type": "user", "deleted": True}


@pytest.mark.parametrize(("participant", "kind"), [(TEAM, "team"), (ESCALATION, "escalation")])
def test_references_outlive_teams_and_escalations(participant, kind):
    client = client_at(MONDAY, site_of(rotation(participant)))
    with client.simulation.edit() as site:
        site["teams"][0]["state"] = "DELETED"
        site["escalations"] = []
    (found,) = client.get(f"{SCHEDULE}/timeline?intervalUnit=days")["finalTimeline"]["rotations"]

    assert found["periods"][0]["responder"] == {**participant, "type": kind, "deleted": True}
