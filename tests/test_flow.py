"""The flow by itself, in front of another vendor's system: in which order, how often, and what is told."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from service.errors import (
    NotFoundError,
    OutOfTimeError,
    PutBackError,
    RefusedError,
    RejectedError,
    StillUsedError,
    UnavailableError,
)
from service.model import Blocker, Change, ForwardingRule, Membership, Named, Override, Request
from service.offboarding import Offboarding, Report
from service.parallel import Parallel
from tests.pager import Pager, failing
from tests.people import ANNA, HARI, KOFI, LEAVER, NAMED_HARI, NAMED_KOFI, SUCCESSOR, TEAM, escalation, rotation

DAYS, LADDER = rotation(LEAVER, ANNA, LEAVER), escalation(LEAVER, TEAM)
COVER = Override("cover", Named("id-schedule", "Payments"), NAMED_HARI, "2026-11-01T00:00:00Z", "2999-01-01T00:00:00Z")
OVER = replace(COVER, id="over", end_date="2026-11-02T00:00:00Z")
FORWARD = ForwardingRule("id-forward", "", NAMED_KOFI, NAMED_HARI, "", "")
MEMBER = Membership("id-data", "Data", NAMED_HARI, "admin")

OUT_OF_DAYS = Change("remove", DAYS, rotation(ANNA))
OUT_OF_LADDER = Change("remove", LADDER, replace(LADDER, rules=LADDER.rules[1:]))
END = Change("deactivate", HARI)
CHANGES = (
    OUT_OF_DAYS,
    OUT_OF_LADDER,
    Change("delete", COVER),
    Change("delete", FORWARD),
    Change("remove", MEMBER),
    END,
)
UNLISTED, REFUSALS = "pagers that were lent", "locks that only a refusal names"


@pytest.fixture
def pager() -> Pager:
    """An account in which one of everything holds hari."""
    return Pager([HARI, KOFI], DAYS, LADDER, COVER, OVER, FORWARD, MEMBER)


@pytest.fixture
def refusing(pager: Pager) -> Pager:
    """The same, with a vendor who refuses to end an account that is held."""
    pager.told_by_refusal = REFUSALS
    return pager


class Run:
    """One request; `told` has the changes as they were told while it ran."""

    def __init__(self, pager: Pager, *, protected: frozenset[str] = frozenset(), **request: object) -> None:
        self.told: list[tuple[str, Change]] = []
        self.pager = pager
        self.request = Request("hari@example.com", **request)  # type: ignore[arg-type]
        self.protected = protected

    def __call__(self) -> Report:
        with Parallel() as parallel:
            self.offboarding = Offboarding(
                self.pager, self.request, parallel, protected=self.protected, tell=lambda *told: self.told.append(told)
            )
            return self.offboarding.run()

    def failing(self, error: type[Exception], message: str) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
        """Run into an error; return what was made and what remains."""
        with pytest.raises(error, match=f"^{message}$"):
            self()
        return self.offboarding.changes.made, self.offboarding.changes.remaining


def by_key(changes: Iterable[Change]) -> dict[tuple[str, str], Change]:
    return {change.key: change for change in changes}


LATE = OutOfTimeError("late")


def test_everything_that_holds_the_person_goes_and_then_the_account(pager: Pager) -> None:
    run = Run(pager)

    assert run() == Report(HARI, True, CHANGES, (), (UNLISTED,))
    assert {event for event, _ in run.told} == {"change"}
    assert by_key(change for _, change in run.told) == by_key(CHANGES)
    assert list(pager.entries.values()) == [rotation(ANNA), CHANGES[1].after, OVER]
    assert list(pager.people) == ["kofi@example.com"]
    assert pager.log[:2] == ["find hari@example.com", "survey"]
    assert set(pager.log[2:5]) == {
        "reread rotation id-rotation",
        "reread escalation id-escalation",
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
    assert (pager.log, pager.entries) == (["find hari@example.com", "survey"], before)


def test_what_only_a_refusal_tells_is_not_checked_where_nothing_was_asked(refusing: Pager) -> None:
    assert Run(refusing, dry_run=True)().not_checked == (UNLISTED, REFUSALS)
    assert Run(refusing, keep_user=True)().not_checked == (UNLISTED, REFUSALS)
    assert Run(refusing)().not_checked == (UNLISTED,)


def test_a_kept_user_is_taken_out_of_everything(pager: Pager) -> None:
    assert Run(pager, keep_user=True)() == Report(HARI, False, CHANGES[:-1], (), (UNLISTED,))
    assert pager.log[-1] == "survey", "whether somebody put the person back"
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
    assert [call for call in pager.log if call.endswith(kind)] == [f"reread {kind}", f"replace {kind}"] * 2


def test_nobody_of_that_name(pager: Pager) -> None:
    with pytest.raises(NotFoundError, match=r"^there is no user hari@example\.com$"):
        Run(Pager([KOFI]))()
    with pytest.raises(RefusedError, match=r"^gone@example\.com: the replacement does not exist$"):
        Run(pager, replace_with="gone@example.com")()
    assert not any(call.startswith(("remove", "delete", "deactivate")) for call in pager.log)


def test_blockers_end_it_before_anything_is_written(pager: Pager) -> None:
    run = Run(pager, protected=frozenset({"hari@example.com"}))

    assert run.failing(RefusedError, r"hari@example\.com: the user is protected by a setting") == ((), ())
    assert pager.log == ["find hari@example.com", "survey"]


def test_a_vendor_who_refuses_is_asked_before_anything_is_changed(refusing: Pager) -> None:
    refusing.stays = (Blocker("locks", "locks", "a lock holds hari", "open it"),)

    assert Run(refusing).failing(RefusedError, "locks: a lock holds hari") == ((), CHANGES)
    assert refusing.log == ["find hari@example.com", "survey", "deactivate user id-hari"]


def test_an_account_that_is_not_surely_held_is_not_asked_for(refusing: Pager) -> None:
    """It would be gone, with whatever hangs on it, before that is looked at."""
    refusing.entries = {key: entry for key, entry in refusing.entries.items() if entry in (COVER, FORWARD)}

    assert Run(refusing)().changes == (*CHANGES[2:4], END)
    assert refusing.log[2:] == ["delete override cover", "delete forwarding_rule id-forward", "deactivate user id-hari"]


def test_an_account_that_is_ended_although_it_is_held_is_detached_all_the_same(refusing: Pager) -> None:
    refusing.when("deactivate user id-hari", lambda: refusing.entries.clear())
    entries = dict(refusing.entries)
    refusing.when("reread rotation id-rotation", lambda: refusing.entries.update(entries))
    refusing.when("reread escalation id-escalation", lambda: refusing.entries.update(entries))

    assert by_key(Run(refusing)().changes) == by_key(CHANGES)
    assert refusing.log.count("deactivate user id-hari") == 1
    assert refusing.log.count("survey") == 1


def test_an_account_that_is_ended_does_not_remain(refusing: Pager) -> None:
    refusing.when("deactivate user id-hari", lambda: setattr(refusing, "told_by_refusal", ""))
    refusing.when("remove team id-data", failing(LATE))

    made, remaining = Run(refusing).failing(OutOfTimeError, "late")
    assert END in made
    assert Change("remove", MEMBER) in remaining
    assert END not in remaining


@pytest.mark.parametrize("call", ["survey", "reread rotation id-rotation", "remove rotation id-rotation"])
def test_what_remains_has_the_account(pager: Pager, call: str) -> None:
    pager.when(call, failing(LATE))

    _, remaining = Run(pager).failing(OutOfTimeError, "late")
    assert remaining[-1:] == (() if call == "survey" else (END,))


@pytest.mark.parametrize("call", ["survey", "thorough survey", "reread rotation hidden", "remove rotation hidden"])
def test_what_remains_has_the_account_in_a_later_round_too(refusing: Pager, call: str) -> None:
    hidden = replace(DAYS, id="hidden")
    refusing.hidden = {Change("", hidden).key: hidden}
    refusing.when(call, failing(LATE), skip=1 if call == "survey" else 0)

    made, remaining = Run(refusing).failing(OutOfTimeError, "late")
    assert made[:5] == CHANGES[:-1]
    out_of_hidden = Change("remove", hidden, replace(rotation(ANNA), id="hidden"))
    left = () if "survey" in call else (out_of_hidden, Change("delete", OVER))
    assert by_key((*made[5:], *remaining)) == by_key((*left, END))
    assert remaining[-1] == END


def test_what_no_list_of_the_person_shows_is_looked_for_everywhere(refusing: Pager) -> None:
    """What is over holds an account as well, for all that is known then."""
    hidden = replace(DAYS, id="hidden")
    refusing.hidden = {Change("", hidden).key: hidden}

    report = Run(refusing)()

    late = (Change("remove", hidden, replace(rotation(ANNA), id="hidden")), Change("delete", OVER))
    assert by_key(report.changes) == by_key((*CHANGES, *late))
    assert refusing.log.count("thorough survey") == 1


@pytest.mark.parametrize("keep", [False, True])
def test_a_membership_that_only_a_stale_list_shows_is_tried_once(
    refusing: Pager, monkeypatch: pytest.MonkeyPatch, keep: bool
) -> None:
    listed, stale = refusing.survey, (replace(MEMBER, in_doubt=True),)
    monkeypatch.setattr(refusing, "survey", lambda person: replace(listed(person), memberships=stale))
    refusing.entries = {Change("", COVER).key: COVER}
    refusing.when("remove team id-data", failing(RejectedError("no member")))

    report = Run(refusing, keep_user=keep)()

    assert report.changes == ((CHANGES[2],) if keep else (CHANGES[2], END))
    assert refusing.log.count("remove team id-data") == 1


def test_what_nothing_shows_is_looked_for_once(refusing: Pager) -> None:
    """A look at everything takes calls without number, and after the last refusal it would serve nobody."""
    for _ in range(9):
        refusing.when("deactivate user id-hari", failing(StillUsedError("in use")))

    made, remaining = Run(refusing).failing(StillUsedError, "in use")
    assert by_key(made) == by_key((*CHANGES[:-1], Change("delete", OVER)))
    assert remaining == (END,)
    looks = [call for call in refusing.log if call in ("survey", "thorough survey", "deactivate user id-hari")]
    assert looks == [
        *("survey", "deactivate user id-hari", "deactivate user id-hari"),
        *("survey", "thorough survey", "deactivate user id-hari"),
        *("survey", "deactivate user id-hari"),
        *("survey", "deactivate user id-hari"),
    ]


def test_edits_between_the_survey_and_the_fresh_look_are_kept(pager: Pager) -> None:
    pager.when("reread rotation id-rotation", lambda: pager.put(rotation(TEAM, LEAVER)))
    pager.when("reread escalation id-escalation", lambda: pager.put(escalation(TEAM, LEAVER, TEAM)))

    Run(pager)()

    rules = escalation(TEAM, LEAVER, TEAM).rules
    assert list(pager.entries.values())[:2] == [rotation(TEAM), replace(LADDER, rules=(rules[0], rules[2]))]


def test_somebody_put_back_is_taken_out_again_for_some_rounds(refusing: Pager) -> None:
    for skip in (1, 0):
        refusing.when("deactivate user id-hari", lambda: refusing.put(DAYS), skip=skip)

    assert Run(refusing)().deleted
    assert refusing.log.count("survey") == 3


def test_somebody_put_back_in_each_round_is_reported(refusing: Pager) -> None:
    for _ in range(9):
        refusing.when("deactivate user id-hari", lambda: refusing.put(DAYS))

    made, remaining = Run(refusing).failing(StillUsedError, "in use")
    assert [change for change in made if change != OUT_OF_DAYS] == list(CHANGES[1:-1])
    assert made.count(OUT_OF_DAYS) == 4
    assert remaining == (END,), "after the last refusal nobody looks"
    assert refusing.log.count("deactivate user id-hari") == 5


def test_a_kept_user_put_back_in_each_round_is_reported(pager: Pager) -> None:
    for _ in range(9):
        pager.when("survey", lambda: pager.put(DAYS))

    run = Run(pager, keep_user=True)
    made, remaining = run.failing(PutBackError, "somebody else puts the person back each time")
    assert [change for change in made if change != OUT_OF_DAYS] == list(CHANGES[1:-1])
    assert made.count(OUT_OF_DAYS) == 4
    assert remaining == (OUT_OF_DAYS,)
    assert pager.log.count("survey") == 5


def test_an_account_that_goes_meanwhile_is_gone(refusing: Pager) -> None:
    """The second refusal lets the flow look again, and there is nobody any more."""
    refusing.when("deactivate user id-hari", lambda: refusing.put(DAYS), skip=1)
    refusing.when("survey", lambda: refusing.people.pop("hari@example.com"), skip=1)

    report = Run(refusing)()

    assert (report.deleted, report.changes) == (True, CHANGES[:-1])
    assert refusing.log[-2:] == ["deactivate user id-hari", "reread user id-hari"]


def test_a_kept_account_that_goes_meanwhile_is_not_asked_for(pager: Pager) -> None:
    pager.when("survey", lambda: pager.people.pop("hari@example.com"), skip=1)

    assert Run(pager, keep_user=True)() == Report(HARI, False, CHANGES[:-1], (), (UNLISTED,))
    assert pager.log[-1] == "survey"


def test_a_holder_that_shows_late_is_a_blocker(refusing: Pager) -> None:
    lock = Blocker("locks", "locks", "a lock holds hari", "open it")
    refusing.when("deactivate user id-hari", lambda: setattr(refusing, "stays", (lock,)), skip=1)

    made, remaining = Run(refusing).failing(RefusedError, "locks: a lock holds hari")
    assert (made, remaining) == (CHANGES[:-1], (END,))
