"""`flask --app console restore`: put back what an off-boarding changed."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from console import putting_back, recorded, screen
from console.batch import Interrupts
from console.desk import EXIT_INCOMPLETE, EXIT_INTERRUPTED, Desk, desk
from console.recorded import Departure
from console.restoring import Restoring, Return
from service.errors import KeyRefusedError, ServiceError
from service.model import ascii_lower
from service.problems import RIGHTS

HELP = """Put back what the RECORD of an off-boarding says was changed.

An account that is gone is invited anew, which sends a mail; then come team memberships with their roles, places in
rotations, rules in escalations, forwarding rules, and overrides that are not over. A replacement gives the places
back. Where a rotation or an escalation was changed since by somebody else, it is left alone and you are told what
differs and where the person was; the rest is put back all the same.

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
  1    something is left alone or failed
  2    the command line or a setting is wrong, or the record cannot be read; nothing was tried
  130  interrupted, between two people
"""

STYLES = {
    putting_back.DONE: "green",
    putting_back.TO_DO: "cyan",
    putting_back.LEFT: "yellow",
    putting_back.FAILED: "red",
}


@click.command(help=HELP)
@click.argument("record", metavar="RECORD", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--only", metavar="EMAIL", help="Only this person of those in the record.")
@click.option("--apply", is_flag=True, help="Do it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
@with_appcontext
def restore(record: Path, only: str | None, apply: bool, as_json: bool) -> None:
    """Restore from a record; HELP has the words for the user."""
    departures = recorded.read(record)
    only = ascii_lower(only.strip()) if only else None
    names = {ascii_lower(departure.person.username) for departure in departures}
    if not names:
        raise click.UsageError(f"{record} has no changes: there is nothing to put back")
    if only and only not in names:
        raise click.UsageError(f"{only} is not in {record}; it has {', '.join(sorted(map(screen.clean, names)))}")
    at = desk()
    _ = at.settings
    returns, stopped, interrupted = _run(at, departures, only, apply=apply)
    if as_json:
        click.echo(json.dumps({"people": [_json(one) for one in returns], "stopped": stopped or None}, indent=2))
    else:
        _show(returns, stopped, applied=apply)
    if interrupted:
        click.get_current_context().exit(EXIT_INTERRUPTED)
    click.get_current_context().exit(EXIT_INCOMPLETE if stopped or not _went_well(returns) else 0)


def _run(at: Desk, departures: list[Departure], only: str | None, *, apply: bool) -> tuple[list[Return], str, bool]:
    returns: list[Return] = []
    interrupts = Interrupts(lambda: screen.say("finishing this person, then stopping"))
    started = ""
    with screen.progress(len(departures)) as bar, interrupts.watched():
        task = bar.add_task("", total=len(departures))

        def start(username: str) -> None:
            nonlocal started
            started = username
            bar.update(task, description=screen.clean(username), completed=len(returns))

        try:
            for one in Restoring(at, departures, apply=apply).run(only, start):
                returns.append(one)
                if interrupts.asked:
                    return returns, f"interrupted after {one.username}", True
        except KeyRefusedError as error:
            return returns, at.without_key(f"stopped at {started}: Opsgenie refused the key ({error}); {RIGHTS}"), False
        except ServiceError as error:
            return returns, at.without_key(f"stopped at {started}: {error}"), False
    return returns, "", False


def _went_well(returns: list[Return]) -> bool:
    trouble = (putting_back.FAILED, putting_back.LEFT)
    return not any(step.status in trouble for one in returns for step in one.steps)


def _json(one: Return) -> dict[str, Any]:
    names = ("kind", "name", "status", "note")
    return {"username": one.username, "steps": [{name: asdict(step)[name] for name in names} for step in one.steps]}


def _show(returns: list[Return], stopped: str, *, applied: bool) -> None:
    console = screen.out()
    for one in returns:
        console.print(screen.line((one.username, "bold")))
        made = screen.table(("what", "where", "status", "how"), [])
        for step in one.steps:
            kind = step.kind.replace("_", " ").replace("user", "account")
            status = screen.line((step.status, STYLES.get(step.status, "")))
            made.add_row(screen.line(kind), screen.line(step.name), status, screen.line(step.note))
        console.print(made)
    counts = Counter(step.status for one in returns for step in one.steps)
    console.print(screen.line(("Sum: ", "bold"), screen.counted(counts)))
    if stopped:
        console.print(screen.line((stopped, "red")))
    elif not applied and counts[putting_back.TO_DO]:
        console.print(screen.line("Nothing was changed. Add --apply to do it."))
