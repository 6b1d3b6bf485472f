"""The flow by itself, in front of another vendor's system: in which order, how often, and what is told."""

from dataclasses import replace

import pytest

from service.errors import BlockedError, NotFoundError, OutOfTimeError, UnavailableError
from service.model import Blocker, Change, Report
from tests.support.fake_client import CAPABILITIES, FakeClient, failing
from tests.support.people import ANNA, HARI, KOFI, LEAVER, SUCCESSOR, TEAM, escalation, rotation
from tests.support.sample_run import (
    CHANGES,
    COVER,
    DAYS,
    END,
    FORWARD,
    LADDER,
    LATE,
    MEMBER,
    OVER,
    PLANNED_TURNS,
    REFUSALS,
    TURNS,
    UNLISTED,
    Run,
    by_key,
)


def test_everything_that_holds_the_person_goes_and_then_the_account(fake_client: FakeClient) -> None:
    run = Run(fake_client)

    assert run() == Report(HARI, True, CHANGES, TURNS, (UNLISTED,))
    assert {event for event, _ in run.told} == {"change"}
    assert by_key(change for _, change in run.told) == by_key(CHANGES)
    assert {id(changes) for changes, _ in run.shown} == {id(run.offboarding.changes)}
    assert by_key(change for _, change in run.shown) == by_key(CHANGES)
    assert list(fake_client.entries.values()) == [rotation(ANNA), CHANGES[1].after, OVER]
    assert list(fake_client.people) == ["kofi@example.com"]
    assert fake_client.log[:2] == ["find hari@example.com", "survey first"]
    assert set(fake_client.log[2:6]) == {
        "read rotation id-rotation",
        "read escalation id-escalation",
        "read team id-data",
        "delete override cover",
    }
    assert set(fake_client.log[6:10]) == {
        "remove rotation id-rotation",
        "remove escalation id-escalation",
        "delete forwarding_rule id-forward",
        "remove team id-data",
    }
    assert set(fake_client.log[10:]) == {"deactivate user id-hari", "on-calls"}


def test_a_dry_run_reports_the_same_and_only_reads(fake_client: FakeClient) -> None:
    before = dict(fake_client.entries)

    assert Run(fake_client, dry_run=True)() == Report(HARI, False, CHANGES, PLANNED_TURNS, (UNLISTED,))
    assert (fake_client.log, fake_client.entries) == (["find hari@example.com", "survey first"], before)


def test_what_only_a_refusal_tells_is_not_checked_where_nothing_was_asked(refusing: FakeClient) -> None:
    assert Run(refusing, dry_run=True)().not_checked == (UNLISTED, REFUSALS)
    assert Run(refusing, keep_user=True)().not_checked == (UNLISTED, REFUSALS)
    assert Run(refusing)().not_checked == (UNLISTED,)


def test_a_kept_user_is_taken_out_of_everything(fake_client: FakeClient) -> None:
    assert Run(fake_client, keep_user=True)() == Report(HARI, False, CHANGES[:-1], TURNS, (UNLISTED,))
    assert fake_client.log[-1] == "survey again", "whether somebody put the person back"
    assert "hari@example.com" in fake_client.people


def test_the_replacement_takes_the_places(fake_client: FakeClient) -> None:
    report = Run(fake_client, replace_with="kofi@example.com")()

    assert report.changes[:2] == (
        Change("replace", DAYS, rotation(SUCCESSOR, ANNA, SUCCESSOR)),
        Change(
            "replace", LADDER, replace(LADDER, rules=(replace(LADDER.rules[0], recipient=SUCCESSOR), LADDER.rules[1]))
        ),
    )
    assert set(fake_client.log[:2]) == {"find hari@example.com", "find kofi@example.com"}


@pytest.mark.parametrize("entry", [DAYS, LADDER], ids=["rotation", "escalation"])
def test_a_write_that_is_tried_again_still_puts_the_replacement_in(fake_client: FakeClient, entry: object) -> None:
    planned = Run(fake_client, replace_with="kofi@example.com", dry_run=True)().changes
    kind = "rotation id-rotation" if entry is DAYS else "escalation id-escalation"
    fake_client.when(f"replace {kind}", failing(UnavailableError("busy")))

    assert Run(fake_client, replace_with="kofi@example.com")().changes == planned
    assert [call for call in fake_client.log if call.endswith(kind)] == [f"read {kind}", f"replace {kind}"] * 2


