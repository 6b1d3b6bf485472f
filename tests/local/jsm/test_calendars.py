"""Calendars of the simulated site."""

from datetime import timedelta

import pytest

from local.jsm import Quirks, Simulation
from tests.local.jsm.site_client import NOW, OPERATIONS, SiteClient, blind, refusal, site_client
from tests.local.jsm.small_site import HARI, KOFI, MEERA, NOBODY, SELIN, user
from tests.local.jsm.test_on_calls import ESCALATION, MONDAY, TEAM, client_at, rotation, site_of


def events(client, path):
    """List the beginnings and ends of a calendar."""
    status, text = client.operations("GET", path)
    assert (status, text[:15], text[-15:]) == (200, "BEGIN:VCALENDAR", "END:VCALENDAR\r\n")
    starts = [line[8:] for line in text.split("\r\n") if line.startswith("DTSTART:")]
    ends = [line[6:] for line in text.split("\r\n") if line.startswith("DTEND:")]
    return list(zip(starts, ends, strict=True))


def of(person):
    """Make the path of a person's calendar."""
    return f"/v1/schedules/on-calls/{person}.ics"


def test_calendar_of_a_person_is_to_the_letter():
    only = rotation(HARI, MEERA, startDate="2026-11-24T00:00:00Z", endDate="2026-11-26T00:00:00Z")
    client = client_at(NOW, site_of(only))
    response = client.http.get(f"{OPERATIONS}{of(HARI)}", headers=client.headers)

    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.get_data(as_text=True) == (
        "BEGIN:VCALENDAR\r\n"
        "VERSION:2.0\r\n"
        "PRODID:-//Atlassian//Jira Service Management//EN\r\n"
        "CALSCALE:GREGORIAN\r\n"
        "BEGIN:VEVENT\r\n"
        "UID:r-1-20261124T000000Z\r\n"
        "DTSTAMP:20261125T091500Z\r\n"
        "DTSTART:20261124T000000Z\r\n"
        "DTEND:20261125T000000Z\r\n"
        "SUMMARY:Platform 24x7 - Days\r\n"
        "END:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )


def test_year_begins_with_the_month():
    site = site_of(rotation(HARI, startDate="2026-01-01T00:00:00Z")) | {"forwardingRules": []}
    found = events(client_at(NOW, site), of(HARI))

    assert (found[0][0], found[-1][1], len(found)) == ("20261101T000000Z", "20271101T000000Z", 365)


@pytest.mark.parametrize(
    ("participants", "overrides"),
    [
        ([HARI], []),
        ([TEAM], []),
        ([ESCALATION], []),
        ([MEERA], [{"alias": "o", "responder": user(HARI)}]),
    ],
    ids=["direct", "team", "escalation", "override"],
)
def test_calendar_has_turns_through_everything(participants, overrides):
    days = {"startDate": "2026-11-24T00:00:00Z", "endDate": "2026-11-25T00:00:00Z"}
    site = site_of(
        rotation(*participants, **days), overrides=[{**one, **days, "rotationIds": None} for one in overrides]
    )

    assert events(client_at(NOW, site), of(HARI)) == [("20261124T000000Z", "20261125T000000Z")]


def test_calendar_has_forwarded_turns_of_others():
    site = site_of(rotation(HARI))

    assert events(client_at(NOW, site), of(MEERA)) == [("20261230T000000Z", "20261231T000000Z")]


@pytest.mark.parametrize(
    ("quirk", "direct", "through_team"),
    [("year", 343, 343), ("month", 8, 8), ("direct", 343, 0), ("empty", 0, 0), ("404", 343, 343)],
)
def test_calendar_has_what_the_quirk_says(quirk, direct, through_team):
    for participant, expected in ((HARI, direct), (TEAM, through_team)):
        simulation = Simulation(
            site_of(rotation(participant)) | {"forwardingRules": []}, quirks=Quirks(ics=quirk), now=lambda: NOW
        )
        assert len(events(SiteClient(simulation), of(HARI))) == expected


def test_person_without_turns_has_an_empty_calendar_or_none():
    assert events(site_client(), of(SELIN)) == []
    assert site_client(Quirks(ics="404")).operations("GET", of(SELIN)) == (
        404,
        refusal(f"No on-call calendar exists with id [{SELIN}]"),
    )


def test_unknown_person_is_not_found():
    assert site_client().operations("GET", of(NOBODY)) == (404, refusal(f"No user exists with id [{NOBODY}]"))


def test_calendar_is_for_oneself_an_admin_and_an_admin_of_a_team():
    client = site_client()
    agent = blind(client)
    refused = (403, refusal("You are not allowed to see the on-call calendar of this user."))

    assert agent.operations("GET", of(HARI)) == refused
    assert events(agent, of(SELIN)) == []
    with client.simulation.edit() as site:
        site["teams"][0]["admins"] = [SELIN]
    assert len(events(agent, of(HARI))) > 0
    assert agent.operations("GET", of(KOFI)) == refused


def test_calendar_of_a_schedule_is_a_year_from_the_start_of_the_month():
    client = client_at(MONDAY + timedelta(days=2), site_of(rotation(HARI, MEERA)))
    found = events(client, "/v1/schedules/s-1.ics")

    assert (found[0][0], found[-1][1]) == ("20261123T000000Z", "20271101T000000Z")
    assert blind(client).operations("GET", "/v1/schedules/s-1.ics")[0] == 403
