"""The flow against another vendor's system: the order and number of calls, and what is reported."""

from dataclasses import replace

import pytest

from service.errors import BlockedError, NotFoundError, OutOfTimeError, ReaddedError, UnavailableError
from service.model import Blocker, Change, Participant, Person, Request
from service.offboarding import Offboarding
from service.parallel import Parallel
from service.reach import Leaver
from service.survey import Report
from tests.support.fake_client import CAPABILITIES, FakeClient, failing
from tests.support.people import ANNA, HARI, KOFI, LEAVER, NOBODY, SUCCESSOR, TEAM, escalation, rotation
from tests.support.sample_run import (
    CHANGES,
    COVER,
    DAYS,
    END,
    FORWARD,
    LADDER,
    LATE,
    MEMBER,
    NOT_CHECKED,
    OVER,
    PLANNED_TURNS,
    REFUSALS,
    TURNS,
    Run,
    by_key,
)


def test_detaches_everything_before_ending_the_account(fake_client: FakeClient) -> None:
    run = Run(fake_client)

    assert run() == Report(HARI, True, CHANGES, TURNS, (NOT_CHECKED,))
    assert {event for event, _ in run.told} == {"change"}
    assert by_key(change for _, change in run.told) == by_key(CHANGES)
    assert {id(changes) for changes, _ in run.shown} == {id(run.offboarding.changes)}
    assert by_key(change for _, change in run.shown) == by_key(CHANGES)
    assert list(fake_client.entries.values()) == [rotation(ANNA), CHANGES[1].after, OVER]
    assert list(fake_client.people) == ["kofi@example.com"]
    assert fake_client.log[:2] == ["find hari@example.com", "survey first"]
    assert set(fake_client.log[2:5]) == {
        "read rotation id-rotation",
        "read escalation id-escalation",
        "read team id-data",
    }
    assert set(fake_client.log[5:7]) == {"delete override cover", "delete forwarding_rule id-forward"}
    assert set(fake_client.log[7:10]) == {
        "remove rotation id-rotation",
        "remove escalation id-escalation",
        "remove team id-data",
    }
    assert fake_client.log[10:] == ["turns hari@example.com", "survey again", "deactivate user id-hari"]


def test_looks_everywhere_before_a_final_end(fake_client: FakeClient) -> None:
    fake_client.capabilities = replace(fake_client.capabilities, removal_is_final=True)
    hidden = replace(DAYS, id="hidden")
    fake_client.hidden = {Change("", hidden).key: hidden}
    run = Run(fake_client)

    removed = Change("remove", hidden, replace(hidden, participants=(ANNA,)))
    assert run().changes == (*CHANGES[:-1], removed, Change("delete", OVER), END)
    assert fake_client.log[11:15] == [
        "survey again",
        "survey everywhere",
        "read rotation hidden",
        "delete override over",
    ]
    assert fake_client.log[-2:] == ["survey again", "deactivate user id-hari"]


def test_everyone_who_puts_the_person_back_stops_the_end(fake_client: FakeClient) -> None:
    for _ in range(4):
        fake_client.when("survey again", lambda: fake_client.put(DAYS))

    made, remaining = Run(fake_client).failing(ReaddedError, "somebody else puts the person back each time")
    assert (END in made, remaining[-1]) == (False, END)
    assert "hari@example.com" in fake_client.people


def test_account_is_kept_where_there_is_no_end(fake_client: FakeClient) -> None:
    fake_client.capabilities = replace(fake_client.capabilities, removal="")

    assert Run(fake_client)() == Report(HARI, False, CHANGES[:-1], TURNS, (NOT_CHECKED,))
    assert "hari@example.com" in fake_client.people


