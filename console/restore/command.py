"""`flask --app console restore`: undo an off-boarding."""

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from console import terminal
from console.context import EXIT_INCOMPLETE, EXIT_INTERRUPTED, ConsoleContext, current_context
from console.json_output import as_json
from console.record import reader
from console.record.reader import OffboardedUser
from console.restore import rules
from console.restore.restorer import Restorer, RestoreResult
from console.signals import Interrupts, interruptible
from service.client import Capabilities
from service.errors import ServiceError, UnauthorizedError
from service.model import ascii_lower

HELP = """Put back what the RECORD of an off-boarding says was changed.

An account that is gone is invited anew, which sends a mail; then come team memberships with their roles, places in
rotations, rules in escalations, forwarding rules, and overrides that are not over. A replacement, or "no one", gives
the places back. Where a rotation or an escalation was changed since by somebody else, it is left alone and you are
told what differs and where the person was; the rest is put back all the same.

Nothing is changed unless --apply is given. To run it again does no harm: what is back already is left as it is.

Not in a record, since they go with an account: contact methods other than the e-mail, notification rules, quiet hours.

\b
Examples:
  flask --app console restore records/2026-11-25T091500Z.jsonl
  flask --app console restore records/2026-11-25T091500Z.jsonl --only hari@example.com --apply

Settings: ACCESS_TOKEN, OPSGENIE_API_URL and TIME_BUDGET, as `offboard --help` has them.

\b
Exit codes:
  0    everything is back, or could be
  1    something is left alone, failed or not tried, or a line of the record is cut off
  2    the command line or a setting is wrong, or the record cannot be read; nothing was tried
  130  interrupted, between two people
"""

STYLES = {
    rules.DONE: "green",
    rules.PLANNED: "cyan",
    rules.LEFT: "yellow",
    rules.FAILED: "red",
}


@dataclass(frozen=True)
class Result:
    """Everybody's outcome: the run did not reach those in `not_tried`, for the reason in `stopped`."""

    results: tuple[RestoreResult, ...]
    not_tried: tuple[str, ...] = ()
    stopped: str = ""
    interrupted: bool = False

    @property
    def defect(self) -> Exception | None:
        """The unexpected error that stopped the run."""
        trouble = self.results[-1].trouble if self.results else None
        return None if isinstance(trouble, ServiceError) else trouble


@click.command(help=HELP)
@click.argument("record", metavar="RECORD", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--only", metavar="EMAIL", help="Only this person of those in the record.")
@click.option("--apply", is_flag=True, help="Do it.")
@click.option("--json", "json", is_flag=True, help="Print one JSON object instead of tables.")
@with_appcontext
@interruptible
def restore(record: Path, only: str | None, apply: bool, json: bool) -> None:
    """Restore from a record; HELP is the help text."""
    offboarded_users, not_read = reader.read(record)
    for note in not_read:
        terminal.print_note(f"note: {note}", "yellow")
    only = _only(only, offboarded_users, record)
    context = current_context()
    interrupts = Interrupts("finishing this person, then stopping")
    with interrupts.watched():  # until the last line, which says what is back, is printed
        result = _run(context, Restorer(context, offboarded_users, apply=apply), offboarded_users, interrupts, only)
        if json:
            terminal.print_result(as_json(_json(result, not_read, applied=apply)))
        else:
            _show(result, applied=apply)
        if result.defect:
            context.tell_defect(result.defect)
    click.get_current_context().exit(_exit_code(result) or (EXIT_INCOMPLETE if not_read else 0))


def _only(only: str | None, offboarded_users: Sequence[OffboardedUser], record: Path) -> str | None:
    names = {ascii_lower(offboarded_user.person.username) for offboarded_user in offboarded_users}
    if not names:
        raise click.UsageError(f"{record} has no changes: there is nothing to put back")
    if only is None:
        return None
    asked = ascii_lower(only.strip())
    if asked not in names:
        there = ", ".join(sorted(map(terminal.clean, names)))
        raise click.UsageError(f"{shlex.quote(terminal.clean(asked))} is not in {record}; it has {there}")
    return asked


def _run(
    context: ConsoleContext,
    restorer: Restorer,
    offboarded_users: Sequence[OffboardedUser],
    interrupts: Interrupts,
    only: str | None,
) -> Result:
    places = restorer.places(only)
    usernames = [offboarded_users[place].person.username for place in places]
    results: list[RestoreResult] = []
    with terminal.progress(len(places)) as bar:
        task = bar.add_task("", total=len(places))
        for number, place in enumerate(places):
            if interrupts.asked:
                stopped = f"interrupted after {results[-1].username}" if results else "interrupted"
                return Result(tuple(results), _each_once(usernames[number:]), stopped, interrupted=True)
            bar.update(task, description=terminal.clean(usernames[number]), completed=number)
            one = restorer.put_back(place)
            results.append(one)
            if one.trouble:
                stopped = context.without_key(f"stopped at {one.username}: {_why(one.trouble, context.capabilities)}")
                return Result(tuple(results), _each_once(usernames[number + 1 :]), stopped)
    return Result(tuple(results))


def _each_once(usernames: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(usernames))


def _why(trouble: Exception, capabilities: Capabilities) -> str:
    if isinstance(trouble, UnauthorizedError):
        return f"{capabilities.product} refused the key ({trouble}); {capabilities.rights}"
    if isinstance(trouble, ServiceError):
        return f"{capabilities.product} is throttling or down ({trouble})"
    return f"this program has a defect ({trouble!r})"


def _exit_code(result: Result) -> int:
    if result.interrupted:
        return EXIT_INTERRUPTED
    statuses = {step.status for one in result.results for step in one.steps}
    well = statuses.isdisjoint({rules.FAILED, rules.LEFT, rules.NOT_TRIED})
    return 0 if well and not result.stopped else EXIT_INCOMPLETE


def _json(result: Result, not_read: list[str], *, applied: bool) -> dict[str, Any]:
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


def _show(result: Result, *, applied: bool) -> None:
    console = terminal.out()
    for one in result.results:
        console.print(terminal.line((one.username, "bold")))
        rows = [
            (terminal.kind(step.kind), step.name, terminal.line((step.status, STYLES.get(step.status, ""))), step.note)
            for step in one.steps
        ]
        console.print(terminal.table(("what", "where", "status", "how"), rows))
    counts = Counter(step.status for one in result.results for step in one.steps)
    console.print(terminal.line(("Sum: ", "bold"), terminal.counted(counts, "nothing")))
    if result.stopped:
        console.print(terminal.line((result.stopped, "red")))
        if result.not_tried:
            console.print(terminal.line(f"Not tried: {', '.join(result.not_tried)}"))
    elif not applied and counts[rules.PLANNED]:
        console.print(terminal.line("Nothing was changed. Add --apply to do it."))
