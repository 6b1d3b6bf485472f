"""The search for users: https://support.atlassian.com/opsgenie/docs/search-syntax-for-users"""

from typing import Any

import pytest

from local.opsgenie import Quirks, Simulation
from local.opsgenie.user_search import UserSearch
from tests.support.simulation_client import Client, at, user


def people() -> list[dict[str, Any]]:
    ann, bob, cid, dee = (user(name) for name in ("ann", "bob", "cid", "dee"))
    ann |= {"role": {"id": "Admin", "name": "Admin"}, "locale": "en_US", "timeZone": "America/New_York"}
    bob |= {"blocked": True, "locale": "sv_SE", "timeZone": "Europe/Stockholm", "fullName": "Bob And Sons"}
    cid |= {"role": {"id": "x1", "name": "On Call Manager"}, "verified": False, "locale": "en_US"}
    dee |= {"blocked": True, "createdAt": "2026-11-25T09:00:00.000Z", "userAddress": {"city": "Terre Haute"}}
    for one in (ann, bob, cid):
        one["createdAt"] = "2016-08-05T11:00:41.148Z"
    return [ann, bob, cid, dee]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "ann bob cid dee"),
        ("example", "ann bob cid dee"),
        ("username:ANN", "ann"),
        ("username: ann@example.com", "ann"),
        ("fullName:bob", "bob"),
        ('fullName:"Bob And Sons"', "bob"),
        ("blocked:true", "bob dee"),
        ("blocked : false", "ann cid"),
        ("verified:false", "cid"),
        ("role:admin", "ann"),
        ("role:adm", ""),
        ("role:User", "bob dee"),
        ('role:"on call manager"', "cid"),
        ("role:on call manager", "cid"),
        ("locale:en_US", "ann cid"),
        ("timezone:America/New_York", "ann"),
        ("userAddress:haute", "dee"),
        ("createdAt:1470394841148", "ann bob cid"),
        ('createdAt:"2016-08-05T11:00:41.148Z"', "ann bob cid"),
        ("createdAt > 1470394841148", "dee"),
        ("createdAt>=1470394841148", "ann bob cid dee"),
        ("createdAt < 1470394841148", ""),
        ('createdAt<="2026-11-25T08:59:59Z"', "ann bob cid"),
        ("role:admin AND locale:en_US", "ann"),
        ("role:admin and locale:sv_SE", ""),
        ("role:admin OR blocked:true", "ann bob dee"),
        ("locale:en_US AND role:admin OR blocked:true", "ann bob dee"),
        ("blocked:true AND (locale:sv_SE OR locale:en_US)", "bob"),
        ("locale:(sv_SE OR en_US) AND verified:true", "ann bob"),
        ("username:(ann AND example)", "ann"),
        ("NOT blocked:true", "ann cid"),
        ("NOT (blocked:true OR role:admin)", "cid"),
        ("blocked:true AND NOT username:bob", "dee"),
        ('"role:admin"', ""),
        ("OR".join(60 * ["(bob)"]), "bob"),
    ],
)
def test_a_search_finds_whom_it_says(query: str, names: str) -> None:
    search = UserSearch(query)

    assert [one["id"] for one in people() if search.finds(one)] == names.split()


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("shoeSize:42", "shoeSize is not searchable"),
        ("verified:1", "verified must be true or false"),
        ("blocked:yes", "blocked must be true or false"),
        ("createdAt:soon", "createdAt must be a date, or milliseconds since 1970"),
        ("blocked > true", "blocked has no order"),
        ("username:", "ends where a value is expected"),
        ("username:AND", "AND is not expected there"),
        ("role:admin locale:en_US", "locale is not expected there"),
        ("role:admin AND", "ends where a field is expected"),
        ("(role:admin", "a ) is missing"),
        ("role:admin)", ") is not expected there"),
        ('fullName:"Bob', 'a " is missing'),
        ("(" * 51 + "bob" + ")" * 51, "is nested too deeply"),
        ("NOT " * 51 + "bob", "is nested too deeply"),
    ],
)
def test_a_search_that_cannot_be_read_is_refused(query: str, reason: str) -> None:
    client = Client(Simulation({"users": people()}))

    assert client.call("GET", at("/v2/users?query={}", query)) == (
        422,
        {"message": "Request body is not processable. Please check the errors.", "errors": {"query": reason}},
    )


def test_a_search_is_answered_in_pages() -> None:
    client = Client(Simulation({"users": people()}))
    first = client.call("GET", "/v2/users?query=blocked%3Atrue&limit=1")[1]
    second = client.call("GET", first["paging"]["next"].removeprefix("http://localhost"))[1]

    assert (first["totalCount"], [one["id"] for one in first["data"] + second["data"]]) == (2, ["bob", "dee"])
    assert "next" not in second["paging"]


@pytest.mark.parametrize(
    ("word", "status", "ids"),
    [("answered", 200, ["bob", "dee"]), ("ignored", 200, ["ann", "bob", "cid", "dee"]), ("refused", 422, [])],
)
def test_a_search_for_blocked_users_is_answered_as_the_quirks_say(word: Any, status: int, ids: list[str]) -> None:
    client = Client(Simulation({"users": people()}, quirks=Quirks(blocked_query=word)))
    answer = client.call("GET", "/v2/users?query=blocked:true")

    assert (answer[0], [one["id"] for one in answer[1].get("data", [])]) == (status, ids)
    assert [one["id"] for one in client.get("/v2/users?query=username:ann")] == ["ann"]
