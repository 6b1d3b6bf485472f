"""The flow by itself, in front of another vendor's system: in which order, how often, and what is told."""

from dataclasses import replace

import pytest

from service.errors import BlockedError, NotFoundError, OutOfTimeError, UnavailableError
from service.model import Blocker, Change, Report
from tests.held import CHANGES, COVER, DAYS, END, FORWARD, LADDER, LATE, MEMBER, OVER, REFUSALS, UNLISTED, Run, by_key
from tests.pager import CAPABILITIES, Pager, failing
from tests.people import ANNA, HARI, KOFI, LEAVER, SUCCESSOR, TEAM, escalation, rotation


def test_everything_that_holds_the_person_goes_and_then_the_account(pager: Pager) -> None:
    run = Run(pager)

    assert run() == Report(HARI, True, CHANGES, (), (UNLISTED,))
    assert {event for event, _ in run.told} == {"change"}
    assert by_key(change for _, change in run.told) == by_key(CHANGES)
    assert {id(changes) for changes, _ in run.shown} == {id(run.offboarding.changes)}
    assert by_key(change for _, change in run.shown) == by_key(CHANGES)
    assert list(pager.entries.values()) == [rotation(ANNA), CHANGES[1].after, OVER]
    assert list(pager.people) == ["kofi@example.com"]
    assert pager.log[:2] == ["find hari@example.com", "survey first"]
    assert set(pager.log[2:5]) == {
        "read rotation id-rotation",
        "read escalation id-escalation",
        "delete override cover",
    }
    assert set(pager.log[5:9]) == {
        "remove rotation id-rotation",
        "remove escalation id-escalation",
        "delete forwarding_rule id-forward",
        "remove team id-data",
    }
    assert pager.log[9:] == ["deactivate user id-hari"]


def test_a_dry_run_reports_the_same_and_only_reads(pager: Pager) -> None:
    before = dict(pager.entries)

    assert Run(pager, dry_run=True)() == Report(HARI, False, CHANGES, (), (UNLISTED,))
    assert (pager.log, pager.entries) == (["find hari@example.com", "survey first"], before)


def test_what_only_a_refusal_tells_is_not_checked_where_nothing_was_asked(refusing: Pager) -> None:
    assert Run(refusing, dry_run=True)().not_checked == (UNLISTED, REFUSALS)
    assert Run(refusing, keep_user=True)().not_checked == (UNLISTED, REFUSALS)
    assert Run(refusing)().not_checked == (UNLISTED,)


def test_a_kept_user_is_taken_out_of_everything(pager: Pager) -> None:
    assert Run(pager, keep_user=True)() == Report(HARI, False, CHANGES[:-1], (), (UNLISTED,))
    assert pager.log[-1] == "survey again", "whether somebody put the person back"
    assert "hari@example.com" in pager.people


def test_the_replacement_takes_the_places(pager: Pager) -> None:
    report = Run(pager, replace_with="kofi@example.com")()

    assert report.changes[:2] == (
        Change("replace", DAYS, rotation(SUCCESSOR, ANNA, SUCCESSOR)),
        Change(
            "replace", LADDER, replace(LADDER, rules=(replace(LADDER.rules[0], recipient=SUCCESSOR), LADDER.rules[1]))
        ),
    )
    assert set(pager.log[:2]) == {"find hari@example.com", "find kofi@example.com"}


@pytest.mark.parametrize("entry", [DAYS, LADDER], ids=["rotation", "escalation"])
def test_a_write_that_is_tried_again_still_puts_the_replacement_in(pager: Pager, entry: object) -> None:
    planned = Run(pager, replace_with="kofi@example.com", dry_run=True)().changes
    kind = "rotation id-rotation" if entry is DAYS else "escalation id-escalation"
    pager.when(f"replace {kind}", failing(UnavailableError("busy")))

    assert Run(pager, replace_with="kofi@example.com")().changes == planned
    assert [call for call in pager.log if call.endswith(kind)] == [f"read {kind}", f"replace {kind}"] * 2


def test_nobody_of_that_name(pager: Pager) -> None:
    run = Run(Pager([KOFI]))
    with pytest.raises(NotFoundError, match=r"^there is no user hari@example\.com$"):
        run()
    found = run.offboarding
    assert (found.person, found.replacement, found.survey) == (None, None, None)
    with pytest.raises(BlockedError, match=r"^gone@example\.com: the replacement does not exist$"):
        Run(pager, replace_with="gone@example.com")()
    assert not any(call.startswith(("remove", "delete", "deactivate")) for call in pager.log)


def test_blockers_end_it_before_anything_is_written(pager: Pager) -> None:
    run = Run(pager, protected=frozenset({"hari@example.com"}))

    assert run.failing(BlockedError, r"hari@example\.com: the user is protected by a setting") == ((), ())
    assert pager.log == ["find hari@example.com", "survey first"]


def test_a_vendor_who_refuses_is_asked_before_anything_is_changed(refusing: Pager) -> None:
    refusing.stays = (Blocker("locks", "locks", "a lock holds hari", ("open it",)),)

    assert Run(refusing).failing(BlockedError, "locks: a lock holds hari") == ((), CHANGES)
    assert refusing.log == ["find hari@example.com", "survey first", "deactivate user id-hari"]


def test_an_account_that_is_not_surely_held_is_not_asked_for(refusing: Pager) -> None:
    """It would be gone, with whatever hangs on it, before that is looked at."""
    refusing.entries = {key: entry for key, entry in refusing.entries.items() if entry in (COVER, FORWARD)}

    assert Run(refusing)().changes == (*CHANGES[2:4], END)
    assert refusing.log[2:] == ["delete override cover", "delete forwarding_rule id-forward", "deactivate user id-hari"]


def test_an_account_that_is_ended_although_it_is_held_is_detached_all_the_same(refusing: Pager) -> None:
    refusing.when("deactivate user id-hari", lambda: refusing.entries.clear())
    entries = dict(refusing.entries)
    refusing.when("read rotation id-rotation", lambda: refusing.entries.update(entries))
    refusing.when("read escalation id-escalation", lambda: refusing.entries.update(entries))

    assert by_key(Run(refusing)().changes) == by_key(CHANGES)
    assert refusing.log.count("deactivate user id-hari") == 1
    assert [call for call in refusing.log if "survey" in call] == ["survey first"]


def test_an_account_that_is_ended_does_not_remain(refusing: Pager) -> None:
    refusing.when("deactivate user id-hari", lambda: setattr(refusing, "capabilities", CAPABILITIES))
    refusing.when("remove team id-data", failing(LATE))

    made, remaining = Run(refusing).failing(OutOfTimeError, "late")
    assert END in made
    assert Change("remove", MEMBER) in remaining
    assert END not in remaining


@pytest.mark.parametrize("call", ["survey first", "read rotation id-rotation", "remove rotation id-rotation"])
def test_what_remains_has_the_account(pager: Pager, call: str) -> None:
    pager.when(call, failing(LATE))

    _, remaining = Run(pager).failing(OutOfTimeError, "late")
    assert remaining[-1:] == (() if call == "survey first" else (END,))


def test_edits_between_the_survey_and_the_fresh_look_are_kept(pager: Pager) -> None:
    pager.when("read rotation id-rotation", lambda: pager.put(rotation(TEAM, LEAVER)))
    pager.when("read escalation id-escalation", lambda: pager.put(escalation(TEAM, LEAVER, TEAM)))

    Run(pager)()

    rules = escalation(TEAM, LEAVER, TEAM).rules
    assert list(pager.entries.values())[:2] == [rotation(TEAM), replace(LADDER, rules=(rules[0], rules[2]))]