def test_nobody_of_that_name(fake_client: FakeClient) -> None:
    run = Run(FakeClient([KOFI]))
    with pytest.raises(NotFoundError, match=r"^there is no user hari@example\.com$"):
        run()
    found = run.offboarding
    assert (found.person, found.replacement, found.survey) == (None, None, None)
    with pytest.raises(BlockedError, match=r"^gone@example\.com: the replacement does not exist$"):
        Run(fake_client, replace_with="gone@example.com")()
    assert not any(call.startswith(("remove", "delete", "deactivate")) for call in fake_client.log)


def test_blockers_end_it_before_anything_is_written(fake_client: FakeClient) -> None:
    run = Run(fake_client, protected=frozenset({"hari@example.com"}))

    assert run.failing(BlockedError, r"hari@example\.com: the user is protected by a setting") == ((), ())
    assert fake_client.log == ["find hari@example.com", "survey first"]


def test_a_vendor_who_refuses_is_asked_before_anything_is_changed(refusing: FakeClient) -> None:
    refusing.stays = (Blocker("locks", "locks", "a lock holds hari", ("open it",)),)

    assert Run(refusing).failing(BlockedError, "locks: a lock holds hari") == ((), CHANGES)
    assert refusing.log == ["find hari@example.com", "survey first", "deactivate user id-hari"]


def test_an_account_that_is_not_surely_held_is_not_asked_for(refusing: FakeClient) -> None:
    """It would be gone, with whatever hangs on it, before that is looked at."""
    refusing.entries = {key: entry for key, entry in refusing.entries.items() if entry in (COVER, FORWARD)}

    assert Run(refusing)().changes == (*CHANGES[2:4], END)
    assert refusing.log[2:4] == ["delete override cover", "delete forwarding_rule id-forward"]
    assert set(refusing.log[4:]) == {"deactivate user id-hari", "on-calls"}


def test_an_account_that_is_ended_although_it_is_held_is_detached_all_the_same(refusing: FakeClient) -> None:
    refusing.when("deactivate user id-hari", lambda: refusing.entries.clear())
    entries = dict(refusing.entries)
    refusing.when("read rotation id-rotation", lambda: refusing.entries.update(entries))
    refusing.when("read escalation id-escalation", lambda: refusing.entries.update(entries))

    assert by_key(Run(refusing)().changes) == by_key(CHANGES)
    assert refusing.log.count("deactivate user id-hari") == 1
    assert [call for call in refusing.log if "survey" in call] == ["survey first"]


def test_an_account_that_is_ended_does_not_remain(refusing: FakeClient) -> None:
    refusing.when("deactivate user id-hari", lambda: setattr(refusing, "capabilities", CAPABILITIES))
    refusing.when("remove team id-data", failing(LATE))

    made, remaining = Run(refusing).failing(OutOfTimeError, "late")
    assert END in made
    assert Change("remove", MEMBER) in remaining
    assert END not in remaining


@pytest.mark.parametrize("call", ["survey first", "read rotation id-rotation", "remove rotation id-rotation"])
def test_what_remains_has_the_account(fake_client: FakeClient, call: str) -> None:
    fake_client.when(call, failing(LATE))

    _, remaining = Run(fake_client).failing(OutOfTimeError, "late")
    assert remaining[-1:] == (() if call == "survey first" else (END,))


def test_edits_between_the_survey_and_the_fresh_look_are_kept(fake_client: FakeClient) -> None:
    fake_client.when("read rotation id-rotation", lambda: fake_client.put(rotation(TEAM, LEAVER)))
    fake_client.when("read escalation id-escalation", lambda: fake_client.put(escalation(TEAM, LEAVER, TEAM)))

    Run(fake_client)()

    rules = escalation(TEAM, LEAVER, TEAM).rules
    assert list(fake_client.entries.values())[:2] == [rotation(TEAM), replace(LADDER, rules=(rules[0], rules[2]))]
