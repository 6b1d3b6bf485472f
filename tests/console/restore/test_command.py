"""The restore command: it returns the account to what it was, whatever happens in between."""

from datetime import UTC, datetime
from typing import Any

import pytest

from local.opsgenie import Quirks, Simulation
from tests.support import expected_account
from tests.support.console_runner import Run, as_json, normal, runner, statuses, without_what_is_over
from tests.support.fault_table import KOFI
from tests.vendors.test_offboarding import QUIRKS

HARI, MEERA, NORA = "hari@example.com", "meera@example.com", "nora@example.com"
AIKO, ANDERS = "aiko.tanaka@example.com", "anders.lindqvist@example.com"
PRIYA = "priya.raman+apac@example.com"
RECORD = "record.jsonl"
GO = ("--apply", "--yes", "--record", RECORD)


def test_restore_without_apply_shows_the_plan_and_writes_nothing(simulation: Simulation, run: Run) -> None:
    run("offboard", HARI, KOFI, *GO)
    after, writes = simulation.snapshot(), len(simulation.writes)

    result = run("restore", RECORD)

    assert (result.exit_code, simulation.snapshot(), len(simulation.writes)) == (0, after, writes)
    shown = " ".join(result.stdout.split())
    assert "account hari@example.com planned invited as User" in shown
    assert "rotation Platform 24x7 / Primary planned back in places 2, 7 of 8" in shown
    assert "Sum: 14 planned Nothing was changed. Add --apply to do it." in shown


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ((HARI,), False),
        ((HARI, KOFI, AIKO, NORA), False),
        ((KOFI, ANDERS, HARI, MEERA), True),
        ((HARI, "--replace-with", KOFI), False),
        ((MEERA, "tomas@example.com", HARI, "--replace-with", AIKO), False),
        ((HARI, AIKO, "--keep-user"), False),
        ((HARI, NORA, "--keep-user", "--replace-with", KOFI), False),
        ((HARI, AIKO, ANDERS, "--keep-turns"), False),
        ((MEERA, HARI, "--keep-turns", "--keep-user"), True),
    ],
)
def test_restoring_undoes_an_off_boarding(
    simulation: Simulation, run: Run, words: tuple[str, ...], refused: bool
) -> None:
    # An ended override is deleted with its user and not restored.
    with simulation.edit() as account:
        account["schedules"][0]["overrides"].pop(1)
    before = simulation.snapshot()

    assert run("offboard", *words, *GO).exit_code == refused
    assert simulation.snapshot() != before
    result = run("restore", RECORD, "--apply", "--yes")

    assert result.exit_code == 0, result.output
    assert normal(simulation.snapshot()) == normal(before)


LIST = f"username,replace_with,keep_turns\n{HARI},,yes\n{AIKO},{NORA},\n{ANDERS},,\n{PRIYA},,yes\n"


@pytest.mark.parametrize("first", [HARI, AIKO, ANDERS, PRIYA])
def test_people_who_left_a_rotation_in_each_way_are_restored_in_any_order(
    simulation: Simulation, run: Run, first: str
) -> None:
    before = without_what_is_over(simulation)
    assert run("offboard", "--from-csv", "-", *GO, stdin=LIST).exit_code == 0
    left = [one.get("username", one["type"]) for one in first_rotation(simulation)]
    assert left == ["none", "team", "none", NORA, "escalation", "none", "none"]

    run("restore", RECORD, "--only", first, "--apply", "--yes")
    assert first in [one.get("username") for one in first_rotation(simulation)]
    result = run("restore", RECORD, "--apply", "--yes")

    assert result.exit_code == 0, result.stdout
    assert normal(simulation.snapshot()) == before


