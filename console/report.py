"""`flask --app console report`: who would not hear an alert, what depends on one person, and the weeks ahead."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any, TextIO

import click
from flask import render_template
from flask.cli import with_appcontext

from console import findings, inventory, picture, screen
from console.desk import desk
from console.findings import Findings
from service.errors import KeyRefusedError, ServiceError
from service.problems import RIGHTS

HELP = """Report on the account's on-call, and change nothing.

It lists who is in a rotation, an escalation or an override but is blocked, never verified their account or has no
contact method enabled; rotations with one person; escalations with one recipient; and when in the next four weeks
nobody is on call.

--html writes one page that needs nothing else, with a picture of each schedule's next four weeks by person.

\b
Examples:
  flask --app console report
  flask --app console report --html report.html
  flask --app console report --json

Settings: ACCESS_TOKEN, OPSGENIE_API_URL and TIME_BUDGET, as `offboard --help` has them. A key with the rights Read
and Configuration Access will do.

\b
Exit codes:
  0  the report is made, whatever it says
  1  Opsgenie cannot be read
  2  the command line or a setting is wrong
"""


@click.command(help=HELP)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
@click.option(
    "--html",
    type=click.File("w", encoding="utf-8", lazy=True, atomic=True),
    metavar="FILE",
    help="Write a page; - is standard output.",
)
@with_appcontext
def report(as_json: bool, html: TextIO | None) -> None:
    """Report on an account; HELP has the words for the user."""
    if as_json and html:
        raise click.UsageError("--json or --html, not both")
    found, seen = _read()
    if as_json:
        click.echo(json.dumps(_json(found), indent=2, ensure_ascii=False))
    elif html:
        html.write(page(found, seen))
        if html.name != "-":
            screen.say(f"written: {html.name}")
    else:
        _show(found)


def page(found: Findings, seen: inventory.Inventory) -> str:
    """Return the report as an HTML page."""
    draw = partial(picture.draw, label=partial(findings.label, seen))
    return render_template("report.html", found=found, pictures=[draw(ahead) for ahead in found.ahead])


def _read() -> tuple[Findings, inventory.Inventory]:
    at = desk()
    _ = at.settings
    try:
        with at.connect() as line:
            seen = inventory.take(line, at.now())
    except KeyRefusedError as error:
        raise click.ClickException(at.without_key(f"Opsgenie refused the key ({error}); {RIGHTS}")) from error
    except ServiceError as error:
        raise click.ClickException(at.without_key(f"Opsgenie cannot be read: {error}")) from error
    return findings.find(seen), seen


def _json(found: Findings) -> dict[str, Any]:
    return {
        "time": found.time.isoformat(timespec="seconds"),
        "people": [asdict(one) for one in found.silent],
        "rotations_with_one_person": [asdict(one) for one in found.rotations],
        "escalations_with_one_recipient": [asdict(one) for one in found.escalations],
        "schedules": [
            {
                "id": ahead.schedule.id,
                "name": ahead.schedule.name,
                "hours_without_anybody": round(ahead.uncovered.total_seconds() / 3600, 2),
                "gaps": [{"from": start.isoformat(), "to": end.isoformat()} for start, end in ahead.gaps],
            }
            for ahead in found.ahead
        ],
    }


def _show(found: Findings) -> None:
    people = [(one.username, ", ".join(one.problems), "; ".join(one.places)) for one in found.silent]
    _section("People who would not hear an alert", ("who", "why", "where"), people)
    _section("Rotations with one person", ("rotation", "who"), [(one.name, one.who) for one in found.rotations])
    _section(
        "Escalations with one recipient", ("escalation", "who"), [(one.name, one.who) for one in found.escalations]
    )
    weeks = [(ahead.schedule.name, picture.summary(ahead)) for ahead in found.ahead]
    _section("The next four weeks", ("schedule", "on call"), weeks)


def _section(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    console = screen.out()
    console.print(screen.line((title, "bold")))
    console.print(screen.table(columns, rows) if rows else screen.line("none\n"))