def test_blocker_of_the_end_forbids_nothing_where_the_user_is_kept(fake_client: FakeClient) -> None:
    synced = Blocker("synced", "hari@example.com", "it would come back", (), of_removal=True)
    surveys = fake_client.survey
    fake_client.survey = lambda *given: replace(surveys(*given), blockers=(synced,), of_removal=("a wiki",))  # type: ignore[method-assign]

    assert Run(fake_client).failing(BlockedError, "hari@example.com: it would come back") == ((), ())
    assert Run(fake_client, keep_user=True)().not_checked == (NOT_CHECKED,)


def test_consequence_of_the_end_is_told(fake_client: FakeClient) -> None:
    surveys = fake_client.survey
    fake_client.survey = lambda *given: replace(surveys(*given), of_removal=("a wiki",))  # type: ignore[method-assign]

    assert Run(fake_client)().not_checked == (NOT_CHECKED, "a wiki")


def test_dry_run_reports_the_same_changes_without_writing(fake_client: FakeClient) -> None:
    before = dict(fake_client.entries)

    assert Run(fake_client, dry_run=True)() == Report(HARI, False, CHANGES, PLANNED_TURNS, (NOT_CHECKED,))
    assert fake_client.log == ["find hari@example.com", "survey first", "turns hari@example.com"]
    assert fake_client.entries == before


def test_uses_named_only_in_a_refusal_are_not_checked_without_a_removal(refusing: FakeClient) -> None:
    assert Run(refusing, dry_run=True)().not_checked == (NOT_CHECKED, REFUSALS)
    assert Run(refusing, keep_user=True)().not_checked == (NOT_CHECKED, REFUSALS)
    assert Run(refusing)().not_checked == (NOT_CHECKED,)


def test_a_kept_user_is_taken_out_of_everything(fake_client: FakeClient) -> None:
    assert Run(fake_client, keep_user=True)() == Report(HARI, False, CHANGES[:-1], TURNS, (NOT_CHECKED,))
    assert fake_client.log[-1] == "survey again", "whether somebody put the person back"
    assert "hari@example.com" in fake_client.people


def test_replacement_takes_the_leavers_places(fake_client: FakeClient) -> None:
    report = Run(fake_client, replace_with="kofi@example.com")()

    assert report.changes[:2] == (
        Change("replace", DAYS, rotation(SUCCESSOR, ANNA, SUCCESSOR)),
        Change(
            "replace", LADDER, replace(LADDER, rules=(replace(LADDER.rules[0], recipient=SUCCESSOR), LADDER.rules[1]))
        ),
    )
    assert set(fake_client.log[:2]) == {"find hari@example.com", "find kofi@example.com"}


@pytest.mark.parametrize("entry", [DAYS, LADDER], ids=["rotation", "escalation"])
def test_retried_write_still_adds_the_replacement(fake_client: FakeClient, entry: object) -> None:
    planned = Run(fake_client, replace_with="kofi@example.com", dry_run=True)().changes
    kind = "rotation id-rotation" if entry is DAYS else "escalation id-escalation"
    fake_client.when(f"replace {kind}", failing(UnavailableError("busy")))

    assert Run(fake_client, replace_with="kofi@example.com")().changes == planned
    assert [call for call in fake_client.log if call.endswith(kind)] == [f"read {kind}", f"replace {kind}"] * 2


def test_report_says_how_the_account_ends_or_was_ended_before(fake_client: FakeClient) -> None:
    now = Run(FakeClient([HARI]))()
    fake_client.ended = "deactivate"
    before = Run(fake_client)()

    assert (now.removal, now.ended, now.deleted) == ("deactivate", "", True)
    assert (before.removal, before.ended, before.deleted) == ("", "deactivate", False)
    assert before.changes == CHANGES[:-1]


def test_unknown_user_or_replacement_changes_nothing(fake_client: FakeClient) -> None:
    run = Run(FakeClient([KOFI]))
    with pytest.raises(NotFoundError, match=r"^there is no user hari@example\.com$"):
        run()
    found = run.offboarding
    assert (found.person, found.replacement, found.survey) == (None, None, None)
    with pytest.raises(BlockedError, match=r"^gone@example\.com: the replacement does not exist$"):
        Run(fake_client, replace_with="gone@example.com")()
    assert not any(call.startswith(("remove", "delete", "deactivate")) for call in fake_client.log)


