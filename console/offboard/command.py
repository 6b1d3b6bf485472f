"""`flask --app console offboard`: off-board people, after showing what would change."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import click
from flask.cli import with_appcontext

from console import streams, terminal
from console.context import EXIT_INCOMPLETE, EXIT_INTERRUPTED, ConsoleContext, SetupError, current_context
from console.json_output import as_json
from console.offboard import batch, limits, output
from console.offboard.batch import Outcome, Result
from console.offboard.leavers import Defaults
from console.offboard.list_options import ListOptions, list_options, requests_of
from console.record import reader
from console.record.place import difference
from console.record.writer import PersonLine, Record, RecordError, default_path
from console.safe_command import SafeCommand
from console.signals import Interrupts, interruptible
from console.wording import CONSOLE, CONSOLE_JSON, SETTINGS, people
from service.model import Request

HELP = f"""Take each EMAIL out of everything on call that holds it, and end the account.

Opsgenie's account is deleted. What becomes of one on Jira Service Management is in JSM_END.

Nothing is changed unless --apply is given: without it you see what would change, who is on call before and after, and
whatever forbids it with what to do about it. A person who is refused is left as is, and the next one follows. Each is
judged by how things are by then: of two who have a rotation to themselves, --apply lets one go and refuses the other.

\b
Examples:
  flask --app console offboard hari@example.com
  flask --app console offboard hari@example.com --replace-with kofi@example.com --apply
  flask --app console offboard hari@example.com --keep-turns --apply
  flask --app console offboard --from-csv leavers.csv --apply --yes --json > result.json
  flask --app console offboard --from-csv staff.csv --column 'Work email' --where Status=terminated

A list is a CSV whose column username, email, e-mail, mail, work email or user principal name says who leaves; beside it
there may be replace_with or keep_turns (true or false, yes or no, 1 or 0). What a line says wins over the options.
Commas, semicolons and tabs will do, as spreadsheets write them, and so will one address a line, without a header.

A list with a column that looks like a status needs --where or --all-rows: it may have people in it who stay. --apply
takes at most 25 people, and of more than 5 at most a tenth of the account's users, unless --at-most says how many.

Each --apply writes a record of what was before and after, readable by you only: keep it, `restore` puts everything back
from it. What is planned for a person is in it before it is changed, so that not even a crash loses the way back.

For four people or more, standard error shows how far the run is: a bar in a terminal, else a line for each person who
ends. Ctrl-C finishes the person under way and stops there; a second Ctrl-C does not wait.

\b
{SETTINGS}
  PROTECTED_USERS   e-mails of people who are never off-boarded
  TIME_BUDGET       seconds that one person may take (default 120), besides five minutes of waits that are asked for

\b
Exit codes:
  0    everybody is off-boarded, or could be
  1    somebody is refused, not found or failed, or was not tried
  2    the command line, the list or a setting is wrong; nothing was tried
  3    as 0, but standard output could not be written; the sum is on standard error
  130  interrupted
