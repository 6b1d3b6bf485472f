"""The operator's commands, on the same rules as the API: `flask --app console offboard`, `restore` and `report`."""

from collections.abc import Callable
from datetime import UTC, datetime

import requests
from flask import Flask

from console.desk import Desk
from console.offboard import offboard
from console.report import report
from console.restore import restore
from service.settings import Settings


def create_app(
    settings: Settings | None = None,
    session: requests.Session | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Flask:
    """Return a Flask app that has commands and no pages; settings are read when a command first needs them."""
    app = Flask(__name__, static_folder=None)
    app.extensions["console"] = Desk(settings, session, now)
    for command in (offboard, restore, report):
        app.cli.add_command(command)
    return app
