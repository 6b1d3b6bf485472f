"""Show the main job: requests through API Gateway and Lambda, each with its answer."""

import shlex
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests

from local.accounts import left, places
from local.processes import LocalError
from local.products import PRODUCTS, Product
from local.samples import DELETE, DRY_RUN, HARI, NOBODY, REFUSAL
from local.sessions import direct
from local.stack import Stack, function_log, running
from service.settings import Settings

BURST = 30
PATIENCE = 120
"""Seconds: the burst starts ten functions at once, each a process, on a machine that may be busy."""

PROVED = """
proved: the key is demanded, a dry run changes nothing, the leaver goes from everything and nobody else
does, a second request {again}, what would break on-call is refused, the limits hold, and what was done
can be undone
"""
CONSOLE = (
    ("the same from the command line: a dry run", "offboard grace.mwangi@example.com"),
    ("done, with a record", "offboard grace.mwangi@example.com --apply --yes --record leavers.jsonl"),
    ("and undone", "restore leavers.jsonl --apply --yes"),
)


@dataclass(frozen=True)
class Step:
    """A request, its expected status, None for that of a leaver who is gone, and whether it removes the leaver."""

    what: str
    body: str
    status: int | None
    key: bool = True
    leaves: bool = False


STEPS = (
    Step("without the key", DELETE, 403, key=False),
    Step("a dry run", DRY_RUN, 200),
    Step("a delete", DELETE, 200, leaves=True),
    Step("again", DELETE, None),
    Step("a refusal", REFUSAL, 409),
)


def demo(product: Product, now: str = "") -> None:
    """Deploy, send every kind of request, and show the answers; raises LocalError if one is not as expected.

    `now` sets the time of the simulated product, in ISO 8601.
    """
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:5.1f} s] {text}", flush=True)

    moment = datetime.fromisoformat(now) if now else datetime.now(UTC)
    with running(say, product, now) as stack:
        for number, step in enumerate(STEPS, 1):
            before = _account(stack)
            _show(stack, number, step)
            if _account(stack) != (left(product.name, HARI, before, moment) if step.leaves else before):
                raise LocalError("the account is not as it must be after this")
        _show_burst(stack, len(STEPS) + 1)
        _show_console(stack, len(STEPS) + 2)
    _say_what_is_proved(product)


def _say_what_is_proved(product: Product) -> None:
    again = "finds nobody" if product.gone == 404 else "changes nothing"
    print(PROVED.format(again=again), end="")
    for other in PRODUCTS.values():
        if other != product:
            print(f"\nthe same for {other.title}: make demo PRODUCT={other.name}")


def _account(stack: Stack) -> Any:
    with direct() as session:
        return session.get(f"{stack.simulation}/_simulation/account", timeout=10).json()


def _show(stack: Stack, number: int, step: Step) -> None:
    key = "-H x-api-key:$KEY " if step.key else ""
    print(f"\n{number}. {step.what}\n   curl {key}-XPOST $URL -d '{step.body}'", flush=True)
    answer = _post(stack, step)
    body = _json(answer)
    print(f"   {answer.status_code} {body.get('message', answer.text[:300])}")
    for line in _details(body):
        print(f"       {line}")
    status = step.status or stack.product.gone
    if answer.status_code != status:
        raise LocalError(f"this must be {status}, not {answer.status_code}; the function's log:\n{_last_lines(stack)}")


def _show_burst(stack: Stack, number: int) -> None:
    print(f"\n{number}. a burst of {BURST} requests\n   curl -H x-api-key:$KEY -XPOST $URL -d '{NOBODY}'", flush=True)
    step = Step("", NOBODY, 404)
    with ThreadPoolExecutor(BURST) as pool:
        statuses = {answer.status_code for answer in pool.map(lambda _: _post(stack, step), range(BURST))}
    if statuses != {404, 429}:
        raise LocalError(f"a part of the burst must get 429, and all others 404, not {sorted(statuses)}")
    print("   429 Too Many Requests, for those over the limit")


def _show_console(stack: Stack, number: int) -> None:
    """Off-board somebody from the command line, and restore everything from the record."""
    # Imported only when it is needed, so that the demo starts sooner.
    from console import create_app

    before = _account(stack)
    settings = Settings.from_environ(stack.product.variables(stack.simulation))
    runner = create_app(settings).test_cli_runner()
    with chdir(stack.folder):
        for what, arguments in CONSOLE:
            print(f"\n{number}. {what}\n   flask --app console {arguments}", flush=True)
            done = runner.invoke(args=shlex.split(arguments))
            for line in filter(str.strip, done.output.splitlines()):
                print(f"   {line}".rstrip())
            if done.exit_code:
                raise LocalError(f"this must end with 0, not {done.exit_code}")
            number += 1
    if places(stack.product.name, _account(stack)) != places(stack.product.name, before):
        raise LocalError("the account is not as it was before")


def _post(stack: Stack, step: Step) -> requests.Response:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}  # what curl -d sends
    if step.key:
        headers["x-api-key"] = stack.deployed.api_key
    with direct() as session:
        return session.post(stack.deployed.url, data=step.body, headers=headers, timeout=PATIENCE)


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _details(body: dict[str, Any]) -> Iterator[str]:
    for change in body.get("changes", []):
        yield f"{change['action']:7} {change['kind'].replace('_', ' '):16} {change['name']}"
    for schedule in body.get("on_call", []):
        now, after = (", ".join(schedule[name] or ["nobody"]) for name in ("now", "after"))
        yield f"on call in {schedule['name']}: {now}; after that {after}"
    for blocker in body.get("blockers", []):
        yield f"{blocker['kind']:16} {blocker['name']}: {blocker['remedy']}"


def _last_lines(stack: Stack) -> str:
    return "\n".join(function_log(stack)[-20:])
