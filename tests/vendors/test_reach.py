"""Wherever the leaver was, somebody who can be called is left; otherwise nothing is changed."""

from typing import Any

import pytest

from local.opsgenie.answers import response
from local.opsgenie.faults import FAULTS
from tests.support.expected_account import Item
from tests.support.service_env import Answer, ServiceEnv
from tests.support.small_account import account, email
from tests.support.virtual_time import virtual_time

LEA = email("lea")
ONLY = "without lea@example.com nobody who can be called is left in this"
LAST = "lea@example.com is the last member of this team"
NOT_CHECKED = "overrides in other schedules that give no turn in the next three months: Opsgenie shows none by person"


def off_board(start: Item, **body: Any) -> tuple[Answer, bool]:
    """Send the request as a dry run, then for real; return the answer, and whether the account changed."""
    with virtual_time(threads=False):
        service_env = ServiceEnv(start)
        planned = service_env.post(username=LEA, dry_run=True, **body)
        answer = service_env.post(username=LEA, **body)
        assert planned.status == answer.status
        assert planned.body.get("blockers") == answer.body.get("blockers")
        return answer, service_env.snapshot() != service_env.before


REFUSED: dict[str, tuple[dict[str, Any], list[tuple[str, str, str]]]] = {
    "last of a used team": (
        {"rotations": {"r": ["team t"]}, "escalations": {"e": ["team t"]}, "teams": {"t": ["lea"]}},
        [("team", "t", f"{LAST}, which is used by the rotation s-r / r and the escalation e")],
    ),
    "last of a used team, with others used too": (
        {"rotations": {"r": ["rex", "team t"]}, "teams": {"t": ["lea"], "u": ["rex", "lea"]}},
        [("team", "t", f"{LAST}, which is used by the rotation s-r / r")],
    ),
    "in person and as last of a team": (
        {"rotations": {"r": ["lea", "team t"]}, "teams": {"t": ["lea"]}},
        [
            ("rotation", "s-r / r", f"{ONLY} rotation: nobody can be called through the team t"),
            ("team", "t", f"{LAST}, which is used by the rotation s-r / r"),
        ],
    ),
    "in person and through an escalation to a team": (
        {"rotations": {"r": ["lea", "escalation e"]}, "escalations": {"e": ["team t"]}, "teams": {"t": ["lea"]}},
        [
            ("rotation", "s-r / r", f"{ONLY} rotation: nobody can be called through the escalation e"),
            ("team", "t", f"{LAST}, which is used by the escalation e"),
        ],
    ),
    "a routing rule to an escalation that only reaches the team": (
        {"escalations": {"e": ["team t"]}, "teams": {"t": ["lea"]}, "routing_rules": {"t": ["escalation e"]}},
        [("team", "t", f"{LAST}, which is used by the routing rule t to escalation e and the escalation e")],
    ),
    "a rotation with somebody blocked": (
        {"rotations": {"r": ["lea", "rex", "none"]}, "blocked": ["rex"]},
        [("rotation", "s-r / r", f"{ONLY} rotation: rex@example.com is blocked")],
    ),
    "an escalation with people who are blocked": (
        {"escalations": {"e": ["rex", "lea", "uma", "rex"]}, "blocked": ["rex", "uma"]},
        [("escalation", "e", f"{ONLY} escalation: rex@example.com is blocked, uma@example.com is blocked")],
    ),
    "a used team with somebody blocked": (
        {"rotations": {"r": ["team t"]}, "teams": {"t": ["lea", "rex"]}, "blocked": ["rex"]},
        [("team", "t", f"{LAST} who can be called, which is used by the rotation s-r / r")],
    ),
    "a leaver who is blocked already": (
        {"rotations": {"r": ["lea", "rex"]}, "blocked": ["rex", "lea"]},
        [("rotation", "s-r / r", f"{ONLY} rotation: rex@example.com is blocked")],
    ),
    "rotation and escalation that lead to each other": (
        {"rotations": {"r": ["lea", "escalation e"]}, "escalations": {"e": ["schedule s-r"]}},
        [("rotation", "s-r / r", f"{ONLY} rotation: nobody can be called through the escalation e")],
    ),
    "last admin of a team whose admins are notified": (
        {
            "rotations": {"r": ["rex", "team t"]},
            "escalations": {"e": ["uma", "team t:admins"], "f": ["team t:users"]},
            "teams": {"t": ["lea:admin", "rex", "uma"]},
        },
        [
            (
                "team",
                "t",
                f"{LAST.replace('member', 'admin')} who can be called, whose admins are notified by the escalation e",
            )
        ],
    ),
    "an escalation only to the admins of a team": (
        {"escalations": {"e": ["lea", "team t:admins"]}, "teams": {"t": ["lea:admin", "rex"]}},
        [
            ("escalation", "e", f"{ONLY} escalation: nobody can be called through the admins of the team t"),
            (
                "team",
                "t",
                f"{LAST.replace('member', 'admin')} who can be called, whose admins are notified by the escalation e",
            ),
        ],
    ),
    "an escalation only to the users of a team": (
        {"escalations": {"e": ["lea", "team t:users"]}, "teams": {"t": ["uma:admin"]}},
        [("escalation", "e", f"{ONLY} escalation: nobody can be called through the users of the team t")],
    ),
    "a team without members": (
        {"rotations": {"r": ["lea", "team t"]}, "teams": {"t": []}},
        [("rotation", "s-r / r", f"{ONLY} rotation: nobody can be called through the team t")],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_blocks_when_nobody_who_can_be_called_is_left(case: str) -> None:
    parts, blockers = REFUSED[case]
    answer, changed = off_board(account(**parts))

    found = [(one["kind"], one["name"], one["reason"]) for one in answer.body.get("blockers", [])]
    assert (answer.status, found, changed) == (409, blockers, False)
    assert all(one["remedy"] for one in answer.body["blockers"])


@pytest.mark.parametrize("body", [{}, {"replace_with": email("uma")}], ids=["delete", "replacement"])
def test_blocked_replacement_is_named_besides_the_emptied_rotation(body: Item) -> None:
    answer, changed = off_board(account(rotations={"r": ["lea", "rex"]}, blocked=["rex", "uma"]), **body)

    kinds = [one["kind"] for one in answer.body["blockers"]]
    assert (answer.status, kinds, changed) == (409, ["replacement", "rotation"] if body else ["rotation"], False)


DONE: dict[str, dict[str, Any]] = {
    "another person": {"rotations": {"r": ["lea", "rex"]}, "blocked": ["uma"]},
    "a team with another member": {"rotations": {"r": ["lea", "team t"]}, "teams": {"t": ["lea", "rex"]}},
    "an escalation to another person": {"rotations": {"r": ["lea", "escalation e"]}, "escalations": {"e": ["rex"]}},
    "an escalation to another rotation": {
        "rotations": {"r": ["rex", "lea"], "s": ["lea", "escalation e"]},
        "escalations": {"e": ["schedule s-r"]},
    },
    "a used team with another member": {"rotations": {"r": ["team t"]}, "teams": {"t": ["lea", "rex"]}},
    "another admin of a team": {
        "escalations": {"e": ["lea", "team t:admins"]},
        "teams": {"t": ["lea:admin", "rex:admin"]},
    },
    "the last admin of a team whose users are notified": {
        "rotations": {"r": ["team t"]},
        "escalations": {"e": ["lea", "team t:users"]},
        "teams": {"t": ["lea:admin", "rex"]},
    },
    "a blocked leaver": {"rotations": {"r": ["lea", "rex"]}, "blocked": ["lea"]},
}


@pytest.mark.parametrize("case", DONE)
def test_proceeds_when_somebody_who_can_be_called_is_left(case: str) -> None:
    answer, _ = off_board(account(**DONE[case]))

    assert (answer.status, answer.body["deleted"]) == (200, True)
    assert answer.body["not_checked"] == [NOT_CHECKED]


def test_replacement_counts_in_an_escalation_behind_a_rotation() -> None:
    start = account(rotations={"r": ["lea", "escalation e"]}, escalations={"e": ["lea"]}, blocked=["rex"])

    answer, _ = off_board(start, replace_with=email("uma"))

    assert answer.status == 200


def test_last_member_leaves_an_unused_team() -> None:
    start = account(rotations={"r": ["rex"]}, teams={"t": ["lea"]}, routing_rules={"t": ["schedule s-r"]})

    answer, _ = off_board(start)

    assert answer.status == 200
    assert answer.body["not_checked"] == [
        NOT_CHECKED,
        "integrations and policies that notify the team t, in which nobody can be called now",
    ]


@pytest.mark.parametrize("status", [402, 404, 422])
def test_proceeds_with_a_note_when_blocked_users_cannot_be_listed(status: int) -> None:
    with virtual_time(threads=False):
        service_env = ServiceEnv(account(rotations={"r": ["lea", "rex"]}, blocked=["rex"]))
        service_env.simulation.faults.add(lambda _: response({"message": "no"}, status), "GET", "/v2/users$", None)
        answer = service_env.post(username=LEA)

    assert answer.status == 200
    assert answer.body["not_checked"] == [NOT_CHECKED, "who is blocked: Opsgenie does not list it (no)"]


def test_refusal_says_what_was_not_checked() -> None:
    with virtual_time(threads=False):
        service_env = ServiceEnv(account(rotations={"r": ["lea"]}))
        service_env.simulation.faults.add(lambda _: response({"message": "no"}, 422), "GET", "/v2/users$", None)
        answer = service_env.post(username=LEA)

    assert (answer.status, answer.body["not_checked"][1:]) == (409, ["who is blocked: Opsgenie does not list it (no)"])


def test_changes_nothing_when_a_decisive_team_cannot_be_read() -> None:
    with virtual_time(threads=False):
        service_env = ServiceEnv(account(rotations={"r": ["lea", "team t"]}, teams={"t": ["rex"]}))
        service_env.simulation.faults.add(FAULTS["503"], "GET", "/v2/teams/t$", None)
        answer = service_env.post(username=LEA)

        assert (answer.status, answer.body["changes"]) == (503, [])
        assert service_env.snapshot() == service_env.before


def test_ordinary_leaver_costs_only_the_blocked_users_call() -> None:
    with virtual_time(threads=False):
        service_env = ServiceEnv(account(rotations={"r": ["lea", "rex", "team t"]}, teams={"t": ["rex", "uma"]}))
        service_env.post(username=LEA, dry_run=True)
        paths = [call.path for call in service_env.simulation.calls]

    assert [path for path in paths if path.startswith(("/v2/teams", "/v2/escalations")) or path == "/v2/users"] == [
        "/v2/users"
    ]


def test_reads_every_page_of_blocked_users_where_no_total_is_told() -> None:
    start = account(rotations={"r": ["lea", "rex"]})
    users = [{"id": f"b{n}", "username": email(f"b{n}"), "blocked": True} for n in range(250)]
    users.append({"id": "rex", "username": email("rex"), "blocked": True})

    def page(_: Any) -> Any:
        offset = next(offsets)
        return response({"data": users[offset : offset + 100]})

    offsets = iter((0, 100, 200) * 2)
    with virtual_time(threads=False):
        service_env = ServiceEnv(start)
        service_env.simulation.faults.add(page, "GET", "/v2/users$", None)
        answer = service_env.post(username=LEA)

    assert (answer.status, [one["kind"] for one in answer.body["blockers"]]) == (409, ["rotation"])


def test_team_without_an_id_is_known_by_its_name() -> None:
    start = account(rotations={"r": ["rex", "team t"]}, teams={"t": ["lea"]})
    del start["schedules"][0]["rotations"][0]["participants"][1]["id"]
    with virtual_time(threads=False):
        service_env = ServiceEnv(start)
        service_env.simulation.faults.add(lambda _: response({}, 404), "GET", "/on-calls", None)
        answer = service_env.post(username=LEA)

    assert [one["kind"] for one in answer.body["blockers"]] == ["team"]


@pytest.mark.parametrize("path", ["/v2/schedules$", "/v2/escalations$"])
def test_list_that_is_not_there_is_no_missing_user(path: str) -> None:
    with virtual_time(threads=False):
        service_env = ServiceEnv(account(rotations={"r": ["team t"]}, teams={"t": ["lea"]}))
        service_env.simulation.faults.add(FAULTS["404"], "GET", path, None)
        answer = service_env.post(username=LEA)

    assert (answer.status, answer.body["changes"]) == (502, [])


@pytest.mark.parametrize("amount", ["5", 10**12, -1, 1.5])
def test_delay_that_makes_no_sense_stops_nothing(amount: Any) -> None:
    start = account(escalations={"e": ["lea", "rex"]})
    start["escalations"][0]["rules"][0]["delay"]["timeAmount"] = amount
    start["escalations"][0]["rules"][1]["delay"]["timeAmount"] = amount
    with virtual_time(threads=False):
        service_env = ServiceEnv(start)
        answer = service_env.post(username=LEA)

    assert answer.status == 200
    assert service_env.snapshot()["escalations"][0]["rules"][0]["delay"]["timeAmount"] == amount
