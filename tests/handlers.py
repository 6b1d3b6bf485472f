"""The handler as Lambda starts it, in front of the simulated Opsgenie."""

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
import requests

from service.app import create_app
from tests.events import Context
from tests.trails import Trail, opened_trail
from tests.world import OPSGENIE

Handle = Callable[..., dict[str, Any]]
ENVIRON = {"ACCESS_TOKEN": "local-key", "OPSGENIE_API_URL": OPSGENIE}


@contextmanager
def imported(environ: Mapping[str, str]) -> Iterator[tuple[Any, Trail]]:
    """Import the handler's module anew; give it and the trail."""
    with opened_trail() as trail, pytest.MonkeyPatch.context() as patch:
        for name in ENVIRON:
            patch.delenv(name, raising=False)
        for name, value in environ.items():
            patch.setenv(name, value)
        patch.delitem(sys.modules, "service.handler", raising=False)
        yield importlib.import_module("service.handler"), trail


@contextmanager
def started(session: requests.Session) -> Iterator[tuple[Handle, Trail]]:
    """Make a handler that reaches Opsgenie by `session`; a call may say what its context has."""
    with imported({}) as (module, trail), pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "create_app", partial(create_app, session=session))
        handler = module.make_handler(ENVIRON)
        yield lambda event, **context: handler(event, Context(**context)), trail