def first_rotation(simulation: Simulation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = simulation.snapshot()["schedules"][0]["rotations"][0]["participants"]
    return found


def test_gap_that_somebody_filled_since_is_left_alone(simulation: Simulation, run: Run) -> None:
    run("offboard", HARI, "--keep-turns", *GO)
    with simulation.edit() as account:
        nora = expected_account.user_of(account, NORA)
        participants = account["schedules"][0]["rotations"][0]["participants"]
        participants[6] = {"type": "user", "id": nora["id"], "username": NORA}

    result = run("restore", RECORD, "--apply", "--yes", "--json")

    notes = [step["note"] for step in as_json(result)["people"][0]["steps"] if step["status"] == "left alone"]
    why = 'nora@example.com added since and "no one" taken out since'
    assert notes == [f"{why}; it was in places 2, 7 of 8: put it back by hand"]
    assert [one.get("username") for one in first_rotation(simulation)][6] == NORA


def test_restoring_again_changes_nothing(simulation: Simulation, run: Run) -> None:
    run("offboard", HARI, KOFI, *GO)
    run("restore", RECORD, "--apply", "--yes")
    restored, writes = simulation.snapshot(), len(simulation.writes)

    result = run("restore", RECORD, "--apply", "--yes", "--json")

    assert (result.exit_code, statuses(as_json(result))) == (0, {"there already"})
    assert (simulation.snapshot(), len(simulation.writes)) == (restored, writes)


def test_recreated_user_has_the_old_profile_and_a_new_id(simulation: Simulation, run: Run) -> None:
    old = expected_account.user_of(simulation.snapshot(), HARI)
    run("offboard", HARI, *GO)

    run("restore", RECORD, "--apply", "--yes")

    new = expected_account.user_of(simulation.snapshot(), HARI)
    assert new["id"] != old["id"]
    same = ("username", "fullName", "role", "timeZone", "locale", "tags", "details")
    assert [new[name] for name in same] == [old[name] for name in same]


def test_only_option_restores_one_person_and_the_other_later(simulation: Simulation, run: Run) -> None:
    before = without_what_is_over(simulation)
    run("offboard", ANDERS, HARI, *GO)

    assert run("restore", RECORD, "--only", " Anders.Lindqvist@example.com", "--apply", "--yes").exit_code == 0
    participants = simulation.snapshot()["schedules"][0]["rotations"][0]["participants"]
    assert [one.get("username") for one in participants][:2] == [ANDERS, None]
    assert run("restore", RECORD, "--apply", "--yes").exit_code == 0

    assert normal(simulation.snapshot()) == before


def test_entries_edited_since_are_left_alone_and_the_rest_is_restored(simulation: Simulation, run: Run) -> None:
    run("offboard", HARI, *GO)
    with simulation.edit() as account:
        primary = account["schedules"][0]["rotations"][0]
        primary["participants"].insert(
            0, {"type": "user", "id": expected_account.user_of(account, KOFI)["id"], "username": KOFI}
        )
        account["schedules"][1]["rotations"] = []
        account["escalations"][0]["rules"].pop()
        account["teams"] = [team for team in account["teams"] if team["name"] != "Payments"]
    edited = simulation.snapshot()

    result = run("restore", RECORD, "--apply", "--yes")

    assert result.exit_code == 1
    shown = " ".join(result.stdout.split())
    assert "left alone kofi@example.com added since; it was in places 2, 7 of 8: put it back by hand" in shown
    assert "Platform business hours / Weekdays left alone the rotation is gone" in shown
    assert "left alone Platform after 30 minutes taken out since; it was in rule 2 of 4" in shown
    assert "team Payments left alone the team is gone" in shown
    now = simulation.snapshot()
    assert now["schedules"][0]["rotations"][0] == edited["schedules"][0]["rotations"][0]
    assert now["escalations"] == edited["escalations"]
    assert now["schedules"][0]["rotations"][1]["participants"][0]["username"] == HARI
    assert HARI in [member["user"]["username"] for member in now["teams"][0]["members"]]


def test_entries_that_conflict_with_current_ones_are_left_alone(simulation: Simulation, run: Run) -> None:
    run("offboard", HARI, "--keep-user", *GO)
    with simulation.edit() as account:
        hari = {"id": expected_account.user_of(account, HARI)["id"], "username": HARI}
        account["teams"][0]["members"].append({"user": hari, "role": "user"})
        override = {"startDate": "2027-01-01T00:00:00Z", "endDate": "2027-01-02T00:00:00Z"}
        kofi = {"type": "user", "id": expected_account.user_of(account, KOFI)["id"], "username": KOFI}
        account["schedules"][0]["overrides"].append({**override, "alias": "hari-covers-long-project", "user": kofi})
        rule = {"id": "x", "alias": "aiko-to-hari", "fromUser": without_type(kofi), "toUser": hari, **override}
        account["forwardingRules"].append(rule)

    result = run("restore", RECORD, "--apply", "--yes", "--json")

    notes = {step["note"] for step in as_json(result)["people"][0]["steps"] if step["status"] == "left alone"}
    assert notes == {
        "member by now, as user; was admin",
        "kofi@example.com has the override by now",
        "there is another rule with its alias aiko-to-hari",
    }


def without_type(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name != "type"}


def test_ended_overrides_and_forwarding_rules_are_not_restored(simulation: Simulation, run: Run) -> None:
    run("offboard", HARI, *GO)
    later = datetime(2037, 1, 1, tzinfo=UTC)

    result = runner(simulation, now=later)("restore", RECORD, "--apply", "--yes", "--json")

    assert result.exit_code == 0
    ended = {step["kind"] for step in as_json(result)["people"][0]["steps"] if step["status"] == "over"}
    assert ended == {"override", "forwarding_rule"}
    now = simulation.snapshot()
    assert not [rule for rule in now["forwardingRules"] if HARI in str(rule)]
    assert HARI in str(now["schedules"][0]["rotations"])
    assert HARI not in str(now["schedules"][0]["overrides"])


def test_user_reinvited_by_hand_is_not_invited_again(simulation: Simulation, run: Run) -> None:
    run("offboard", HARI, *GO)
    with simulation.edit() as account:
        account["users"].append({**expected_account.user_of(account, KOFI), "id": "by-hand", "username": HARI})

    result = run("restore", RECORD, "--apply", "--yes")

    assert result.exit_code == 0
    assert "an account with this username is there" in result.stdout
    assert [user["id"] for user in simulation.snapshot()["users"] if user["username"] == HARI] == ["by-hand"]


@pytest.mark.parametrize("quirks", QUIRKS, ids=repr)
def test_restore_works_with_each_undocumented_quirk(simulation: Simulation, quirks: Quirks) -> None:
    simulation.quirks = quirks
    before = without_what_is_over(simulation)
    run = runner(simulation)
    run("offboard", ANDERS, HARI, *GO)

    result = run("restore", RECORD, "--apply", "--yes")

    assert result.exit_code == 0, result.output
    assert normal(simulation.snapshot()) == before
