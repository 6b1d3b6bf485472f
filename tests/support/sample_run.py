"""An account in which one of everything holds hari, and one request to it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.changes import Changes
from service.errors import OutOfTimeError
from service.model import Change, ForwardingRule, Membership, Named, Override, Request
from service.offboarding import Offboarding
from service.parallel import Parallel
from service.schedule import Schedule, TimedOverride, TimedRotation
from service.survey import OnCall, OnCallChange, OnCalls, Report
from tests.support.fake_client import FakeClient
from tests.support.people import ANNA, HARI, KOFI, LEAVER, NAMED_HARI, NAMED_KOFI, TEAM, escalation, rotation

DAYS, LADDER = rotation(LEAVER, ANNA, LEAVER), escalation(LEAVER, TEAM)
COVER = Override("cover", Named("id-schedule", "Payments"), NAMED_HARI, "2026-11-01T00:00:00Z", "2999-01-01T00:00:00Z")
OVER = replace(COVER, id="over", end_date="2026-11-02T00:00:00Z")
FORWARD = ForwardingRule("id-forward", "", NAMED_KOFI, NAMED_HARI, "", "")
MEMBER = Membership("id-data", "Data", NAMED_HARI, "admin", others=(ANNA,))
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
NOW = datetime(2026, 11, 25, 9, 15, tzinfo=UTC)
PAYMENTS = Schedule(
    "id-schedule",
    "Payments",
    "Etc/UTC",
    True,
    (TimedRotation(DAYS.id, DAYS.name, datetime(2026, 11, 2, 8, tzinfo=UTC), None, timedelta(7), DAYS.participants),),
    (TimedOverride(COVER.id, LEAVER, datetime(2026, 11, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC), ()),),
)
PLANNED_TURNS = (OnCallChange("id-schedule", "Payments", (HARI.username,), (ANNA.username,), computed=True),)
TURNS = (replace(PLANNED_TURNS[0], computed=False),)
NOT_CHECKED, REFUSALS = "phones that were lent", "locks that only a refusal names"


def account() -> FakeClient:
    """Make the account, with a replacement in it."""
    found = FakeClient([HARI, KOFI], DAYS, LADDER, COVER, OVER, FORWARD, MEMBER)
    found.schedules = (PAYMENTS,)
    found.on_call, found.on_call_after = on_call_in_payments(HARI.username), on_call_in_payments(ANNA.username)
    return found


def on_call_in_payments(*usernames: str) -> OnCalls:
    """Return these as who is on call."""
    return OnCalls((OnCall("id-schedule", "Payments", usernames),), NOW)


class Run:
    """One request; `told` has the changes that it reported, `shown` those passed on before each write."""

    def __init__(self, fake_client: FakeClient, *, protected: frozenset[str] = frozenset(), **request: object) -> None:
        self.told: list[tuple[str, Change]] = []
        self.shown: list[tuple[Changes, Change]] = []
        self.fake_client = fake_client
        self.request = Request("hari@example.com", **request)  # type: ignore[arg-type]
        self.protected = protected

    def __call__(self) -> Report:
        with Parallel() as parallel:
            self.offboarding = Offboarding(
                self.fake_client,
                self.request,
                parallel,
                protected=self.protected,
                on_change=lambda *told: self.told.append(told),
                before_change=lambda *shown: self.shown.append(shown),
            )
            return self.offboarding.run()

    def failing(self, error: type[Exception], message: str) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
        """Run to an error; return what was made and what remains."""
        with pytest.raises(error, match=f"^{message}$"):
            self()
        return self.offboarding.changes.made, self.offboarding.changes.remaining


def by_key(changes: Iterable[Change]) -> dict[tuple[str, str], Change]:
    """Return changes by key, without order."""
    return {change.key: change for change in changes}


LATE = OutOfTimeError("late")
