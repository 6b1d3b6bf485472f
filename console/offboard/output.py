"""Print an off-boarding: each person, and at the end what holds for all and who needs a second look."""

import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from console.offboard import batch
from console.offboard.batch import Outcome, Result
from console.offboard.person import on_call_in, show_person, show_unchecked
from console.terminal import counted, line, out
from service.on_call import UNREAD_NOW


def for_program(result: Result, record: Path | None) -> dict[str, Any]:
    """Return the result as JSON data."""
    people = [
        {
            "username": outcome.request.username,
            "replace_with": outcome.request.replace_with,
            "keep_turns": outcome.request.keep_turns,
            "outcome": outcome.status,
            **{name: value for name, value in outcome.answer.items() if name != "username"},
        }
        for outcome in result.outcomes
    ]
    return {
        "people": people,
        "not_tried": [request.username for request in result.not_tried],
        "stopped": result.stopped or None,
        "record": str(record) if record else None,
    }


def on_call_now(outcomes: Sequence[Outcome]) -> tuple[dict[str, str], list[str]]:
    """Return in which schedules whoever leaves is on call now, by username, and of whom that is not known."""
    found, unknown = {}, []
    for outcome in outcomes:
        username, answer = outcome.request.username, outcome.answer
        if names := on_call_in(answer.get("on_call", []), username):
            found[username] = ", ".join(names)
        elif any(sentence.startswith(UNREAD_NOW) for sentence in answer.get("not_checked", ())):
            unknown.append(username)
    return found, unknown


def show(result: Result, record: Path | None, *, applied: bool) -> None:
    """Print the result as tables."""
    console = out()
    for_all = _said_of_all(result.outcomes)
    for outcome in result.outcomes:
        show_person(console, outcome, for_all)
    for sentence in for_all:
        show_unchecked(console, sentence)
    if for_all:
        console.print()
    show_end(console, result, record, applied=applied)


def show_end(console: Console, result: Result, record: Path | None, *, applied: bool) -> None:
    """Print the sum, by name whoever needs a second look, and the way back."""
    counts = Counter(outcome.status for outcome in result.outcomes)
    words = {name: counts[name] for name in (batch.DONE, batch.PLANNED, batch.REFUSED, batch.NOT_FOUND, batch.FAILED)}
    console.print(line(("Sum: ", "bold"), counted({**words, "not tried": len(result.not_tried)}, "nobody")))
    if len(result.outcomes) > 1:
        for status in (batch.REFUSED, batch.NOT_FOUND, batch.FAILED):
            if names := [outcome.request.username for outcome in result.outcomes if outcome.status == status]:
                console.print(line((f"{status.capitalize()}: ", "bold"), ", ".join(names)))
        _show_on_call(console, result.outcomes)
    if result.stopped:
        _show_stop(console, result)
    if record:
        console.print(line(("Record: ", "bold"), str(record)))
        if any(outcome.line.changes or outcome.line.unconfirmed for outcome in result.outcomes):
            console.print(line(f"To undo: flask --app console restore {shlex.quote(str(record))}"))
    elif not applied and counts[batch.PLANNED]:
        console.print(line("Nothing was changed. Add --apply to do it."))


def _said_of_all(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the sentences of `not_checked` that hold for all, where there are several people."""
    well = [outcome for outcome in outcomes if outcome.status in batch.WENT_WELL]
    lists = [outcome.answer["not_checked"] for outcome in well or outcomes if outcome.answer.get("not_checked")]
    if len(outcomes) < 2 or not lists:
        return []
    return [sentence for sentence in lists[0] if all(sentence in sentences for sentences in lists)]


def _show_on_call(console: Console, outcomes: Sequence[Outcome]) -> None:
    for status, on_call, perhaps in (
        (batch.PLANNED, "On call now:", "Perhaps on call now, since who is could not be read:"),
        (batch.DONE, "Were on call:", "Perhaps were on call, since who is could not be read:"),
    ):
        found, unknown = on_call_now([outcome for outcome in outcomes if outcome.status == status])
        if found:
            console.print(line((on_call, "bold")))
        for username, schedules in found.items():
            console.print(line(f"  {username} in {schedules}"))
        if unknown:
            console.print(line((f"{perhaps} ", "bold"), ", ".join(unknown)))


def _show_stop(console: Console, result: Result) -> None:
    console.print(line((result.stopped, "yellow")))
    if result.not_tried:
        first, rest = result.not_tried[0].username, len(result.not_tried) - 1
        console.print(line("Not tried: ", first, f" and {rest} after" if rest else ""))
