"""Restoring on a site: what comes back by itself, and what has to be done by hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import console.terminal
from local.jsm import Quirks
from local.jsm.sample_site import account_of
from tests.support.console_env import GO, SiteConsoleEnv
from tests.support.console_runner import as_json, statuses
from tests.support.expected_account import Item
from tests.support.expected_site import account_id
from tests.support.virtual_time import virtual_time

HARI, KOFI, NORA = "hari@example.com", "kofi@example.com", "nora@example.com"
RECORD = "record.jsonl"
RESTORE = ("restore", RECORD, "--apply", "--yes")
COLUMNS = """\
hari@example.com

 what              where                                         status   how
 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
"""
RESTORED = f"""{COLUMNS}\
 account           hari@example.com                              done     the suspension is undone
 team              Payments                                      done     member again; set the role in Operations by
                                                                          hand
 team              Platform                                      done     member again; set the role in Operations by
                                                                          hand
 forwarding rule   aiko.tanaka@example.com to hari@example.com   done     again from 2035-12-20T00:00:00Z to
                                                                          2036-01-04T00:00:00Z
 forwarding rule   hari@example.com to kofi@example.com          done     again from 2036-02-01T00:00:00Z to
                                                                          2036-05-01T00:00:00Z
 override          Platform 24x7                                 done     again from 2026-11-20T00:00:00Z to
                                                                          2036-11-20T00:00:00Z
 escalation        Platform escalation                           done     back in rule 2 of 4
 rotation          Payments on-call / Nights                     done     back in place 3 of 3
 rotation          Platform business hours / Weekdays            done     back in place 2 of 3
 rotation          Platform 24x7 / Secondary                     done     back in place 1 of 3
 rotation          Platform 24x7 / Primary                       done     back in places 2, 7 of 8

Sum: 11 done
"""
BY_HAND = "the account is gone: invite the person by hand, then run this again"


@pytest.fixture(autouse=True)
def time_is_virtual() -> Iterator[None]:
    """Let nothing take real time."""
    with virtual_time(threads=False):
        yield


def lines(text: str) -> list[str]:
    """Return the lines of an output without the spaces at their ends."""
    return [line.rstrip() for line in text.splitlines()]


def steps(env: SiteConsoleEnv, *words: str) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Restore; return each status and note by kind and name."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for person in as_json(env.run("restore", RECORD, "--json", *words))["people"]:
        for step in person["steps"]:
            found.setdefault((step["kind"], step["name"]), []).append((step["status"], step["note"]))
    return found


def person_of(site: Item, email: str) -> Any:
    return next(person for person in site["people"] if person["email"] == email)


def overrides_of(env: SiteConsoleEnv) -> list[Item]:
    """Return the first schedule's overrides by hari that are not over."""
    site = env.snapshot()
    hari = account_id(site, HARI)
    found = site["schedules"][0]["overrides"]
    return [one for one in found if one["responder"]["id"] == hari and one["endDate"] > "2026-11-25"]


def test_suspended_person_is_restored_with_everything() -> None:
    env = SiteConsoleEnv()
    env.run("offboard", HARI, *GO)

    result = env.run(*RESTORE)

    assert (result.exit_code, lines(result.stdout), result.stderr) == (0, lines(RESTORED), "")


def test_removed_person_has_to_be_invited_before_the_rest_is_put_back() -> None:
    env = SiteConsoleEnv(end="remove")
    before = env.normal()
    env.run("offboard", HARI, *GO)
    after, writes = env.snapshot(), len(env.simulation.writes)

    first = env.run(*RESTORE, "--json")

    (person,) = as_json(first)["people"]
    account, *rest = [(step["kind"], step["status"], step["note"]) for step in person["steps"]]
    assert (first.exit_code, account) == (1, ("user", "left alone", BY_HAND))
    assert {one[1:] for one in rest} == {("not tried", "only with the account")}
    assert (env.snapshot(), len(env.simulation.writes)) == (after, writes)
    with env.simulation.edit() as site:
        invited = person_of(site, HARI)
        invited.pop("listedFor", None)
        invited.update(membershipStatus="active", directories=[site["directories"][0]["directoryId"]])
        site["groups"][0]["members"].insert(
            before["groups"][0]["members"].index(invited["accountId"]), invited["accountId"]
        )

    second = env.run(*RESTORE)

    assert second.exit_code == 0, second.stdout
    assert env.normal() == before


def test_account_that_is_gone_for_good_is_invited_by_hand() -> None:
    env = SiteConsoleEnv(end="remove")
    env.run("offboard", HARI, *GO)
    with env.simulation.edit() as site:
        site["people"] = [person for person in site["people"] if person["email"] != HARI]

    assert steps(env)["user", HARI] == [("left alone", BY_HAND)]


