"""Print an off-boarding: a table per person, the blockers with their remedies, and a sum."""

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from console.offboard import batch
from console.offboard.batch import Outcome, Result
from console.terminal import clean, counted, kind, line, out, table
from service.model import ascii_lower
from service.on_call import UNREAD_NOW
from service.reach import NOBODY
from service.wording import joined

GAPS_SHOWN = 3

STYLES = {batch.DONE: "green", batch.PLANNED: "cyan", batch.REFUSED: "yellow", batch.NOT_FOUND: "yellow"}


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


def on_call_notes(planned: Sequence[Outcome]) -> list[str]:
    """Return a sentence for each person who is on call now, and for each of whom that is not known."""
    notes = []
    for outcome in planned:
        username = outcome.request.username
        if names := _on_call_in(outcome.answer["on_call"], username):
            notes.append(f"{username} is on call now in {', '.join(names)}")
        elif any(sentence.startswith(UNREAD_NOW) for sentence in outcome.answer["not_checked"]):
            notes.append(f"{username} may be on call now: who is could not be read")
    return notes


def show(result: Result, record: Path | None, *, applied: bool) -> None:
    """Print the result as tables."""
    console = out()
    for outcome in result.outcomes:
        _show_person(console, outcome)
    counts = Counter(outcome.status for outcome in result.outcomes)
    words = {name: counts[name] for name in (batch.DONE, batch.PLANNED, batch.REFUSED, batch.NOT_FOUND, batch.FAILED)}
    console.print(line(("Sum: ", "bold"), counted({**words, "not tried": len(result.not_tried)}, "nobody")))
    if result.stopped:
        _show_stop(console, result)
    if record:
        console.print(line(("Record: ", "bold"), str(record)))
        if any(outcome.line.changes or outcome.line.unconfirmed for outcome in result.outcomes):
            console.print(line(f"To undo: flask --app console restore {shlex.quote(str(record))}"))
    elif not applied and counts[batch.PLANNED]:
        console.print(line("Nothing was changed. Add --apply to do it."))


def _show_person(console: Console, outcome: Outcome) -> None:
    answer = outcome.answer
    console.print(line((f"{outcome.request.username}  ", "bold"), (outcome.status, STYLES.get(outcome.status, "red"))))
    if outcome.status != batch.REFUSED:
        console.print(line(_sentence(answer["message"], outcome.request.username)))
    for name, title in (("changes", ""), ("unconfirmed", "May have been changed"), ("remaining", "Not changed yet")):
        if answer.get(name):
            if title:
                console.print(line((title, "bold")))
            console.print(table(("what", "where", "change"), [_change(change) for change in answer[name]]))
    if answer.get("blockers"):
        rows = [(kind(b["kind"]), b["name"], b["reason"], b["remedy"]) for b in answer["blockers"]]
        console.print(table(("in the way", "where", "why", "what to do"), rows))
    if answer.get("on_call"):
        _show_on_call(console, answer["on_call"], outcome.request.username)
    for unchecked in answer.get("not_checked", ()):
        console.print(line(("not checked: ", "dim"), (unchecked, "dim")))
    console.print()


def _show_stop(console: Console, result: Result) -> None:
    console.print(line((result.stopped, "yellow")))
    if result.not_tried:
        first, rest = result.not_tried[0].username, len(result.not_tried) - 1
        console.print(line("Not tried: ", first, f" and {rest} after" if rest else ""))


def _show_on_call(console: Console, schedules: list[dict[str, Any]], username: str) -> None:
    """Print who is on call in each schedule that the changes touch, before and after them."""
    if names := _on_call_in(schedules, username):
        console.print(line(("On call now", "bold red"), f" in {', '.join(names)}"))
    computed = any(one["computed"] for one in schedules)
    columns = ("on call in", "now", "after, as computed" if computed else "after", "next hand-over")
    rows = [(one["name"], _people(one["now"]), _people(one["after"]), one.get("hand_over", "")) for one in schedules]
    console.print(table(columns, rows))
    for one in schedules:
        for sentence in _gaps(one):
            console.print(line(("nobody is on call in ", "bold red"), sentence))


def _gaps(schedule: dict[str, Any]) -> list[str]:
    """Say when nobody is on call any more in a schedule: the first times, and how many more there are."""
    gaps = schedule.get("gaps", [])
    sentences = [f"{schedule['name']} from {gap['start']} to {gap['end']}" for gap in gaps[:GAPS_SHOWN]]
    more = len(gaps) - GAPS_SHOWN
    return [*sentences, f"{schedule['name']} {more} more times in the four weeks to come"] if more > 0 else sentences


def _on_call_in(schedules: list[dict[str, Any]], username: str) -> list[str]:
    """List the schedules in which somebody is on call now."""
    return [one["name"] for one in schedules if username in map(ascii_lower, one["now"] or ())]


def _people(usernames: list[str] | None) -> Text:
    if usernames is None:
        return line(("not known", "dim"))
    return Text("\n").join(map(line, usernames)) if usernames else line("nobody")


def _sentence(message: str, username: str) -> str:
    """Drop the leading name, which is printed above."""
    return message.removeprefix(f"{username} ")


def _change(change: dict[str, Any]) -> tuple[str, str, str]:
    before, after = change["before"], change["after"]
    match change["kind"]:
        case "rotation":
            what = _places(before.get("participants", []), (after or {}).get("participants", []), "place")
        case "escalation":
            what = _places(before.get("rules", []), (after or {}).get("rules", []), "rule")
        case "override" | "forwarding_rule":
            what = f"goes ({before.get('start_date', '?')} to {before.get('end_date', '?')})"
        case "team":
            what = f"membership goes (role {before.get('role', 'unknown')})"
        case _:
            what = "goes"
    note = f"; {change['note']}" if "note" in change else ""
    return kind(change["kind"]), change["name"], f"{what}{note}"


def _places(before: list[Any], after: list[Any], word: str) -> str:
    """Say which places go, or who takes them."""
    if len(before) == len(after):
        taken = [place for place, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]]
        who = sorted({_username(after[place]) for place in taken})
        return f"{_numbered(taken, word)} of {len(before)}: {', '.join(who)} instead"
    gone = list(_gone(before, after))
    return f"{_numbered(gone, word)} of {len(before)} go{'' if len(gone) > 1 else 'es'}"


def _gone(before: list[Any], after: list[Any]) -> Iterator[int]:
    """Yield the places that the shorter list leaves out."""
    kept = 0
    for place, entry in enumerate(before):
        if kept < len(after) and after[kept] == entry:
            kept += 1
        else:
            yield place


def _username(entry: dict[str, Any]) -> str:
    who = entry.get("recipient", entry)
    if who.get("type") in NOBODY:
        return "no one"
    return clean(who.get("username") or who.get("id", "?"))


def _numbered(places: list[int], word: str) -> str:
    numbers = [str(place + 1) for place in places]
    return f"{word}{'s' if len(numbers) > 1 else ''} {joined(numbers)}"
