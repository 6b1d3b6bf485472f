"""Who sees and changes which schedule of the simulated site."""

import pytest

from tests.local.jsm.site_client import blind, refusal, site_client
from tests.local.jsm.small_site import user


def test_plain_agent_sees_no_schedule_of_others_and_no_error():
    client = blind(site_client())

    assert client.get("/v1/schedules?expand=rotation") == {"values": [], "links": {}, "_expands": ["rotation"]}
    assert client.operations("GET", "/v1/schedules/s-1") == (403, refusal("You are not allowed to see this schedule."))


@pytest.mark.parametrize(
    "put",
    [
        lambda site, who: site["teams"][0]["members"].append(who),
        lambda site, who: site["schedules"][0]["rotations"][0]["participants"].append(user(who)),
        lambda site, who: site["teams"][1]["members"].append(who),
        lambda site, who: site["escalations"][0]["rules"][0].update(recipient=user(who)),
        lambda site, who: site["schedules"][0]["overrides"][1].update(responder=user(who)),
    ],
    ids=["its team", "a rotation", "a team in a rotation", "an escalation in a rotation", "an override"],
)
def test_plain_agent_sees_a_schedule_that_they_are_in(put):
    client = site_client()
    with client.simulation.edit() as site:
        put(site, site["people"][4]["accountId"])

    assert len(blind(client).get("/v1/schedules")["values"]) == 1


def test_admin_of_the_team_may_change_and_a_member_may_not():
    client = site_client()
    member = blind(client)
    with client.simulation.edit() as site:
        site["teams"][0]["members"].append(site["people"][4]["accountId"])
    refused = member.operations("DELETE", "/v1/schedules/s-1")
    with client.simulation.edit() as site:
        site["teams"][0]["admins"] = [site["people"][4]["accountId"]]

    assert refused == (403, refusal("You are not allowed to delete a schedule."))
    assert member.operations("PATCH", "/v1/schedules/s-1", {"description": "A"})[0] == 200
    assert member.operations("POST", "/v1/schedules", {"name": "A"}) == (
        403,
        refusal("You are not allowed to change a schedule."),
    )
