"""The operator's commands, with the API's rules: `flask --app console offboard`, `restore` and `report`."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask

from console.context import ConsoleContext
from console.offboard import command as offboard_command
from console.report import command as report_command
from console.restore import command as restore_command
from service.settings import Settings
from service.transport.session import Session


def create_app(
    settings: Settings | None = None,
    session: Session | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Flask:
    """Return a Flask app that has commands and no pages; settings are read when a command first needs them."""
    app = Flask(__name__, static_folder=None, template_folder="report/templates")
    app.extensions["console"] = ConsoleContext(settings, session, now)
    for command in (offboard_command.offboard, restore_command.restore, report_command.report):
        app.cli.add_command(command)
    return app
