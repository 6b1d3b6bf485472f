"""Who is on call on the simulated site, now and next, and the timeline."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.jsm import Simulation
from tests.local.jsm.site_client import NOW, SiteClient, blind, refusal, unprocessable
from tests.local.jsm.small_site import HARI, KOFI, MEERA, NOONE, OVERRIDE, RULE, small_site, user

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
    client = client_at(datetime(2026, 12, 30, tzinfo=UTC), site_of(rotation(HARI)))

    assert client.get(f"{SCHEDULE}/on-calls") == {
        "onCallParticipants": [{"id": MEERA, "type": "user", "forwardedFrom": {"id": HARI, "type": "user"}}]
    }
    assert client.get(f"{SCHEDULE}/on-calls?flat=true&date=2026-12-31T00:00:00Z") == {"onCallUsers": [HARI]}


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


def test_plain_agent_is_refused():
    assert blind(client_at(NOW, small_site())).operations("GET", f"{SCHEDULE}/on-calls") == (
        403,
        refusal("You are not allowed to see this schedule."),
    )
