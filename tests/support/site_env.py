"""One simulated site with one service in front of it, in virtual time: like `service_env`, for the other vendor."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from email.utils import format_datetime
from typing import Any

import requests
from urllib3 import HTTPResponse

import local.jsm
from local.jsm import Quirks, Simulation, sample_site
from local.jsm.callers import KEYS, TOKENS, OrganizationKey, Token
from local.jsm.people import HOST
from service.app import create_app
from service.deadline import Deadline
from service.jsm.client import Jsm, connect
from service.jsm.settings import JsmSettings
from service.parallel import Parallel
from service.settings import JSM, Settings
from service.vendors import open_session
from tests.support.expected_account import Item
from tests.support.moment import NOW
from tests.support.service_env import Answer
from tests.support.virtual_time import CLOCK, VirtualLine

SITE, ATLASSIAN = f"https://{HOST}", "https://api.atlassian.com"
SAMPLE = sample_site()
OWNER = "offboarding@example.com"
TOKEN, KEY = "a-token-that-must-not-be-seen", "an-organization-key-that-must-not-be-seen"
TOKENS_AND_MINE: Mapping[str, Token] = {**TOKENS, TOKEN: TOKENS["site-token"]}
KEYS_AND_MINE: Mapping[str, OrganizationKey] = {**KEYS, KEY: KEYS["org-key"]}


class SiteLine(VirtualLine):
    """A line to the simulated site that keeps each request's host, path and credential in `sent`."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.sent: list[tuple[str, str, str]] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        """Send a request."""
        host = (request.url or "").split("/")[2]
        self.sent.append((host, request.path_url, request.headers.get("Authorization", "")))
        return super().send(request, *args, **options)

    def _answer(self, request: requests.PreparedRequest) -> HTTPResponse:
        raw = super()._answer(request)
        raw.headers["Date"] = format_datetime(NOW, usegmt=True)
        return raw


class SiteEnv:
    """A simulated site and the service; `post` sends a request. The end of an account is `end`."""

    def __init__(
        self, site: Item | None = None, *, quirks: Quirks | None = None, budget: float = 25.0, **settings: Any
    ) -> None:
        self.simulation = Simulation(site or SAMPLE, TOKENS_AND_MINE, KEYS_AND_MINE, quirks, now=lambda: NOW)
        key = "" if settings.get("end", "none") == "none" else KEY
        chosen = {"org_key": key, **settings}
        jsm = replace(JsmSettings(site=HOST, email=OWNER, api_token=TOKEN), **chosen)
        self.settings = Settings(products=(JSM,), jsm=jsm, time_budget=budget)
        self.line = SiteLine(local.jsm.create_app(self.simulation))
        session = open_session(self.settings)
        for url in (SITE, ATLASSIAN):
            session.mount(url, self.line)
        self.session = session
        self.app = create_app(self.settings, session)
        self._client = self.app.test_client()
        self.before = self.snapshot()

    def post(self, **body: Any) -> Answer:
        """Send a request."""
        began = CLOCK.now
        response = self._client.post("/", data=json.dumps(body))
        answer = response.get_json()
        return Answer(response.status_code, answer, CLOCK.now - began, response.headers.get("Retry-After"))

    @contextmanager
    def client(self) -> Iterator[Jsm]:
        """Open the client that a request has."""
        with Parallel() as parallel:
            yield connect(self.settings, self.session, Deadline(25), parallel)

    def snapshot(self) -> Item:
        """Return a copy of the site's data."""
        return self.simulation.snapshot()
