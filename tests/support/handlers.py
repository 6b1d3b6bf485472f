"""The handler as Lambda starts it, in front of the simulated Opsgenie."""

import importlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from local.opsgenie import Simulation
from service.app import create_app
from service.transport.session import Session
from tests.support.captured_log import CapturedLog, capture_log
from tests.support.proxy_events import REQUEST_ID, Context
from tests.support.service_env import OPSGENIE

Handle = Callable[..., dict[str, Any]]
NORA = '{ "username":"nora@example.com" }'
LAMBDA_ID = "lambda-request-id"
NOT_ONE = "the event is not one of an API Gateway REST API"
NO_PARTS = f"{NOT_ONE}: it has no httpMethod and path"
ENVIRON = {"ACCESS_TOKEN": "local-key", "OPSGENIE_API_URL": OPSGENIE}


@contextmanager
def imported(environ: Mapping[str, str]) -> Iterator[tuple[Any, CapturedLog]]:
    """Reimport the handler's module; yield it and its audit log."""
    with capture_log() as log, pytest.MonkeyPatch.context() as patch:
        for name in ENVIRON:
            patch.delenv(name, raising=False)
        for name, value in environ.items():
            patch.setenv(name, value)
        patch.delitem(sys.modules, "service.handler", raising=False)
        yield importlib.import_module("service.handler"), log


@contextmanager
def started(session: Session) -> Iterator[tuple[Handle, CapturedLog]]:
    """Make a handler that reaches Opsgenie by `session`; a call may set its context's fields."""
    with imported({}) as (module, log), pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "create_app", partial(create_app, session=session))
        handler = module.make_handler(ENVIRON)
        yield lambda event, **context: handler(event, Context(**context)), log


def answer(status: int, headers: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
    """Make the app's answer in API Gateway's form."""
    text = json.dumps(body, separators=(",", ":")) + "\n"
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", "Content-Length": str(len(text)), **(headers or {})},
        "isBase64Encoded": False,
        "body": text,
    }


def plain(status: int, message: str, request_id: str = LAMBDA_ID, **rest: Any) -> dict[str, Any]:
    """Make the answer of a handler that bypasses the app."""
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "isBase64Encoded": False,
        "body": json.dumps({"message": message, "request_id": request_id, **rest}),
    }


def nora_was_deleted(simulation: Simulation) -> dict[str, Any]:
    """Make the answer to a delete of nora, who is in nothing."""
    nora = next(user for user in simulation.snapshot()["users"] if user["username"] == "nora@example.com")
    before = {
        "id": nora["id"],
        "username": "nora@example.com",
        "full_name": nora["fullName"],
        "role": "User",
        "owner": False,
        "blocked": False,
        "profile": {"timeZone": nora["timeZone"], "locale": nora["locale"]},
    }
    change = {
        "kind": "user",
        "id": nora["id"],
        "name": "nora@example.com",
        "action": "delete",
        "before": before,
        "after": None,
    }
    return answer(
        200,
        message="nora@example.com was deleted",
        request_id=REQUEST_ID,
        username="nora@example.com",
        account="deleted",
        deleted=True,
        dry_run=False,
        changes=[change],
        on_call=[],
        not_checked=[
            "overrides in other schedules that give no turn in the next three months: Opsgenie shows none by person"
        ],
    )