def test_somebody_with_the_old_address_and_a_new_account_gets_the_places() -> None:
    env = SiteConsoleEnv(end="remove")
    env.run("offboard", HARI, *GO)
    new = account_of("new-hari")
    with env.simulation.edit() as site:
        old = person_of(site, HARI)
        old.update(email="old-hari@example.com", directories=[])
        site["people"].append({**person_of(site, KOFI), "accountId": new, "email": HARI})

    assert env.run(*RESTORE).exit_code == 0
    site = env.snapshot()
    assert [one["id"] for one in site["schedules"][0]["rotations"][0]["participants"]].count(new) == 2
    assert new in site["teams"][0]["members"]


@pytest.mark.parametrize("status", [{"membershipStatus": "suspended"}, {"accountStatus": "inactive"}])
def test_account_that_somebody_else_ended_is_left_alone(status: dict[str, str]) -> None:
    env = SiteConsoleEnv(end="none", org_key="an-organization-key-that-must-not-be-seen")
    env.run("offboard", HARI, *GO)
    with env.simulation.edit() as site:
        person_of(site, HARI).update(status)
    writes = len(env.simulation.writes)

    found = steps(env, "--apply", "--yes")

    suspended = "the account is suspended, and not by this off-boarding: restore it by hand, then run this again"
    inactive = "the account is not active: activate it by hand, then run this again"
    note = suspended if "membershipStatus" in status else inactive
    assert found.pop(("user", HARI)) == [("left alone", note)]
    assert {one for step in found.values() for one in step} == {("not tried", "only with the account")}
    assert len(env.simulation.writes) == writes


def test_suspension_cannot_be_undone_without_the_key_of_the_organization() -> None:
    env = SiteConsoleEnv()
    env.run("offboard", HARI, *GO)

    result = env.run_with(end="none", org_key="")("restore", RECORD, "--apply", "--yes", "--json")

    (person,) = as_json(result)["people"]
    assert (result.exit_code, person["steps"][0]["status"]) == (1, "left alone")
    assert person["steps"][0]["note"] == (
        "the account is not active: set JSM_ORG_KEY, so that a suspension can be undone, or activate it by hand, "
        "then run this again"
    )


def test_without_the_key_of_the_organization_a_kept_account_is_found_in_jira() -> None:
    env = SiteConsoleEnv(end="none", org_key="")
    before = env.normal()
    env.run("offboard", HARI, *GO)

    assert env.run(*RESTORE).exit_code == 0
    assert env.normal() == before


def test_override_comes_back_under_another_alias_and_is_known_again() -> None:
    env = SiteConsoleEnv()
    (before,) = overrides_of(env)
    env.run("offboard", HARI, *GO)

    env.run(*RESTORE)
    (after,) = overrides_of(env)
    again = steps(env, "--apply", "--yes")

    assert after["alias"] != before["alias"]
    assert {**after, "alias": ""} == {**before, "alias": ""}
    assert again["override", "Platform 24x7"] == [("there already", "2026-11-20T00:00:00Z to 2036-11-20T00:00:00Z")]
    assert overrides_of(env) == [after]


def test_entries_that_differ_by_their_ids_only_all_come_back_once() -> None:
    env = SiteConsoleEnv()
    with env.simulation.edit() as site:
        (override,) = (
            one for one in site["schedules"][0]["overrides"] if one["alias"] == overrides_of(env)[0]["alias"]
        )
        site["schedules"][0]["overrides"].append({**override, "alias": "another"})
        rule = next(one for one in site["forwardingRules"] if one["fromUserId"] == account_id(site, HARI))
        site["forwardingRules"].append({**rule, "id": "another"})
    before = env.normal()
    env.run("offboard", HARI, *GO)

    done = env.run(*RESTORE, "--json")
    again = env.run(*RESTORE, "--json")

    assert [statuses(as_json(result)) for result in (done, again)] == [{"done"}, {"there already"}]
    assert env.normal() == before


def test_override_that_may_not_begin_in_the_past_begins_now_and_is_known_again() -> None:
    env = SiteConsoleEnv()
    env.run("offboard", HARI, *GO)
    env.simulation.quirks = Quirks(past_override_start="422")

    done = steps(env, "--apply", "--yes")
    again = steps(env, "--apply", "--yes")

    note = (
        "again from 2026-11-20T00:00:00Z to 2036-11-20T00:00:00Z; "
        "it begins a minute after now: the site takes none that began before"
    )
    assert done["override", "Platform 24x7"] == [("done", note)]
    assert again["override", "Platform 24x7"] == [("there already", "2026-11-20T00:00:00Z to 2036-11-20T00:00:00Z")]
    assert [one["startDate"] for one in overrides_of(env)] == ["2026-11-25T09:16:00Z"]


