"""The same stack, kept running, with the function's log following."""

from local.samples import EXAMPLES
from local.system import System, function_log, running


def keep() -> None:
    """Deploy, say what to try, and follow the log until Ctrl-C; raises LocalError."""

    def say(text: str) -> None:
        print(text, flush=True)

    with running(say) as system:
        stack = system.stack
        print(f"\nURL={stack.url}\nKEY={stack.api_key}\nOPSGENIE={system.opsgenie}\n\nTry in another terminal:\n")
        for what, body in EXAMPLES:
            print(f"  # {what}\n  curl -H x-api-key:{stack.api_key} -XPOST {stack.url} -d '{body}'\n")
        print("Ctrl-C stops everything. The function's log:", flush=True)
        _follow(system)


def _follow(system: System) -> None:
    shown = 0
    while True:
        system.processes.wait(1)
        lines = function_log(system)
        for line in lines[shown:]:
            print(line, flush=True)
        shown = len(lines)