def test_blockers_stop_it_before_any_write(fake_client: FakeClient) -> None:
    run = Run(fake_client, protected=frozenset({"hari@example.com"}))

    assert run.failing(BlockedError, r"hari@example\.com: the user is protected by a setting") == ((), ())
    assert fake_client.log == ["find hari@example.com", "survey first"]


def test_removal_is_tried_first_when_it_will_be_refused(refusing: FakeClient) -> None:
    refusing.stays = (Blocker("locks", "locks", "a lock holds hari", ("open it",)),)

    assert Run(refusing).failing(BlockedError, "locks: a lock holds hari") == ((), CHANGES)
    assert {call.split()[0] for call in refusing.log} == {"find", "survey", "deactivate", "read"}


def test_removal_is_tried_first_when_it_may_be_refused(refusing: FakeClient) -> None:
    """Only a refusal names integrations; overrides and forwarding rules block nothing, and are deleted afterwards."""
    refusing.entries = {key: entry for key, entry in refusing.entries.items() if entry in (COVER, FORWARD)}

    assert Run(refusing)().changes == (*CHANGES[2:4], END)
    assert refusing.log[2:4] == ["turns hari@example.com", "deactivate user id-hari"]
    assert set(refusing.log[4:6]) == {"delete override cover", "delete forwarding_rule id-forward"}
    assert refusing.log[6:] == ["on-calls"]


@pytest.mark.parametrize("held", [(COVER, FORWARD), (COVER,), (FORWARD,)])
def test_nothing_is_changed_when_an_integration_holds_who_has_only_overrides(
    refusing: FakeClient, held: tuple[object, ...]
) -> None:
    refusing.entries = {key: entry for key, entry in refusing.entries.items() if entry in held}
    refusing.stays = (Blocker("locks", "locks", "a lock holds hari", ("open it",)),)
    before = dict(refusing.entries)

    made, _ = Run(refusing).failing(BlockedError, "locks: a lock holds hari")
    assert (made, refusing.entries) == ((), before)


def test_detaches_when_the_vendor_ends_an_account_still_in_use(refusing: FakeClient) -> None:
    refusing.when("deactivate user id-hari", lambda: setattr(refusing, "capabilities", CAPABILITIES))

    assert by_key(Run(refusing)().changes) == by_key(CHANGES)
    assert refusing.log.count("deactivate user id-hari") == 1
    assert [call for call in refusing.log if "survey" in call] == ["survey first"]
    # Beside the deactivation, and again after it: what was read beside it may be older.
    assert refusing.log.count("read rotation id-rotation") == 2


def test_ended_account_is_not_in_remaining(refusing: FakeClient) -> None:
    refusing.when("deactivate user id-hari", lambda: setattr(refusing, "capabilities", CAPABILITIES))
    refusing.when("remove team id-data", failing(LATE))

    made, remaining = Run(refusing).failing(OutOfTimeError, "late")
    assert END in made
    assert Change("remove", MEMBER) in remaining
    assert END not in remaining


@pytest.mark.parametrize("call", ["survey first", "read rotation id-rotation", "remove rotation id-rotation"])
def test_remaining_ends_with_the_account_once_planned(fake_client: FakeClient, call: str) -> None:
    fake_client.when(call, failing(LATE))

    _, remaining = Run(fake_client).failing(OutOfTimeError, "late")
    assert remaining[-1:] == (() if call == "survey first" else (END,))


