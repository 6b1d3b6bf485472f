"""Count the lines to read, and those that run, to follow one POST: `python -m bench.story`."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any

from bench.simulation import served
from local.samples import HARI, KEY
from service.audit_log import LOGGER
from service.handler import make_handler

STORY = ("handler", "app", "request", "offboarding", "rules", "changes", "client")
SERVICE = Path(__file__).resolve().parent.parent / "service"
MOST_LINES, MOST_RUN = 800, 450
CONTEXT = SimpleNamespace(aws_request_id="story", get_remaining_time_in_millis=lambda: 29000)


def main() -> None:
    """Print the files of the story with their lines, and how many of them a delete runs."""
    LOGGER.disabled = True  # its lines would hide the table
    run = lines_run()
    sizes = {name: len((SERVICE / f"{name}.py").read_text().splitlines()) for name in STORY}
    print(f"{'file':14} {'lines':>6} {'run':>6}")
    for name, size in sizes.items():
        print(f"{name:14} {size:6} {len(run[name]):6}")
    lines, ran = sum(sizes.values()), sum(map(len, run.values()))
    print(f"{'all':14} {lines:6} {ran:6}   (at most {MOST_LINES}, {MOST_RUN})")
    if lines > MOST_LINES or ran > MOST_RUN:
        sys.exit(1)


def lines_run() -> dict[str, set[int]]:
    """Delete the sample account's hari; return the lines of the story that ran, by file."""
    event = {"httpMethod": "POST", "path": "/", "body": json.dumps({"username": HARI})}
    with served("sample") as url:
        handler = make_handler({"ACCESS_TOKEN": KEY, "OPSGENIE_API_URL": url})
        with traced() as found:
            answer = handler(event, CONTEXT)
    if answer["statusCode"] != 200:
        sys.exit(f"bench: the delete was answered {answer['statusCode']}: {answer['body']}")
    return found


@contextmanager
def traced() -> Iterator[dict[str, set[int]]]:
    """Collect the lines of the story that run, in any thread."""
    names = {str(SERVICE / f"{name}.py"): name for name in STORY}
    found: dict[str, set[int]] = {name: set() for name in STORY}

    def trace(frame: FrameType, _event: str, _argument: Any) -> Any:
        if frame.f_code.co_filename not in names:
            return None
        found[names[frame.f_code.co_filename]].add(frame.f_lineno)
        return trace

    threading.settrace(trace)
    sys.settrace(trace)
    try:
        yield found
    finally:
        sys.settrace(None)
        threading.settrace(None)


if __name__ == "__main__":
    main()
