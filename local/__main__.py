"""The commands behind `make run` and its like: python -m local COMMAND."""

import argparse
import os
import re
import sys

from local.demo import demo
from local.keep import keep
from local.processes import LocalError, clean_environ
from local.run import run

INTERRUPTED = 130


def main() -> int:
    """Run one command; an interrupt is how all but the demo are meant to end."""
    parser = argparse.ArgumentParser(prog="python -m local", description="The whole system on one machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="the whole system: deploy it, send each kind of request, show the answers")
    commands.add_parser("keep", help="the whole system, until Ctrl-C")
    command = commands.add_parser("run", help="the service in front of a simulated Opsgenie, until Ctrl-C")
    command.add_argument("--port", type=_port, default=5000, help="where the service listens (5000)")
    command.add_argument(
        "--opsgenie-port", type=_port, default=5001, help="where the simulated Opsgenie listens (5001)"
    )
    options = parser.parse_args()
    # The account must play no part in this process either; proxy variables stay, for pip.
    for name in os.environ.keys() - clean_environ().keys():
        del os.environ[name]
    try:
        match options.command:
            case "demo":
                demo()
            case "keep":
                keep()
            case _:
                run(options.port, options.opsgenie_port)
    except KeyboardInterrupt:
        print("\nstopped")
        return INTERRUPTED if options.command == "demo" else 0
    except LocalError as error:
        print(f"local: {error}", file=sys.stderr)
        return 1
    return 0


def _port(text: str) -> int:
    number = int(text) if re.fullmatch("[0-9]{1,5}", text) else 0
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {text!r}")
    return number


if __name__ == "__main__":
    sys.exit(main())
