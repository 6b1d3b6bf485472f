"""`flask --app console restore`: undo an off-boarding."""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click
from flask.cli import with_appcontext

from console import streams, terminal
from console.context import EXIT_INCOMPLETE, EXIT_INTERRUPTED, ConsoleContext, SetupError, current_context
from console.json_output import as_json
from console.record import reader
from console.record.place import Place, difference
from console.record.reader import OffboardedUser
from console.restore import output, rules
from console.restore.run import Result, run
from console.safe_command import SafeCommand
from console.signals import Interrupts, interruptible
from console.wording import SETTINGS, people
from service.model import ascii_lower

HELP = f"""Put back what the RECORD of an off-boarding says was changed.

First the account. In Opsgenie one that is gone is invited anew, which sends a mail. On Jira Service Management one that
was suspended is restored, and one that was removed has to be invited by hand: the rest is put back once it is there.

Then come team memberships, places in rotations, rules in escalations, forwarding rules, and overrides that are not
over. A replacement, or "no one", gives the places back. Roles in teams are put back in Opsgenie; on Jira Service
Management they are not known, and are set by hand. Where a rotation or an escalation was changed since by somebody
else, it is left alone and you are told what differs and where the person was; the rest is put back all the same.

Nothing is changed unless --apply is given, which says who gets a mail and asks first. To run it again does no harm:
what is back already is left as it is. A record of another product, site or region is refused.

Not in a record, since they go with an account: contact methods other than the e-mail, notification rules, quiet hours.

\b
Examples:
  flask --app console restore records/2026-11-25T091500Z.jsonl
  flask --app console restore records/2026-11-25T091500Z.jsonl --only hari@example.com --apply
  flask --app console restore records/2026-11-25T091500Z.jsonl --apply --yes

\b
{SETTINGS}
  TIME_BUDGET       seconds that one person may take (default 120), besides five minutes of waits that are asked for

\b
Exit codes:
  0    everything is back, or could be
  1    something is left alone, failed or not tried, or a line of the record is cut off
  2    the command line or a setting is wrong, or the record cannot be read; nothing was tried
  3    as 0, but standard output could not be written; the sum is on standard error
  130  interrupted: at the question, or between two people
"""


class Options(NamedTuple):
    """The options, without the record."""

    only: str | None
    apply: bool
    yes: bool
    json: bool


@click.command(help=HELP, cls=SafeCommand)
@click.argument("record", metavar="RECORD", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--only", metavar="EMAIL", help="Only this person of those in the record.")
@click.option("--apply", is_flag=True, help="Do it. Asks first.")
@click.option("--yes", is_flag=True, help="Do not ask. Needed where nobody can answer.")
@click.option("--json", "json", is_flag=True, help="Print one JSON object instead of tables.")
@with_appcontext
@interruptible
def restore(record: Path, only: str | None, apply: bool, yes: bool, json: bool) -> None:
    """Restore from a record; HELP is the help text."""
    terminal.check_answer(apply=apply, yes=yes, can_ask=not json and terminal.can_ask())
    offboarded_users, not_read = reader.read(record)
    for note in not_read:
        terminal.print_note(f"note: {note}", "yellow")
    options = Options(_only(only, offboarded_users, record), apply, yes, json)
    context = current_context()
    _check_place(record, offboarded_users, context.place)
    interrupts = Interrupts("finishing this person, then stopping")
    with interrupts.watched():  # until the last line, which says what is back, is printed
        result = _go(context, offboarded_users, interrupts, options)
        _show(result, not_read, options)
        if result.defect:
            context.tell_defect(result.defect)
    click.get_current_context().exit(_exit_code(result) or (EXIT_INCOMPLETE if not_read else 0))


def _go(
    context: ConsoleContext, offboarded_users: Sequence[OffboardedUser], interrupts: Interrupts, options: Options
) -> Result:
    """Show what would be put back, ask, and put it back, as far as the options say."""
    go = partial(run, context, offboarded_users, interrupts, options.only)
    if options.apply and options.yes:
        return go(apply=True)
    planned = go(apply=False)
    if not options.apply or planned.stopped or not planned.has_plans:
        return planned
    if interrupts.asked:
        return replace(planned, stopped="interrupted", interrupted=True)
    with interrupts.unwatched():
        _show(planned, [], options)
        for sentence in output.mails(planned):
            terminal.print_note(sentence, "bold")
        terminal.ask(f"Restore {people(len(planned.results))} now?")
    return go(apply=True)


def _show(result: Result, not_read: list[str], options: Options) -> None:
    """Print the result; where standard output cannot be written, its end goes to standard error."""
    if options.json:
        terminal.print_result(as_json(output.for_program(result, not_read, applied=options.apply)))
    else:
        output.show(result, applied=options.apply)
    if streams.failure():
        output.show_end(terminal.err(), result, applied=options.apply)


def _check_place(record: Path, offboarded_users: Sequence[OffboardedUser], place: Place) -> None:
    """Raise SetupError for a record of another product or site."""
    for made in (one.place for one in offboarded_users):
        if not made.is_same(place):
            raise SetupError(difference(record, made, place, "use the settings that it was made with"))


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


def _exit_code(result: Result) -> int:
    if result.interrupted:
        return EXIT_INTERRUPTED
    statuses = {step.status for one in result.results for step in one.steps}
    well = statuses.isdisjoint({rules.FAILED, rules.LEFT, rules.NOT_TRIED})
    return 0 if well and not result.stopped else EXIT_INCOMPLETE
