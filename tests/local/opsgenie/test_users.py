"""Users in the simulated Opsgenie: how they are found, listed and looked up."""

import pytest

from local.opsgenie import Quirks, Simulation, sample_account
from tests.support.simulation_client import Client, at, client_of, of_type, small_account

HARI = "hari@example.com"


@pytest.mark.parametrize(
    ("quirks", "path", "ids"),
    [
        (Quirks(), "cid/schedules", []),
        (Quirks(schedules_through_overrides=True), "cid/schedules", ["s1"]),
        (Quirks(), "ann/forwarding-rules", ["f1"]),
        (Quirks(incoming_forwarding_rules=False), "ann/forwarding-rules", []),
        (Quirks(incoming_forwarding_rules=False), "cid/forwarding-rules", ["f1"]),
    ],
)
def test_lists_of_a_user_follow_the_quirks(quirks, path, ids):
    client, _ = client_of(quirks)

    assert [entry["id"] for entry in client.get(f"/v2/users/{path}")] == ids


def test_lists_through_a_team_follow_the_quirks():
    simulation = Simulation(small_account())
    with simulation.edit() as account:
        account["schedules"][0]["rotations"][0]["participants"] = [of_type("team", "ops")]
        account["escalations"][0]["rules"][0]["recipient"] = of_type("team", "ops")
    through = Quirks(schedules_through_teams=True, escalations_through_teams=True, whole_escalations=False)
    plain, reached = Client(simulation), Client(Simulation(simulation.snapshot(), quirks=through))

    assert plain.get("/v2/users/ann/schedules") == plain.get("/v2/users/ann/escalations") == []
    assert reached.get("/v2/users/ann/schedules") == [{"id": "s1", "name": "Round / clock", "enabled": True}]
    assert reached.get("/v2/users/ann/escalations") == [{"id": "e1", "name": "Ladder"}]


def test_participants_can_have_ids_without_usernames():
    client, _ = client_of(Quirks(usernames_beside_ids=False))

    assert client.get("/v2/schedules/s1/rotations")[0]["participants"] == [
        {"type": "user", "id": "ann"},
        {"type": "user", "id": "bob"},
    ]
    assert client.get("/v2/users/ann")["username"] == "ann@example.com"


@pytest.mark.parametrize("username", ["a/b+c'%d?e#f@example.com", "žofie ł@example.com"])
def test_odd_usernames_are_found_by_quoted_identifier(username):
    client, _ = client_of()
    created = client.create("/v2/users", {"username": username.upper(), "fullName": "Odd", "role": {"name": "User"}})

    assert created["name"] == username
    assert client.get(at("/v2/users/{}", username))["id"] == created["id"]
    assert client.get(at("/v2/users/{}/teams", username)) == []
    assert client.call("DELETE", at("/v2/users/{}", username))[0] == 200


def test_plus_in_a_path_is_not_a_space():
    client = Client(Simulation())

    assert client.get("/v2/users/priya.raman+apac@example.com") == client.get(
        "/v2/users/priya.raman%2Bapac%40example.com"
    )


def test_slash_in_a_name_must_be_percent_encoded():
    client, _ = client_of()
    path = at("/v2/schedules/{}/rotations/r1?scheduleIdentifierType=name", "Round / clock")

    assert client.get(path)["_parent"] == {"id": "s1", "name": "Round / clock", "enabled": True}
    assert client.call("GET", "/v2/schedules/Round / clock?identifierType=name")[0] == 404


def test_users_are_listed_in_pages_with_absolute_addresses():
    client = Client(Simulation())
    addresses = ["/v2/users/?limit=50&order=asc"]
    seen: list[str] = []
    while addresses and len(seen) <= 121:
        _, body = client.call("GET", addresses.pop())
        seen += [entry["username"] for entry in body["data"]]
        addresses += [body["paging"]["next"]] if "next" in body["paging"] else []

    assert seen == [entry["username"] for entry in sample_account()["users"]]
    assert body["totalCount"] == 121
    assert body["paging"] == {
        "first": "http://localhost/v2/users?limit=50&order=asc&offset=0",
        "last": "http://localhost/v2/users?limit=50&order=asc&offset=100",
        "prev": "http://localhost/v2/users?limit=50&order=asc&offset=50",
    }


@pytest.mark.parametrize(
    ("query", "usernames"),
    [
        ("query=username:HARI", [HARI]),
        ("query=prasad", [HARI]),
        ("query=blocked:true", ["bela@example.com"]),
        ("query=role:owner", ["olivia@example.com"]),
        ("sort=username&order=desc&limit=1", ["zofia.wisniewska@example.com"]),
        ("sortField=fullName&limit=1&offset=1", ["adaeze.obi@example.com"]),
        ("offset=121", []),
    ],
)
def test_users_can_be_searched_and_sorted(query, usernames):
    assert [entry["username"] for entry in Client(Simulation()).get(f"/v2/users?{query}")] == usernames


def test_more_than_100_users_a_page_are_clipped_or_refused():
    refusing = Client(Simulation(quirks=Quirks(refuses_big_limit=True)))

    assert len(Client(Simulation()).get("/v2/users?limit=101")) == 100
    assert refusing.call("GET", "/v2/users?limit=101")[1]["errors"] == {"limit": "may not be greater than 100"}
