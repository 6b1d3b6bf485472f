"""`flask --app console report`: who would not hear an alert, what depends on one person, and the weeks ahead."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click
from flask import render_template
from flask.cli import with_appcontext

from console import terminal
from console.context import current_context
from console.json_output import as_json
from console.report import findings, html_file, timeline
from console.report.findings import Findings
from console.report.inventory import Inventory
from console.safe_command import SafeCommand
from console.signals import interruptible
from console.wording import SETTINGS
from service import coverage
from service.errors import ServiceError, UnauthorizedError, UnknownKeyError
from service.serialization import as_time

HELP = f"""Report on the account's on-call, and change nothing.

It lists people who can no longer be called, since they are blocked, suspended, deactivated or without an account, with
each rotation, escalation, override and forwarding rule that still names them; who is on call but never verified
their account or has no contact method enabled, which only Opsgenie shows; rotations with one person; escalations with
one recipient; and when in the next four weeks nobody is on call. What could not be read is named at the end.

--html writes one page that needs nothing else, with a picture of each schedule's next four weeks by person.

\b
Examples:
  flask --app console report
  flask --app console report --html report.html
  flask --app console report --json

\b
{SETTINGS}
  TIME_BUDGET       seconds that the report may take (default 120)

A key of Opsgenie's with the rights Read and Configuration Access will do. On a site only JSM_ORG_KEY tells whether
somebody who is inactive is suspended or deactivated.

\b
Exit codes:
  0    the report is made, whatever it says
  1    the account cannot be read
  2    the command line or a setting is wrong
  3    the report is made, but standard output could not be written
  130  interrupted
"""


@click.command(help=HELP, cls=SafeCommand)
@click.option("--json", "json", is_flag=True, help="Print one JSON object instead of tables.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, writable=True, allow_dash=True, path_type=Path),
    callback=html_file.check,
    metavar="FILE",
    help="Write a page, readable by you only; - is standard output.",
)
@with_appcontext
@interruptible
def report(json: bool, html: Path | None) -> None:
    """Report on an account; HELP is the help text."""
    if json and html:
        raise click.UsageError("--json or --html, not both")
    found, seen = _read()
    if json:
        terminal.print_result(as_json(_json(found)))
    elif html == html_file.STANDARD_OUTPUT:
        terminal.print_result(html_file.for_stdout(page(found, seen)), newline=False)
    elif html:
        html_file.write(html, page(found, seen))
        terminal.print_note(f"written: {html}")
    else:
        _show(found)


def page(found: Findings, seen: Inventory) -> str:
    """Return the report as an HTML page."""
    draw = partial(timeline.draw, label=partial(findings.label, seen))
    text = render_template(
        "report.html", found=found, pictures=[draw(outlook) for outlook in found.outlooks], size=timeline.SIZE
    )
    # Opsgenie's names may contain lone surrogates, which UTF-8 cannot encode.
    return text.encode("utf-8", "replace").decode()


def _read() -> tuple[Findings, Inventory]:
    context = current_context()
    capabilities = context.capabilities
    try:
        with context.connect() as connection:
            try:
                seen = connection.console.read_account(context.now())
            except UnauthorizedError as error:
                unknown = isinstance(error, UnknownKeyError)
                advice = capabilities.unknown_key if unknown else connection.console.rights_to_read
                message = f"{capabilities.product} refused the key ({error}); {advice}"
                raise click.ClickException(context.without_key(message)) from error
    except ServiceError as error:
        raise click.ClickException(context.without_key(f"{capabilities.product} cannot be read: {error}")) from error
    return findings.find(seen), seen


def _json(found: Findings) -> dict[str, Any]:
    return {
        "time": as_time(found.time),
        "people_who_can_no_longer_be_called": [asdict(one) for one in found.inactive_users],
        "people_who_would_not_hear_an_alert": None
        if found.unreachable_users is None
        else [asdict(one) for one in found.unreachable_users],
        "rotations_with_one_person": [asdict(one) for one in found.rotations],
        "escalations_with_one_recipient": [asdict(one) for one in found.escalations],
        "schedules": [
            {
                "id": outlook.schedule.id,
                "name": outlook.schedule.name,
                "timezone": outlook.schedule.timezone,
                "timezone_is_known": coverage.is_known(outlook.schedule.timezone),
                "hours_without_anybody": round(outlook.uncovered.total_seconds() / 3600, 2),
                "gaps": [{"from": as_time(start), "to": as_time(end)} for start, end in outlook.gaps],
            }
            for outlook in found.outlooks
        ],
        "not_checked": found.not_checked,
    }


def _show(found: Findings) -> None:
    inactive = [(one.username, one.state, "; ".join(one.places)) for one in found.inactive_users]
    _section("People who can no longer be called", ("who", "state", "still stands in"), inactive)
    if found.unreachable_users is not None:
        people = [(one.username, ", ".join(one.problems), "; ".join(one.places)) for one in found.unreachable_users]
        _section("People who would not hear an alert", ("who", "why", "where"), people)
    _section("Rotations with one person", ("rotation", "who"), [(one.name, one.who) for one in found.rotations])
    _section(
        "Escalations with one recipient", ("escalation", "who"), [(one.name, one.who) for one in found.escalations]
    )
    weeks = [(outlook.schedule.name, findings.summary(outlook)) for outlook in found.outlooks]
    _section("The next four weeks", ("schedule", "on call"), weeks)
    for what in found.not_checked:
        terminal.out().print(terminal.line(("not checked: ", "dim"), (what, "dim")))


def _section(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    console = terminal.out()
    console.print(terminal.line((title, "bold")))
    console.print(terminal.table(columns, rows) if rows else "none\n")
