"""A list of people, one after the other, on the rules of the API; a person is finished before the run stops."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

from console.desk import Desk, Observed
from console.records import Entry
from service import problems
from service.errors import (
    KeyRefusedError,
    NotFoundError,
    OutOfTimeError,
    RefusedError,
    ServiceError,
    UnavailableError,
)
from service.model import Change, ForwardingRule, Override, Request
from service.offboarding import Offboarding
from service.report import report_json

DONE, PLANNED, REFUSED, NOT_FOUND, FAILED = "done", "planned", "refused", "not found", "failed"
WENT_WELL = (DONE, PLANNED)

DOWN = 3
"""How many people in a row may fail because Opsgenie does not answer, before the rest is not tried."""


@dataclass(frozen=True)
class Outcome:
    """What became of one person: the API's answer, and a line for the record."""

    request: Request
    status: str
    answer: dict[str, Any]
    entry: Entry


@dataclass(frozen=True)
class Result:
    """What became of everybody: `not_tried` are those whom the run did not come to, for the reason `stopped`."""

    outcomes: tuple[Outcome, ...]
    not_tried: tuple[Request, ...] = ()
    stopped: str = ""
    interrupted: bool = False


class Interrupts:
    """Ctrl-C, a closed terminal or a kill: the first asks the run to stop, a second one breaks a person off."""

    def __init__(self, on_first: Callable[[], None]) -> None:
        self.asked = False
        self._on_first = on_first
        self._breakable = False

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Take the signals as long as the context lasts."""
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = [signal.signal(number, self._take) for number in signals]
        try:
            yield
        finally:
            for number, handler in zip(signals, before, strict=True):
                signal.signal(number, handler)

    @contextmanager
    def breakable(self) -> Iterator[None]:
        """Let a second signal raise KeyboardInterrupt; outside, where records are written, none does."""
        self._breakable = True
        try:
            yield
        finally:
            self._breakable = False

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        if not self.asked:
            self.asked = True
            with suppress(RuntimeError):  # the signal may come in the middle of another print
                self._on_first()
        elif self._breakable:
            self._breakable = False
            raise KeyboardInterrupt


def run(
    desk: Desk,
    requests: Sequence[Request],
    interrupts: Interrupts,
    *,
    on_start: Callable[[Request], None],
    on_end: Callable[[Outcome], None],
) -> Result:
    """Off-board one person after the other; goes on past those who are refused."""
    outcomes: list[Outcome] = []
    down = 0
    for place, request in enumerate(requests):
        if interrupts.asked:
            return Result(tuple(outcomes), tuple(requests[place:]), "interrupted", interrupted=True)
        on_start(request)
        outcome, error = _one(desk, request, interrupts)
        outcomes.append(outcome)
        on_end(outcome)
        if isinstance(error, KeyboardInterrupt):
            return Result(tuple(outcomes), tuple(requests[place + 1 :]), "interrupted", interrupted=True)
        if error is not None and not isinstance(error, ServiceError):
            raise error
        down = down + 1 if isinstance(error, UnavailableError | OutOfTimeError) else 0
        if isinstance(error, KeyRefusedError) or down == DOWN:
            reason = f"stopped after {request.username}: {outcome.answer['message']}"
            return Result(tuple(outcomes), tuple(requests[place + 1 :]), reason)
    return Result(tuple(outcomes))


def _one(desk: Desk, request: Request, interrupts: Interrupts) -> tuple[Outcome, BaseException | None]:
    failure: BaseException | None = None
    with desk.connect() as line:
        offboarding = Offboarding(line.opsgenie, request, line.parallel, protected=desk.settings.protected_users)
        try:
            with interrupts.breakable():
                report = offboarding.run()
        except (Exception, KeyboardInterrupt) as error:  # whatever it is, what was changed goes into the record
            failure = error
    # Only now, with every thread of the connection at its end, is it known what was changed.
    if failure is None:
        status, answer = (PLANNED if request.dry_run else DONE), report_json(report, request)
    else:
        status, answer = _failed(failure, offboarding)
    answer["message"] = desk.without_key(answer["message"])
    found = line.opsgenie.found
    broken_off = failure is not None and not isinstance(failure, ServiceError)
    in_doubt = offboarding.changes.remaining if broken_off else _gone_with_the_account(desk, line.opsgenie, offboarding)
    entry = Entry(
        request=replace(request, dry_run=False),
        outcome=status,
        message=answer["message"],
        person=found.get(request.username),
        replacement=found.get(request.replace_with or ""),
        changes=offboarding.changes.made,
        unconfirmed=(*offboarding.changes.unconfirmed, *in_doubt),
    )
    return Outcome(request, status, answer, entry), failure


def _gone_with_the_account(desk: Desk, opsgenie: Observed, offboarding: Offboarding) -> list[Change]:
    """Return what the survey saw and nobody removed: it may have gone when the account did."""
    made = {change.key for change in offboarding.changes.made}
    survey = opsgenie.seen
    if survey is None or Change(opsgenie.ending, survey.person).key not in made:
        return []
    seen: list[Override | ForwardingRule] = [
        *(override for override in survey.overrides if not override.is_over(desk.now())),
        *survey.forwarding_rules,
    ]
    return [change for entry in seen if (change := Change("delete", entry)).key not in made]


def _failed(failure: BaseException, offboarding: Offboarding) -> tuple[str, dict[str, Any]]:
    if not isinstance(failure, ServiceError):
        why = "broken off" if isinstance(failure, KeyboardInterrupt) else f"this program has a defect ({failure!r})"
        return FAILED, {"message": f"{why}; what was changed, and what may have been, is in the record"}
    problem = problems.from_service_error(failure, offboarding.changes)
    answer = {"message": problem.message, **problem.details}
    if isinstance(failure, NotFoundError):
        return NOT_FOUND, answer
    refused = isinstance(failure, RefusedError) and problem.status == 409
    return (REFUSED if refused else FAILED), answer
