"""Off-board people one by one, with the API's rules; a run that stops finishes its current person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from console.context import ConsoleContext
from console.record.write_ahead import WriteAhead, each_once
from console.record.writer import UNDER_WAY, PersonLine, RecordError
from console.signals import Interrupts
from service import response
from service.errors import (
    BlockedError,
    NotFoundError,
    NotInPlanError,
    OutOfTimeError,
    ServiceError,
    UnauthorizedError,
    UnavailableError,
)
from service.model import Change, ForwardingRule, Override, Request
from service.offboarding import Offboarding
from service.reach import Leaver
from service.serialization import change_json
from service.wording import API, Wording

DONE, PLANNED, REFUSED, NOT_FOUND, FAILED = "done", "planned", "refused", "not found", "failed"
WENT_WELL = (DONE, PLANNED)

AHEAD = "planned; a later line has the result unless the run was killed"
"""The message of a line written before a change."""

DOWN = 3
"""The run stops after this many people in a row fail because no answer comes."""


@dataclass(frozen=True)
class Outcome:
    """One person's outcome: the API's answer, and a line for the record."""

    request: Request
    status: str
    answer: dict[str, Any]
    line: PersonLine


@dataclass(frozen=True)
class Result:
    """Everybody's outcome: the run did not reach those in `not_tried`, for the reason in `stopped`.

    `trouble` is a defect of this program, or a RecordError.
    """

    outcomes: tuple[Outcome, ...]
    not_tried: tuple[Request, ...] = ()
    stopped: str = ""
    interrupted: bool = False
    trouble: Exception | None = None


def run(
    context: ConsoleContext,
    requests: Sequence[Request],
    interrupts: Interrupts,
    wording: Wording,
    *,
    on_start: Callable[[Request], None],
    before_writing: Callable[[PersonLine], None],
    on_end: Callable[[Outcome], None],
) -> Result:
    """Off-board people one by one, continuing past those who are refused.

    `before_writing` is called before a change that is not in the person's last plan; it and `on_end` may raise
    RecordError.
    """
    outcomes: list[Outcome] = []
    leavers: list[Leaver] = []
    down = 0
    for place, request in enumerate(requests):
        if interrupts.asked:
            return Result(tuple(outcomes), tuple(requests[place:]), "interrupted", interrupted=True)
        on_start(request)
        outcome, error = _one(context, request, interrupts, wording, before_writing, earlier=leavers)
        outcomes.append(outcome)
        if outcome.status == PLANNED and outcome.line.person:
            # Those before are gone by the time that this list is carried out.
            leavers.append(Leaver(outcome.line.person, outcome.line.replacement, request.keep_turns))
        down = down + 1 if isinstance(error, UnavailableError | OutOfTimeError) else 0
        try:
            if outcome.line.follows_plan or not isinstance(error, RecordError):
                on_end(outcome)
        except RecordError as unwritten:
            error = unwritten
        rest = tuple(requests[place + 1 :])
        if isinstance(error, KeyboardInterrupt):
            return Result(tuple(outcomes), rest, "interrupted", interrupted=True)
        trouble = error if isinstance(error, Exception) and not isinstance(error, ServiceError) else None
        if trouble or (rest and (isinstance(error, UnauthorizedError | NotInPlanError) or down == DOWN)):
            why = "the record cannot be written" if isinstance(error, RecordError) else outcome.answer["message"]
            return Result(tuple(outcomes), rest, f"stopped after {request.username}: {why}", trouble=trouble)
    return Result(tuple(outcomes))


def _one(
    context: ConsoleContext,
    request: Request,
    interrupts: Interrupts,
    wording: Wording,
    before_writing: Callable[[PersonLine], None],
    *,
    earlier: Sequence[Leaver],
) -> tuple[Outcome, BaseException | None]:
    failure: BaseException | None = None
    with context.connect() as connection:

        def write(made: tuple[Change, ...], ahead: tuple[Change, ...], again: bool) -> None:
            with interrupts.shielded():
                before_writing(_line(request, offboarding, UNDER_WAY, AHEAD, made, ahead, follows_plan=again))

        plan = WriteAhead(write)
        offboarding = Offboarding(
            connection.client,
            request,
            connection.parallel,
            protected=context.settings.protected_users,
            earlier=earlier,
            before_change=plan,
        )
        try:
            with interrupts.interruptible():
                report = offboarding.run()
            told = response.done(report, request)
            status, answer = PLANNED if request.dry_run else DONE, {"message": told.message, **told.body}
        except (Exception, KeyboardInterrupt) as error:  # any failure: the changes must reach the record
            failure = error
    # The changes are known only now: leaving the connection waited for its threads.
    if failure is not None:
        status, answer = _failed(failure, offboarding, request, wording, planned=plan.written)
    recorded = answer["message"] = context.without_key(answer["message"])
    if "not_checked" in answer:
        answer["not_checked"] = [context.without_key(note) for note in answer["not_checked"]]
    if failure is not None:  # records use the API's fields, whatever is printed
        told_by_fields = _failed(failure, offboarding, request, API, planned=plan.written)[1]["message"]
        recorded = context.without_key(told_by_fields)
    # A write whose answer was lost may land later; without a plan no write was sent.
    lost = failure and (failure.outcome_unknown if isinstance(failure, ServiceError) else plan.written)
    stale = offboarding.changes.remaining if lost else _gone_with_the_account(context, offboarding)
    made, doubted = offboarding.changes.made, each_once(*offboarding.changes.unconfirmed, *stale)
    if failure is not None and not isinstance(failure, ServiceError):
        answer |= _so_far(made, doubted)
    line = _line(request, offboarding, status, recorded, made, doubted, follows_plan=plan.written)
    return Outcome(request, status, answer, line), failure


def _line(
    request: Request,
    offboarding: Offboarding,
    outcome: str,
    message: str,
    changes: tuple[Change, ...],
    unconfirmed: tuple[Change, ...],
    *,
    follows_plan: bool,
) -> PersonLine:
    return PersonLine(
        request=replace(request, dry_run=False),
        outcome=outcome,
        message=message,
        person=offboarding.person,
        replacement=offboarding.replacement,
        changes=changes,
        unconfirmed=unconfirmed,
        follows_plan=follows_plan,
    )


def _gone_with_the_account(context: ConsoleContext, offboarding: Offboarding) -> list[Change]:
    """Return surveyed entries that nobody removed: they may have gone with the user."""
    made = {change.key for change in offboarding.changes.made}
    survey = offboarding.survey
    if survey is None or Change("", survey.person).key not in made:
        return []
    seen: list[Override | ForwardingRule] = [
        *(override for override in survey.overrides if not override.is_over(context.now())),
        *survey.forwarding_rules,
    ]
    return [change for entry in seen if (change := Change("delete", entry)).key not in made]


def _so_far(made: Sequence[Change], doubted: Sequence[Change]) -> dict[str, Any]:
    lists = {"changes": made, "unconfirmed": doubted}
    return {name: [change_json(change) for change in changes] for name, changes in lists.items() if changes}


def _failed(
    failure: BaseException, offboarding: Offboarding, request: Request, wording: Wording, *, planned: bool
) -> tuple[str, dict[str, Any]]:
    if isinstance(failure, RecordError) and not planned:
        return FAILED, {"message": "the record cannot be written; nothing was changed"}
    if not isinstance(failure, ServiceError):
        why = f"this program has a defect ({failure!r})"
        if isinstance(failure, KeyboardInterrupt | RecordError):
            why = "broken off" if isinstance(failure, KeyboardInterrupt) else "the record cannot be written any more"
        what = (
            "nothing was changed" if request.dry_run else "what was changed, and what may have been, is in the record"
        )
        return FAILED, {"message": f"{why}; {what}"}
    told = response.failed(failure, offboarding.changes, offboarding.capabilities, wording)
    answer = {"message": told.message, **told.body}
    if isinstance(failure, NotFoundError):
        return NOT_FOUND, answer
    refused = isinstance(failure, BlockedError) and told.status == 409
    return (REFUSED if refused else FAILED), answer