@pytest.mark.parametrize(
    ("fault", "method", "path"),
    [
        ("lost", "POST", "/restore$"),
        ("lost", "POST", "/members/add$"),
        ("html-lost", "POST", "/overrides$"),
        ("lost", "POST", "/forwarding-rules$"),
        ("503", "POST", "/forwarding-rules$"),
        ("lost", "PATCH", "/rotations/"),
        ("429", "PATCH", "/escalations/"),
    ],
)
def test_lost_or_failed_answer_creates_nothing_twice(fault: str, method: str, path: str) -> None:
    env = SiteConsoleEnv()
    before = env.normal()
    env.run("offboard", HARI, *GO)
    env.simulation.faults.order(fault, method=method, path=path)

    result = env.run(*RESTORE, "--json")

    assert (result.exit_code, statuses(as_json(result))) == (0, {"done"}), result.output
    assert env.normal() == before


def test_member_who_is_refused_is_told_and_the_rest_is_put_back() -> None:
    env = SiteConsoleEnv()
    env.run("offboard", HARI, *GO)
    with env.simulation.edit() as site:
        site["teams"][0]["teamType"] = "MEMBER_INVITE"

    found = steps(env, "--apply", "--yes")

    refused = "the member is not added: You may not change the members of this team (NOT_PERMITTED)"
    assert found["team", "Platform"] == [("failed", refused)]
    assert {one[0][0] for name, one in found.items() if name != ("team", "Platform")} == {"done"}


def test_what_differs_is_told_by_names() -> None:
    env = SiteConsoleEnv()
    env.run("offboard", HARI, *GO)
    with env.simulation.edit() as site:
        kofi, data = account_id(site, KOFI), next(team for team in site["teams"] if team["displayName"] == "Data")
        first, second, *_ = site["schedules"][0]["rotations"]
        first["participants"].insert(0, {"type": "user", "id": kofi})
        second["participants"].append({"type": "team", "id": data["teamId"]})
        site["schedules"][1]["rotations"] = []
        site["teams"] = [team for team in site["teams"] if team["displayName"] != "Payments"]

    found = steps(env, "--apply", "--yes")

    assert {name: one for name, one in found.items() if one[0][0] == "left alone"} == {
        ("rotation", "Platform 24x7 / Primary"): [
            ("left alone", "kofi@example.com added since; it was in places 2, 7 of 8: put it back by hand")
        ],
        ("rotation", "Platform 24x7 / Secondary"): [
            ("left alone", "Data added since; it was in place 1 of 3: put it back by hand")
        ],
        ("rotation", "Platform business hours / Weekdays"): [("left alone", "the rotation is gone")],
        ("team", "Payments"): [("left alone", "the team is gone")],
    }


def test_team_that_may_list_who_was_just_removed_is_told() -> None:
    env = SiteConsoleEnv(quirks=Quirks(teams_lag=99))
    env.run("offboard", HARI, *GO)
    writes = len(env.simulation.writes)

    soon = steps(env)
    record = Path(RECORD)
    record.write_text(record.read_text().replace('"time": "2026-11-25T09:15:00Z"', '"time": "2026-11-25T09:05:00Z"'))
    later = steps(env)

    note = "listed as a member, which may be out of date: run this again in ten minutes"
    assert (soon["team", "Platform"], later["team", "Platform"]) == (
        [("there already", note)],
        [("there already", "member")],
    )
    assert len(env.simulation.writes) == writes


def test_team_that_nobody_may_join_is_told_and_the_rest_is_put_back() -> None:
    env = SiteConsoleEnv(quirks=Quirks(external_team="403"))
    env.run("offboard", HARI, *GO)
    with env.simulation.edit() as site:
        site["teams"][0]["teamType"] = "EXTERNAL"

    found = steps(env, "--apply", "--yes")

    refused = "the member is not added: The members of this team cannot be changed"
    assert found["team", "Platform"] == [("failed", refused)]
    assert {one[0][0] for name, one in found.items() if name != ("team", "Platform")} == {"done"}


def test_restore_says_who_gets_a_mail_and_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console.terminal, "can_ask", lambda: True)
    env = SiteConsoleEnv()
    env.run("offboard", HARI, NORA, *GO)
    after = env.snapshot()

    result = env.run("restore", RECORD, "--apply", stdin="n\n")

    assert (result.exit_code, env.snapshot()) == (1, after)
    assert result.stderr.splitlines() == [
        "one mail a team goes to hari@example.com",
        "Restore 2 people now? [y/N]: n",
        "Aborted!",
    ]
