"""Run the console's commands on the simulated Opsgenie, and compare accounts by what matters."""

import errno
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from click.testing import Result

from console import create_app
from local.opsgenie import Simulation
from local.opsgenie import create_app as create_opsgenie
from service.settings import Settings
from service.transport.session import Session
from service.vendors import open_session
from tests.support import expected_account
from tests.support.local_stack import ROOT
from tests.support.service_env import NOW, OPSGENIE
from tests.support.wsgi_adapter import WsgiAdapter

Run = Callable[..., Result]
HALF = 700
"""Bytes of a line that a full disk has room for."""


def runner(
    simulation: Simulation,
    *,
    key: str = "local-key",
    now: datetime = NOW,
    protected: frozenset[str] = frozenset(),
    time_budget: float = 120.0,
    url: str = OPSGENIE,
) -> Run:
    """Return a function that runs a command line."""
    settings = Settings(key, opsgenie_api_url=url, protected_users=protected, time_budget=time_budget)
    session = open_session(settings)
    session.mount(url, WsgiAdapter(create_opsgenie(simulation)))
    return runner_of(settings, session, now)


def runner_of(settings: Settings | None, session: Session | None, now: datetime = NOW) -> Run:
    """Return a function that runs a command line over a given session."""
    cli = create_app(settings, session, lambda: now).test_cli_runner()

    def run(*words: str, stdin: bytes | str | None = None) -> Result:
        result = cli.invoke(args=list(words), input=stdin)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def process_of(address: str, *words: str, before: tuple[str, ...] = (), **streams: Any) -> subprocess.Popen[bytes]:
    """Run a command line in a process of its own, after the words `before` it."""
    return subprocess.Popen(
        [*before, sys.executable, "-m", "flask", "--app", "console", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), "ACCESS_TOKEN": "local-key", "OPSGENIE_API_URL": address},
        **streams,
    )


def redirected(address: str, *words: str, to: str = "", **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command line in a process of its own, with a shell's redirections."""
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" -m flask --app console "$@" {to}', sys.executable, *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), "ACCESS_TOKEN": "local-key", "OPSGENIE_API_URL": address, **env},
        capture_output=True,
        timeout=60,
        check=False,
    )


def as_json(result: Result) -> Any:
    """Read what a command printed with --json."""
    return json.loads(result.stdout)


def statuses(answer: dict[str, Any]) -> set[str]:
    """Return the distinct statuses of the steps of a restore."""
    return {step["status"] for person in answer["people"] for step in person["steps"]}


def lines_of(path: str | Path) -> list[dict[str, Any]]:
    """Read the result lines of a record."""
    lines = [json.loads(line) for line in Path(path).read_text().splitlines() if line]
    return [line for line in lines if line["outcome"] != "under way"]


def normal(account: dict[str, Any]) -> dict[str, Any]:
    """Return an account without what differs when an item is recreated: ids, dates, contacts, order."""
    usernames = {user["id"]: user["username"] for user in account["users"]}
    fresh = {"createdAt", "verified", "userContacts"}

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: walk(item) for name, item in value.items() if name not in fresh}
        if isinstance(value, list):
            return [walk(item) for item in value]
        return usernames.get(value, value) if isinstance(value, str) else value

    plain = walk(account)
    for rule in plain["forwardingRules"]:
        rule.pop("id")
    for key in ("users", "forwardingRules"):
        plain[key].sort(key=json.dumps)
    for team in plain["teams"]:
        team["members"] = sorted(team.get("members", []), key=json.dumps)
    for schedule in plain["schedules"]:
        schedule["overrides"].sort(key=lambda override: override["alias"])
    return dict(plain)


def without_what_is_over(simulation: Simulation) -> dict[str, Any]:
    """Return the account without the ended override, which goes with a user and is not restored."""
    with simulation.edit() as account:
        account["schedules"][0]["overrides"].pop(1)
    return normal(simulation.snapshot())


@contextmanager
def terminal() -> Iterator[None]:
    """Handle signals like a program started in a terminal, whatever an earlier test has set."""
    usual: dict[int, Any] = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
        signal.SIGHUP: signal.SIG_DFL,
    }
    before = {number: signal.signal(number, handler) for number, handler in usual.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def interrupt(number: int = signal.SIGINT) -> None:
    """Send a signal as a terminal does, and give Python's main thread time to handle it.

    Two sent at once become one.
    """
    main = threading.main_thread().ident
    assert main
    signal.pthread_kill(main, number)
    time.sleep(0.05)


def full_at(*numbers: int) -> Callable[[int], None]:
    """Return an fsync that finds the disk full at these calls, from 1."""
    times = itertools.count(1)

    def fsync(_: int) -> None:
        if next(times) in numbers:
            raise OSError(errno.ENOSPC, "No space left on device")

    return fsync


def half_of(number: int) -> Callable[[int, bytes], int]:
    """Return a write with room for half of this call's data, from 1, then for nothing, then for everything."""
    real, times = os.write, itertools.count(1)

    def write(file: int, data: bytes) -> int:
        match next(times) - number:
            case 0:
                return real(file, data[:HALF])
            case 1:
                raise OSError(errno.ENOSPC, "No space left on device")
        return real(file, data)

    return write


def add(account: dict[str, Any], username: str, rotation: dict[str, Any]) -> None:
    """Append somebody to a rotation, as an editor would."""
    who = {"id": expected_account.user_of(account, username)["id"], "username": username}
    rotation["participants"].append({"type": "user", **who})


def side_by_side(simulation: Simulation) -> None:
    """Delete the overrides, which are changed first: all else is changed in parallel."""
    with simulation.edit() as account:
        for schedule in account["schedules"]:
            schedule["overrides"].clear()


def copied(simulation: Simulation, record: str, *hooks: Callable[[], None]) -> list[bytes]:
    """Copy the record at each delete of the account, and run a hook at each of the first ones."""
    copies: list[bytes] = []
    left = list(hooks)

    def copy() -> None:
        copies.append(Path(record).read_bytes())
        if left:
            left.pop(0)()

    simulation.before("DELETE", "/v2/users/", copy, times=9)
    return copies


def edited_before_the_second_try(simulation: Simulation, edit: Callable[[], None]) -> None:
    """Let the first write of the first schedule's second rotation fail, and somebody edit right before its repeat."""
    with simulation.edit() as account:
        path = f"/rotations/{account['schedules'][0]['rotations'][1]['id']}$"
    simulation.faults.order("503", "PATCH", path)
    simulation.before("GET", path, edit, skip=1)
