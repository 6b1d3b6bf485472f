"""Print what was restored: each person, and at the end who needs a second look."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console

from console import terminal
from console.restore import rules
from console.restore.run import Result

STYLES = {
    rules.DONE: "green",
    rules.PLANNED: "cyan",
    rules.LEFT: "yellow",
    rules.FAILED: "red",
}


def for_program(result: Result, not_read: list[str], *, applied: bool) -> dict[str, Any]:
    """Return the result as JSON data."""
    names = ("kind", "name", "status", "note")
    people = [
        {
            "username": one.username,
            "outcome": one.outcome,
            "steps": [{name: asdict(step)[name] for name in names} for step in one.steps],
        }
        for one in result.results
    ]
    return {
        "applied": applied,
        "people": people,
        "not_tried": list(result.not_tried),
        "not_read": not_read,
        "stopped": result.stopped or None,
    }


def show(result: Result, *, applied: bool) -> None:
    """Print the result as tables."""
    console = terminal.out()
    for one in result.results:
        console.print(terminal.line((one.username, "bold")))
        rows = [
            (terminal.kind(step.kind), step.name, terminal.line((step.status, STYLES.get(step.status, ""))), step.note)
            for step in one.steps
        ]
        console.print(terminal.table(("what", "where", "status", "how"), rows))
    show_end(console, result, applied=applied)


def show_end(console: Console, result: Result, *, applied: bool) -> None:
    """Print the sum, and by name whoever needs a second look."""
    counts = Counter(step.status for one in result.results for step in one.steps)
    console.print(terminal.line(("Sum: ", "bold"), terminal.counted(counts, "nothing")))
    if len(result.results) > 1:
        for status in (rules.LEFT, rules.FAILED):
            if names := _names(result, status):
                console.print(terminal.line((f"{status.capitalize()}: ", "bold"), ", ".join(names)))
    if result.stopped:
        console.print(terminal.line((result.stopped, "red")))
        if result.not_tried:
            console.print(terminal.line(f"Not tried: {', '.join(result.not_tried)}"))
    elif not applied and counts[rules.PLANNED]:
        console.print(terminal.line("Nothing was changed. Add --apply to do it."))


def mails(planned: Result) -> list[str]:
    """Return a sentence for each kind of mail that is going to be sent, with who gets it."""
    found: dict[str, dict[str, None]] = {}
    for one in planned.results:
        for step in one.steps:
            if step.mail and step.status == rules.PLANNED:
                found.setdefault(step.mail, {})[one.username] = None
    return [f"{mail} {', '.join(usernames)}" for mail, usernames in found.items()]


def _names(result: Result, status: str) -> Sequence[str]:
    """Return whom a step of this status belongs to."""
    having = (one.username for one in result.results if any(step.status == status for step in one.steps))
    return list(dict.fromkeys(having))