def test_edits_between_the_survey_and_the_fresh_read_are_kept(fake_client: FakeClient) -> None:
    fake_client.when("read rotation id-rotation", lambda: fake_client.put(rotation(TEAM, LEAVER)))
    fake_client.when("read escalation id-escalation", lambda: fake_client.put(escalation(TEAM, LEAVER, TEAM)))

    Run(fake_client)()

    rules = escalation(TEAM, LEAVER, TEAM).rules
    assert list(fake_client.entries.values())[:2] == [rotation(TEAM), replace(LADDER, rules=(rules[0], rules[2]))]


def test_keep_turns_leaves_no_one_in_the_places(fake_client: FakeClient) -> None:
    report = Run(fake_client, keep_turns=True)()

    assert report.changes[0] == Change("remove", DAYS, rotation(NOBODY, ANNA, NOBODY))
    assert rotation(NOBODY, ANNA, NOBODY) in fake_client.entries.values()


@pytest.mark.parametrize("dry_run", [False, True])
def test_blocked_people_are_not_left_alone(fake_client: FakeClient, dry_run: bool) -> None:
    fake_client.blocked = frozenset({"id-anna"})
    sentence = (
        "Payments / Days: without hari@example.com nobody who can be called is left in this rotation: "
        "anna@example.com is blocked"
    )

    made, _ = Run(fake_client, dry_run=dry_run).failing(BlockedError, sentence)
    assert made == ()


def test_blocked_people_are_not_left_alone_by_a_write_that_is_tried_again(fake_client: FakeClient) -> None:
    blocked = Participant("user", "id-ben", "ben@example.com")
    fake_client.blocked = frozenset({"id-ben"})
    fake_client.when("remove rotation id-rotation", failing(UnavailableError("busy")))
    fake_client.when("read rotation id-rotation", lambda: fake_client.put(rotation(LEAVER, blocked)), skip=1)

    with pytest.raises(BlockedError, match=r"ben@example\.com is blocked"):
        Run(fake_client)()
    assert rotation(LEAVER, blocked) in fake_client.entries.values()


def test_earlier_leavers_count_as_gone_in_a_plan(fake_client: FakeClient) -> None:
    with Parallel() as parallel, pytest.raises(BlockedError, match=r"anna@example\.com leaves in the same run"):
        Offboarding(
            fake_client,
            Request("hari@example.com", dry_run=True),
            parallel,
            earlier=[Leaver(Person("id-anna", "anna@example.com"))],
        ).run()


def test_refusal_by_the_rules_says_what_was_not_asked(fake_client: FakeClient, refusing: FakeClient) -> None:
    refusing.blocked = frozenset({"id-anna"})
    with pytest.raises(BlockedError) as blocked:
        Run(refusing)()
    assert blocked.value.not_checked == (REFUSALS,)

    fake_client.capabilities = replace(fake_client.capabilities, only_in_refusal=())
    with pytest.raises(BlockedError) as blocked:
        Run(fake_client)()
    assert blocked.value.not_checked == ()


def test_what_a_survey_and_the_rules_cannot_know_is_reported(fake_client: FakeClient) -> None:
    fake_client.notes = ("who is blocked: not listed",)
    fake_client.put(replace(MEMBER, others=()))

    left = "integrations and policies that notify the team Data, in which nobody can be called now"
    assert Run(fake_client, dry_run=True)().not_checked == (NOT_CHECKED, *fake_client.notes, left)


def test_account_remains_where_time_runs_out_with_only_overrides(refusing: FakeClient) -> None:
    refusing.entries = {Change("", COVER).key: COVER}
    refusing.when("deactivate user id-hari", failing(LATE))

    _, remaining = Run(refusing).failing(OutOfTimeError, "late")
    assert remaining == (Change("delete", COVER), END)


def test_who_is_in_nothing_is_looked_for_once(refusing: FakeClient) -> None:
    refusing.entries = {}

    assert Run(refusing)().changes == (END,)
    assert refusing.log[:3] == ["find hari@example.com", "survey first", "turns hari@example.com"]
    assert set(refusing.log[3:]) == {"deactivate user id-hari", "on-calls"}
    assert len(refusing.log) == 5
