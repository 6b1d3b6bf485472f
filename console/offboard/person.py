"""Print one person of an off-boarding: what changes, what is in the way, and who is on call."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from console.offboard import batch
from console.offboard.batch import Outcome
from console.terminal import clean, kind, line, table
from service.model import ascii_lower
from service.reach import NOBODY
from service.wording import joined

GAPS_SHOWN = 3
TABLES = ("changes", "unconfirmed", "remaining", "blockers", "on_call")
"""The parts of an answer that are shown as tables."""

ENDS = {"suspend": "is suspended", "remove": "is removed"}
"""What becomes of an account that is not deleted, by the action that ends it."""

STYLES = {batch.DONE: "green", batch.PLANNED: "cyan", batch.REFUSED: "yellow", batch.NOT_FOUND: "yellow"}


def show_person(console: Console, outcome: Outcome, said_once: Sequence[str]) -> None:
    """Print what becomes of one person, without the sentences that are said once for everybody."""
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
    gaps = [sentence for schedule in answer.get("on_call", ()) for sentence in _gaps(schedule)]
    unchecked = [sentence for sentence in answer.get("not_checked", ()) if sentence not in said_once]
    for sentence in gaps:
        console.print(line(("nobody is on call in ", "bold red"), sentence))
    for sentence in unchecked:
        show_unchecked(console, sentence)
    # A table ends with an empty line of its own, unless its edges are in ASCII.
    if gaps or unchecked or console.options.ascii_only or not any(answer.get(name) for name in TABLES):
        console.print()


def show_unchecked(console: Console, sentence: str) -> None:
    """Print what was not looked at."""
    console.print(line(("not checked: ", "dim"), (sentence, "dim")))


def _show_on_call(console: Console, schedules: list[dict[str, Any]], username: str) -> None:
    """Print who is on call in each schedule that the changes touch, before and after them."""
    if names := on_call_in(schedules, username):
        console.print(line(("On call now", "bold red"), f" in {', '.join(names)}"))
    computed = any(one["computed"] for one in schedules)
    columns = ("on call in", "now", "after, as computed" if computed else "after", "next hand-over")
    rows = [(one["name"], _people(one["now"]), _people(one["after"]), one.get("hand_over", "")) for one in schedules]
    console.print(table(columns, rows))


def _gaps(schedule: dict[str, Any]) -> list[str]:
    """Say when nobody is on call any more in a schedule: the first times, and how many more there are."""
    gaps = schedule.get("gaps", [])
    sentences = [f"{schedule['name']} from {gap['start']} to {gap['end']}" for gap in gaps[:GAPS_SHOWN]]
    more = len(gaps) - GAPS_SHOWN
    return [*sentences, f"{schedule['name']} {more} more times in the four weeks to come"] if more > 0 else sentences


def on_call_in(schedules: list[dict[str, Any]], username: str) -> list[str]:
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
            what = f"membership goes (role {before['role']})" if "role" in before else "membership goes"
        case _:
            what = ENDS.get(change["action"], "goes")
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