"""


class Options(NamedTuple):
    """The options, without the people."""

    apply: bool
    yes: bool
    json: bool
    record: Path | None


@click.command(help=HELP, cls=SafeCommand)
@click.argument("emails", metavar="EMAIL...", nargs=-1)
@list_options
@click.option("--replace-with", metavar="EMAIL", help="Who takes the places in rotations and escalations.")
@click.option(
    "--keep-turns", is_flag=True, help='Leave "no one" in the places in rotations, so that nobody else\'s turns move.'
)
@click.option("--keep-user", is_flag=True, help="Take out of everything, and keep the account.")
@click.option("--apply", is_flag=True, help="Do it. Asks first.")
@click.option("--yes", is_flag=True, help="Do not ask. Needed where nobody can answer.")
@click.option("--json", "json", is_flag=True, help="Print one JSON object instead of tables.")
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where --apply writes its record, added to if it is there.  [default: records/<time>.jsonl]",
)
@with_appcontext
@interruptible
def offboard(
    emails: tuple[str, ...],
    listed: ListOptions,
    replace_with: str | None,
    keep_turns: bool,
    keep_user: bool,
    apply: bool,
    yes: bool,
    json: bool,
    record: Path | None,
) -> None:
    """Off-board people; HELP is the help text."""
    options = Options(apply, yes, json, record)
    if record and not apply:
        raise click.UsageError("--record is for --apply: without it there is nothing to record")
    terminal.check_answer(apply=apply, yes=yes, can_ask=not (json or listed.is_stdin) and terminal.can_ask())
    requests = requests_of(emails, listed, Defaults(replace_with, keep_user, keep_turns))
    context = current_context()
    limits.check(context, len(requests), listed.at_most, apply=apply)
    interrupts = Interrupts("finishing this person, then stopping; Ctrl-C again breaks off")
    with interrupts.watched():  # until the last line, which says who is off-boarded, is printed
        result, path = _go(context, requests, interrupts, options)
        _show(result, path, options)
        _tell(context, result.trouble)
    click.get_current_context().exit(_exit_code(result))


def _go(
    context: ConsoleContext, requests: Sequence[Request], interrupts: Interrupts, options: Options
) -> tuple[Result, Path | None]:
    """Show what would change, ask, and apply, as far as the options say."""
    if options.apply and options.yes:
        return _apply(context, requests, interrupts, options)
    planned = _run(context, [replace(request, dry_run=True) for request in requests], interrupts, options)
    able = [outcome for outcome in planned.outcomes if outcome.status == batch.PLANNED]
    if not options.apply or planned.stopped or not able:
        return planned, None
    if interrupts.asked:
        return replace(planned, stopped="interrupted", interrupted=True), None
    with interrupts.unwatched():
        _show(planned, None, options)
        _ask(able)
    done, path = _apply(context, [replace(outcome.request, dry_run=False) for outcome in able], interrupts, options)
    refused = tuple(outcome for outcome in planned.outcomes if outcome.status != batch.PLANNED)
    return replace(done, outcomes=done.outcomes + refused), path


def _ask(able: Sequence[Outcome]) -> None:
    on_call, unknown = output.on_call_now(able)
    for username, schedules in on_call.items():
        terminal.print_note(f"{username} is on call now in {schedules}", "bold red")
    for username in unknown:
        terminal.print_note(f"{username} may be on call now: who is could not be read", "bold red")
    what = "Detach" if able[0].request.keep_user else "Off-board"
    among = (f", {len(on_call)} of them on call" if len(able) > 1 else ", who is on call") if on_call else ""
    terminal.ask(f"{what} {people(len(able))} now{among}?")


def _apply(
    context: ConsoleContext, requests: Sequence[Request], interrupts: Interrupts, options: Options
) -> tuple[Result, Path]:
    path = options.record or default_path(context.now())
    with Record(path, context.place) as record:
        for made in reader.places(record.content()):
            if not made.is_same(context.place):
                raise SetupError(difference(path, made, context.place, "choose another --record"))
        return _run(context, requests, interrupts, options, record), path


def _run(
    context: ConsoleContext,
    requests: Sequence[Request],
    interrupts: Interrupts,
    options: Options,
    record: Record | None = None,
) -> Result:
    wording = CONSOLE_JSON if options.json else CONSOLE
    with terminal.progress(len(requests)) as steps:

        def write(line: PersonLine) -> None:
            if record is not None:
                record.write(line, context.now())

        def ended(outcome: Outcome) -> None:
            write(outcome.line)
            steps.end(outcome.request.username, outcome.status)

        return batch.run(
            context,
            requests,
            interrupts,
            wording,
            on_start=lambda request: steps.begin(request.username),
            before_writing=write,
            on_end=ended,
        )


def _show(result: Result, record: Path | None, options: Options) -> None:
    """Print the result; where standard output cannot be written, its end goes to standard error."""
    if options.json:
        terminal.print_result(as_json(output.for_program(result, record)))
    else:
        output.show(result, record, applied=options.apply)
    if streams.failure():
        output.show_end(terminal.err(), result, record, applied=options.apply)


def _tell(context: ConsoleContext, trouble: Exception | None) -> None:
    if isinstance(trouble, RecordError):
        advice = "; when it can be again, add this line at its end, on a line of its own:" if trouble.line else ""
        terminal.print_note(f"{trouble}{advice}", "red")
        if trouble.line:
            terminal.print_note(trouble.line)
    elif trouble:
        context.tell_defect(trouble)


def _exit_code(result: Result) -> int:
    if result.interrupted:
        return EXIT_INTERRUPTED
    well = all(outcome.status in batch.WENT_WELL for outcome in result.outcomes)
    return 0 if well and not (result.not_tried or result.trouble) else EXIT_INCOMPLETE
