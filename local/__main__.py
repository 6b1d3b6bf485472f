"""The commands behind `make run` and its like: python -m local COMMAND."""

import argparse
import io
import os
import re
import signal
import sys
import threading
import time

from local.demo import demo
from local.environ import PIP, keep_only
from local.processes import LocalError
from local.products import named
from local.run import run
from local.stack import keep
from service.settings import OPSGENIE, PRODUCTS

INTERRUPTED = 130


def main() -> int:
    """Run one command; all but the demo are meant to end with an interrupt."""
    if "MAKELEVEL" in os.environ:
        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    keep_only(*PIP)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that is not UTF-8 lacks the lines of a table: replace them, so that the rest shows.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    options = _options()
    try:
        product = named(options.product)
        match options.command:
            case "demo":
                demo(product, options.now)
            case "keep":
                keep(product)
            case _:
                run(product, options.port, options.simulation_port)
    except KeyboardInterrupt:
        print("\nstopped")
        return INTERRUPTED if options.command == "demo" else 0
    except LocalError as error:
        print(f"local: {error}", file=sys.stderr)
        return 1
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local", description="The whole system on one machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    demo_command = commands.add_parser(
        "demo", help="the whole system: deploy it, send each kind of request, show the answers"
    )
    demo_command.add_argument("--now", default="", help="what time it is in the simulation, in ISO 8601 (now)")
    keep_command = commands.add_parser("keep", help="the whole system, until Ctrl-C")
    run_command = commands.add_parser("run", help="the service in front of a simulation, until Ctrl-C")
    run_command.add_argument("--port", type=_port, default=5000, help="where the service listens (5000)")
    run_command.add_argument("--simulation-port", type=_port, default=5001, help="where the simulation listens (5001)")
    for command in (demo_command, keep_command, run_command):
        command.add_argument("--product", default=OPSGENIE, help=f"{' or '.join(PRODUCTS)} ({OPSGENIE})")
    return parser.parse_args()


def _end_with(make: int) -> None:
    """End this program when make is gone: killing make does not kill the process that it runs."""
    while os.getppid() == make:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def _port(text: str) -> int:
    number = int(text) if re.fullmatch("[0-9]{1,5}", text) else 0
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {text!r}")
    return number


if __name__ == "__main__":
    sys.exit(main())
