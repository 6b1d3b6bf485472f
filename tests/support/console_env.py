"""The console's commands in front of either simulated product, for the tests whose assertions are the same."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local.jsm.people import HOST
from local.opsgenie import Simulation
from service.settings import JSM, OPSGENIE, Settings
from tests.support import expected_account, expected_site
from tests.support.console_runner import Run, normal, runner, runner_of
from tests.support.expected_account import Item
from tests.support.service_env import NOW
from tests.support.site_env import SiteEnv

GO = ("--apply", "--yes", "--record", "record.jsonl")


class OpsgenieConsoleEnv:
    """The commands in front of the simulated Opsgenie."""

    product, place, end = OPSGENIE, "Opsgenie at opsgenie.test", "deleted"

    def __init__(self) -> None:
        self.simulation: Any = Simulation(now=lambda: NOW)
        with self.simulation.edit() as account:
            # An override that is over goes with its user, and is not restored.
            account["schedules"][0]["overrides"].pop(1)
        self.run: Run = runner(self.simulation)

    def normal(self) -> Item:
        """Return the account without what differs when an item is recreated."""
        return normal(self.simulation.snapshot())

    def left(self, before: Item, email: str, **options: Any) -> Item:
        """Return an account as it must look after somebody has left."""
        return expected_account.left(before, email, **options)

    def snapshot(self) -> Item:
        """Return a copy of the account."""
        data: Item = self.simulation.snapshot()
        return data


class SiteConsoleEnv:
    """The commands in front of the simulated site."""

    product, place, end = JSM, f"Jira Service Management at {HOST}", "suspended"

    def __init__(self, site: Item | None = None, **settings: Any) -> None:
        self._env = SiteEnv(site, **{"end": "suspend", **settings})
        self.simulation: Any = self._env.simulation
        self.sent = self._env.line.sent
        self.run = self.run_with()

    def run_with(self, **settings: Any) -> Run:
        """Return a function that runs a command line with other settings of the site."""
        old = self._env.settings
        assert old.jsm
        new: Settings = replace(old, jsm=replace(old.jsm, **settings), time_budget=120.0)
        return runner_of(new, self._env.session)

    def normal(self) -> Item:
        """Return the site without what differs when an item is recreated; a team's admins are not restored."""
        return normal_site(self.snapshot())

    def left(self, before: Item, email: str, **options: Any) -> Item:
        """Return a site as it must look after somebody has left."""
        keep = options.pop("keep", False)
        return expected_site.left(before, email, end="none" if keep else "suspend", **options)

    def snapshot(self) -> Item:
        """Return a copy of the site."""
        return expected_site.stable(self.simulation.snapshot())


ConsoleEnv = OpsgenieConsoleEnv | SiteConsoleEnv
ENVS = {OPSGENIE: OpsgenieConsoleEnv, JSM: SiteConsoleEnv}


def normal_site(site: Mapping[str, Any]) -> Item:
    """Return a site without aliases, ids of forwarding rules, and the order of what is recreated."""

    def without(entries: list[Item], *names: str) -> list[Item]:
        plain = [{name: value for name, value in entry.items() if name not in names} for entry in entries]
        return sorted(plain, key=json.dumps)

    return {
        **site,
        "teams": [{**team, "members": sorted(team["members"]), "admins": []} for team in site["teams"]],
        "schedules": [{**one, "overrides": without(one["overrides"], "alias")} for one in site["schedules"]],
        "forwardingRules": without(site["forwardingRules"], "id"),
    }
