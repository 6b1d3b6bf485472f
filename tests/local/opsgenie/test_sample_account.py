"""The sample account of the simulated Opsgenie, and whom it refuses to lose."""

import pytest

from local.opsgenie import Call, Quirks, Simulation, sample_account
from tests.support.simulation_client import Client, client_of, small_account

HARI = "hari@example.com"


def test_sample_account_holds_what_the_readme_tries():
    account = sample_account()
    client = Client(Simulation())
    hari = f"/v2/users/{HARI}"
    rotations = [r for s in account["schedules"] for r in s["rotations"] if HARI in names(r["participants"])]
    primary = next(rotation for rotation in rotations if rotation["name"] == "Primary")

    assert [u["username"] for u in account["users"]].index(HARI) >= 100
    assert HARI not in [u["username"] for u in client.get("/v2/users")]
    assert len(rotations) == 4
    assert len(client.get(f"{hari}/schedules")) == 3
    assert names(primary["participants"]).count(HARI) == 2
    assert {p["type"] for p in primary["participants"]} == {"user", "team", "escalation", "none"}
    assert [(e["name"], len(e["rules"])) for e in client.get(f"{hari}/escalations")] == [("Platform escalation", 4)]
    assert [role_in(team, HARI) for team in account["teams"]][:2] == ["admin", "user"]
    assert sorted(
        o["endDate"][:4] for s in account["schedules"] for o in s["overrides"] if o["user"].get("username") == HARI
    ) == ["2026", "2036"]
    assert [(f["fromUser"]["username"], f["toUser"]["username"]) for f in client.get(f"{hari}/forwarding-rules")] == [
        (HARI, "kofi@example.com"),
        ("aiko.tanaka@example.com", HARI),
    ]


def test_sample_account_routes_to_escalations_and_schedules_that_are_there():
    client = Client(Simulation())
    there = {entry["id"] for path in ("escalations", "schedules") for entry in client.get(f"/v2/{path}")}
    notified = {
        team["name"]: rule["notify"]
        for team in client.get("/v2/teams")
        for rule in client.get(f"/v2/teams/{team['id']}/routing-rules")
    }

    assert {name: notify.get("name", "") for name, notify in notified.items()} == {
        "Platform": "Platform escalation",
        "Payments": "Payments escalation",
        "Data": "",
        "Support": "Support desk",
        "Security": "",
        "Archive": "",
    }
    assert {notify["id"] for notify in notified.values() if notify["type"] != "none"} <= there


@pytest.mark.parametrize(
    ("username", "status", "message"),
    [
        (
            HARI,
            428,
            "User cannot be modified. Please remove it from schedules: [Platform 24x7,Platform business hours,Payments "
            "on-call],escalations: [Platform escalation],teams: [Platform,Payments]",
        ),
        ("meera@example.com", 428, "User cannot be modified. Please remove it from schedules: [Payroll]"),
        (
            "tomas@example.com",
            428,
            "User cannot be modified. Please remove it from escalations: [Ledger close],teams: [Payments]",
        ),
        (
            "ines@example.com",
            428,
            "User cannot be modified. Please remove it from integrations: [Payments API : action[Create Alert]]",
        ),
        ("olivia@example.com", 422, "Account owner cannot be deleted."),
        ("nobody@example.com", 404, "No user exists with identifier [nobody@example.com]"),
    ],
)
def test_sample_account_refuses_to_lose(username, status, message):
    simulation = Simulation()

    assert Client(simulation).call("DELETE", f"/v2/users/{username}") == (status, {"message": message})
    assert simulation.snapshot() == sample_account()


def test_user_in_nothing_is_deleted():
    simulation = Simulation()
    expected = sample_account()
    expected["users"] = [u for u in expected["users"] if u["username"] != "nora@example.com"]

    assert Client(simulation).call("DELETE", "/v2/users/nora@example.com") == (200, {"result": "Deleted"})
    assert simulation.snapshot() == expected
    assert simulation.writes == [Call("DELETE", "/v2/users/nora@example.com", "", None, 200)]


def test_refusal_names_every_kind_of_place():
    client, _ = client_of()

    assert client.call("DELETE", "/v2/users/ann")[1]["message"] == (
        "User cannot be modified. Please remove it from schedules: [Round / clock],escalations: [Ladder],teams: [ops],"
        "integrations: [API,API : action[Create Alert]],alert policies: [P]"
    )


def test_user_takes_their_overrides_and_forwarding_rules_along():
    client, simulation = client_of()
    expected = small_account()
    expected["users"].pop(2)
    expected["schedules"][0]["overrides"] = []
    expected["forwardingRules"] = []

    assert client.call("DELETE", "/v2/users/Cid%40Example.com")[0] == 200
    assert simulation.snapshot() == expected


@pytest.mark.parametrize(
    ("quirks", "username", "status", "message"),
    [
        (Quirks(names_in_428=False), "ann", 428, "Entity is used by another entity"),
        (
            Quirks(kind_words={"schedules": "rotas"}),
            "bob",
            428,
            "User cannot be modified. Please remove it from rotas: [Round / clock]",
        ),
        (
            Quirks(overrides_block=True, forwarding_rules_block=True),
            "cid",
            428,
            "User cannot be modified. Please remove it from overrides: [Round / clock],forwarding rules: [f1]",
        ),
        (Quirks(deletes_in_use=True), "ann", 200, None),
    ],
)
def test_refusals_as_the_quirks_say(quirks, username, status, message):
    client, _ = client_of(quirks)
    answer = client.call("DELETE", f"/v2/users/{username}")

    assert (answer[0], answer[1].get("message")) == (status, message)


def test_the_owner_stays_as_the_quirks_say():
    simulation = Simulation(quirks=Quirks(owner_refusal=403))
    answer = Client(simulation).call("DELETE", "/v2/users/olivia@example.com")

    assert answer == (403, {"message": "Account owner cannot be deleted."})
    assert simulation.snapshot() == sample_account()


def names(participants):
    return [participant.get("username") for participant in participants]


def role_in(team, username):
    return next((m["role"] for m in team["members"] if m["user"]["username"] == username), None)
